import type { KeyMetadata } from '@aws-sdk/client-kms';
import type { Aws } from '../../aws/aws.ts';
import { isForbidden, isGone, orUndefined } from '../../aws/errors.ts';
import { ownedTags } from '../../aws/owned-tags.ts';
import { collect } from '../../aws/pages.ts';
import { isOurs, toTags } from '../../aws/tags.ts';
import type { Tags } from '../../engine/kind.ts';

export interface Key extends KeyMetadata {
  readonly tags: Tags;
  readonly aliasName?: string | undefined;
  readonly rotationDays?: number | undefined;
}

/** KMS has a form of its own for tags. */
export const fromKeyTags = (tags: Tags): { TagKey: string; TagValue: string }[] =>
  Object.entries(tags).map(([TagKey, TagValue]) => ({ TagKey, TagValue }));

/**
 * Our keys, and those that bear one of these aliases. KMS filters nothing and lists neither names nor tags of keys.
 * The tagging API knows ours, but for those that are brand-new; these have no alias yet, and few others have none.
 */
export async function listKeys(aws: Aws, aliasNames: ReadonlySet<string>): Promise<readonly Key[]> {
  const kms = await aws.kms();
  const [keys, aliases, owned] = await Promise.all([
    collect(kms.paginateListKeys({ client: kms.client, pageSize: 1000 }, {}), (page) => page.Keys),
    collect(kms.paginateListAliases({ client: kms.client, pageSize: 100 }, {}), (page) => page.Aliases),
    ownedTags(aws, 'kms:key'),
  ]);
  const named = new Map(aliases.map((alias) => [alias.TargetKeyId, alias.AliasName]));
  for (const alias of aliases) if (aliasNames.has(alias.AliasName ?? '')) named.set(alias.TargetKeyId, alias.AliasName);
  const found = keys.map(async ({ KeyId, KeyArn = '' }) => {
    const aliasName = named.get(KeyId);
    const bearsName = aliasName !== undefined && aliasNames.has(aliasName);
    const tags = owned.get(KeyArn) ?? (bearsName || aliasName === undefined ? await tagsOf(aws, KeyId) : undefined);
    return tags !== undefined && (bearsName || isOurs(aws, tags)) ? readKey(aws, KeyId, aliasName, tags) : undefined;
  });
  return (await Promise.all(found)).filter((key) => key !== undefined);
}

async function readKey(
  aws: Aws,
  KeyId: string | undefined,
  aliasName: string | undefined,
  tags: Tags,
): Promise<Key | undefined> {
  const kms = await aws.kms();
  const { KeyMetadata } = await kms.send(new kms.DescribeKeyCommand({ KeyId }));
  const isDying = KeyMetadata?.KeyState === 'PendingDeletion';
  // Somebody's key that is going: its alias can be had.
  if (KeyMetadata === undefined || (isDying && !isOurs(aws, tags))) return undefined;
  const rotation = isDying ? undefined : await kms.send(new kms.GetKeyRotationStatusCommand({ KeyId }));
  const rotationDays = rotation?.KeyRotationEnabled === true ? (rotation.RotationPeriodInDays ?? 365) : 0;
  return { ...KeyMetadata, tags, aliasName, rotationDays };
}

/** Undefined when the key's own policy hides it, which those of our keys do not. */
async function tagsOf(aws: Aws, KeyId: string | undefined): Promise<Tags | undefined> {
  const kms = await aws.kms();
  try {
    const pages = kms.paginateListResourceTags({ client: kms.client }, { KeyId });
    return toTags(await collect(pages, (page) => page.Tags));
  } catch (error) {
    if (isForbidden(error) && error instanceof Error && /no resource-based policy allows/.test(error.message))
      return undefined;
    if (isGone(error)) return undefined;
    throw error;
  }
}

/** The key that an alias stands for, if there is such an alias. */
export async function aliasTarget(
  aws: Aws,
  aliasName: string,
): Promise<(KeyMetadata & { readonly ours: boolean }) | undefined> {
  const kms = await aws.kms();
  const found = await orUndefined(kms.send(new kms.DescribeKeyCommand({ KeyId: aliasName })));
  const key = found?.KeyMetadata;
  if (key === undefined) return undefined;
  const tags = await tagsOf(aws, key.KeyId);
  return { ...key, ours: tags !== undefined && isOurs(aws, tags) };
}
