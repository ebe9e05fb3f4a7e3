import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import test from 'node:test';
import { CreateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { toReconcileError } from '../../src/aws/errors.ts';
import { openSecret } from '../../src/reconcilers/open-secret.ts';
import { awsOf, openAccount } from '../sandbox-account.ts';

test('a secret is opened whole or by a member, and prints as nothing', async () => {
  const aws = awsOf(await openAccount(), { name: 'own' });
  const secrets = await aws.secretsmanager();
  const text = '{"username":"keycloak","password":"canary"}';
  const { ARN = '' } = await secrets.send(new CreateSecretCommand({ Name: 'database', SecretString: text }));
  assert.equal((await openSecret(aws, { $secret: ARN })).open(), text);
  const password = await openSecret(aws, { $secret: ARN, key: 'password' });
  assert.equal(password.open(), 'canary');
  assert.ok(!`${password.toString()}${JSON.stringify({ password })}${inspect({ password })}`.includes('canary'));
  await assert.rejects(
    openSecret(aws, { $secret: ARN, key: 'token' }),
    (error: Error) => !`${error.message}${error.stack}`.includes('canary'),
  );
});

test('a secret that is not there yet is waited for', async () => {
  const aws = awsOf(await openAccount(), { name: 'own' });
  await assert.rejects(
    openSecret(aws, { $secret: 'nowhere' }),
    (error) => toReconcileError(error).disposition === 'waiting',
  );
  await assert.rejects(
    openSecret(aws, { $secret: { $ref: 'Secret/database', output: 'arn' } }),
    /the ARN of a secret is missing/,
  );
});
