import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { GetParameterCommand, PutParameterCommand } from '@aws-sdk/client-ssm';
import { PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import type { GraphBuilder } from '../../../src/engine/graph.ts';
import { secret } from '../../../src/reconcilers/identity/secret.ts';
import { ssmParameter } from '../../../src/reconcilers/identity/ssm-parameter.ts';
import { testKind } from '../../kind-contract.ts';
import { openAccount } from '../../sandbox-account.ts';
import { assertEmpty, printPlan, SandboxGateway, type Declared } from '../../sandbox-gateway.ts';

// As somebody may choose it: not all of it can stand in an address as it is.
const PASSWORD = 'p%40ss:word?#';

const withSecret = (graph: GraphBuilder, name: string) => {
  const content = { from: { constant: PASSWORD }, member: 'password' };
  const made = graph.add(secret, 'database', { secretName: `${name}/database`, description: '', content });
  return {
    secret: { $secret: made.ref('arn', { when: 'ready' }), key: 'password' },
    secretVersion: made.ref('versionId'),
  };
};

testKind(ssmParameter, {
  needs: withSecret,
  props: (name) => ({
    parameterName: `/${name}/connection`,
    type: 'SecureString' as const,
    value: 'mongodb://admin:{secret:url}@host',
  }),
  updates: [{ value: 'mongodb://admin:{secret:url}@other-host' }],
  replacements: [{ parameterName: '/elsewhere/connection' }, { type: 'String' }],
  observeBudget: 3,
  // Only values without a secret in them are read.
  uncalled: ['ssm:GetParameters'],
});

describe('SsmParameter in use', () => {
  const declare = (gateway: SandboxGateway, username = 'keycloak'): Declared =>
    gateway.declare((graph) => {
      graph.add(ssmParameter, 'username', {
        parameterName: '/keycloak/username',
        type: 'SecureString',
        value: username,
      });
      graph.add(ssmParameter, 'password', {
        parameterName: '/keycloak/password',
        type: 'SecureString',
        value: '{secret}',
        ...withSecret(graph, 'own'),
      });
    });

  async function value(gateway: SandboxGateway, Name: string): Promise<string | undefined> {
    const ssm = await gateway.aws.ssm();
    return (await ssm.send(new GetParameterCommand({ Name, WithDecryption: true }))).Parameter?.Value;
  }

  async function overwrite(gateway: SandboxGateway, Name: string): Promise<void> {
    const ssm = await gateway.aws.ssm();
    await ssm.send(new PutParameterCommand({ Name, Value: 'overwritten', Type: 'SecureString', Overwrite: true }));
  }

  test('what somebody wrote over is put right, whether it can be read back or not', async () => {
    const gateway = new SandboxGateway(await openAccount());
    await gateway.apply(declare(gateway));
    assert.equal(await value(gateway, '/keycloak/password'), PASSWORD);
    await overwrite(gateway, '/keycloak/username');
    await overwrite(gateway, '/keycloak/password');
    const plan = await gateway.plan(declare(gateway));
    assert.deepEqual(
      new Map(plan.steps.map((step) => [step.node, step.changes.map((change) => change.path)])),
      new Map([
        ['SsmParameter/username', ['/value']],
        ['SsmParameter/password', ['/value', '/secretVersion']],
      ]),
    );
    assert.ok(!printPlan(plan).includes(PASSWORD));
    await gateway.apply(declare(gateway));
    assertEmpty(await gateway.plan(declare(gateway)));
    assert.equal(await value(gateway, '/keycloak/username'), 'keycloak');
    assert.equal(await value(gateway, '/keycloak/password'), PASSWORD);
  });

  test('another version of the secret is written into it', async () => {
    const gateway = new SandboxGateway(await openAccount());
    await gateway.apply(declare(gateway));
    const secrets = await gateway.aws.secretsmanager();
    await secrets.send(new PutSecretValueCommand({ SecretId: 'own/database', SecretString: '{"password":"rotated"}' }));
    await gateway.apply(declare(gateway, 'other'));
    assertEmpty(await gateway.plan(declare(gateway, 'other')));
    assert.equal(await value(gateway, '/keycloak/password'), 'rotated');
    assert.equal(await value(gateway, '/keycloak/username'), 'other');
  });

  test('in an address the secret is written as an address needs it', async () => {
    const gateway = new SandboxGateway(await openAccount());
    await gateway.apply(
      gateway.declare((graph) => {
        const text = 'mongodb://admin:{secret:url}@host/?authSource=admin';
        graph.add(ssmParameter, 'uri', {
          parameterName: '/uri',
          type: 'SecureString',
          value: text,
          ...withSecret(graph, 'own'),
        });
      }),
    );
    const uri = new URL((await value(gateway, '/uri')) ?? '');
    assert.equal(decodeURIComponent(uri.password), PASSWORD);
    assert.equal(uri.host, 'host');
  });

  test('a parameter of the wanted name that is not ours is left alone', async () => {
    const gateway = new SandboxGateway(await openAccount());
    const ssm = await gateway.aws.ssm();
    await ssm.send(new PutParameterCommand({ Name: '/keycloak/username', Value: 'theirs', Type: 'String' }));
    const plan = await gateway.plan(declare(gateway));
    assert.deepEqual(
      plan.steps.map((step) => step.node),
      ['Secret/database', 'SsmParameter/password'],
    );
    assert.match(plan.states.get('SsmParameter/username')?.because ?? '', /belongs to somebody else/);
  });
});
