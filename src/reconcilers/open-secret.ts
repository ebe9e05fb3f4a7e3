import type { Aws } from '../aws/aws.ts';
import { codeOf } from '../aws/errors.ts';
import { member } from '../aws/secret-sources.ts';
import { must } from '../engine/errors.ts';
import { known, type SecretRef } from '../engine/ref.ts';
import { Secret } from '../engine/secret.ts';
import { distrustList } from './identity/secret-list.ts';

/** Reads a secret, for the moment before the call that needs it. */
export async function openSecret(aws: Aws, { $secret, key }: SecretRef): Promise<Secret> {
  const SecretId = must(known<string>($secret), 'the ARN of a secret');
  const secrets = await aws.secretsmanager();
  const { SecretString } = await secrets
    .send(new secrets.GetSecretValueCommand({ SecretId }))
    .catch((error: unknown) => {
      // It is going, although it was seen to live: with a look at it by name it is had back.
      if (codeOf(error) === 'InvalidRequest') distrustList(aws);
      throw error;
    });
  const text = must(SecretString, `the text of ${SecretId}`);
  return new Secret(key === undefined ? text : member(text, key, SecretId));
}
