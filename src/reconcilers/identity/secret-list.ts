import type { DescribeSecretResponse } from '@aws-sdk/client-secrets-manager';
import type { Aws } from '../../aws/aws.ts';
import { orUndefined } from '../../aws/errors.ts';
import { collect } from '../../aws/pages.ts';
import { isOurs, toTags } from '../../aws/tags.ts';
import { OWNER_TAG } from '../../engine/graph.ts';

/** A secret without its value. */
export type SecretEntry = DescribeSecretResponse;

/** Those who know of something that the list does not show yet. */
const ahead = new WeakSet<Aws>();

/** From now on what the list shows is checked, until it shows what there is. */
export const distrustList = (aws: Aws): void => void ahead.add(aws);
export const trustList = (aws: Aws): void => void ahead.delete(aws);
export const isListTrusted = (aws: Aws): boolean => !ahead.has(aws);

/** Our secrets, also those that are scheduled for deletion: they keep their names. May be five minutes old. */
export async function listSecrets(aws: Aws): Promise<readonly SecretEntry[]> {
  const secrets = await aws.secretsmanager();
  const pages = secrets.paginateListSecrets(
    { client: secrets.client, pageSize: 100 },
    {
      IncludePlannedDeletion: true,
      // Both match by prefix, and the value may be that of another key.
      Filters: [
        { Key: 'tag-key', Values: [OWNER_TAG] },
        { Key: 'tag-value', Values: [aws.owner] },
      ],
    },
  );
  const found = await collect(pages, (page) => page.SecretList);
  return found
    .filter((entry) => isOurs(aws, toTags(entry.Tags)))
    .map(({ SecretVersionsToStages, ...entry }) => ({ ...entry, VersionIdsToStages: SecretVersionsToStages }));
}

/** Those of these names that there are, as they are now. */
export async function describeSecrets(aws: Aws, names: readonly string[]): Promise<readonly SecretEntry[]> {
  const secrets = await aws.secretsmanager();
  const found = await Promise.all(
    names.map((SecretId) => orUndefined(secrets.send(new secrets.DescribeSecretCommand({ SecretId })))),
  );
  return found.filter((entry) => entry !== undefined);
}

export const currentVersion = ({ VersionIdsToStages }: SecretEntry): string | undefined =>
  Object.entries(VersionIdsToStages ?? {}).find(([, stages]) => stages.includes('AWSCURRENT'))?.[0];
