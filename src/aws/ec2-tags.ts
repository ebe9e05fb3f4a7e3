import type { ResourceType } from '@aws-sdk/client-ec2';
import { must } from '../engine/errors.ts';
import type { Tags } from '../engine/kind.ts';
import type { Aws } from './aws.ts';
import { fromTags } from './tags.ts';

/** Tags for a create call of EC2. Its names of things are its own: `natgateway` has no hyphen. */
export const specify = (
  ResourceType: ResourceType,
  tags: Tags,
): { ResourceType: ResourceType; Tags: { Key: string; Value: string }[] }[] => [{ ResourceType, Tags: fromTags(tags) }];

/** Sets tags on any EC2 thing by its id. */
export async function retagEc2(aws: Aws, id: string | undefined, tags: Tags): Promise<void> {
  const ec2 = await aws.ec2();
  await ec2.send(new ec2.CreateTagsCommand({ Resources: [must(id, 'id')], Tags: fromTags(tags) }));
}
