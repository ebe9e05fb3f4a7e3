import type { Tag } from '@aws-sdk/client-rds';
import type { Aws } from '../../aws/aws.ts';
import { fromTags, toTags } from '../../aws/tags.ts';
import { must } from '../../engine/errors.ts';
import type { Tags } from '../../engine/kind.ts';

/** The tags that came with the answer; most lists of RDS have none, so that they must be asked for. */
export async function tagsOf(aws: Aws, arn: string | undefined, answered?: readonly Tag[]): Promise<Tags> {
  if (answered !== undefined) return toTags(answered);
  const rds = await aws.rds();
  const { TagList } = await rds.send(new rds.ListTagsForResourceCommand({ ResourceName: must(arn, 'arn') }));
  return toTags(TagList);
}

/** Sets tags on anything of RDS or DocumentDB. */
export async function retagRds(aws: Aws, arn: string | undefined, tags: Tags): Promise<void> {
  const rds = await aws.rds();
  await rds.send(new rds.AddTagsToResourceCommand({ ResourceName: must(arn, 'arn'), Tags: fromTags(tags) }));
}
