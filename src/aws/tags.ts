import { NODE_TAG, OWNER_TAG } from '../engine/graph.ts';
import { kindOf, type Tags } from '../engine/kind.ts';
import type { Aws } from './aws.ts';

/** AWS spells the same pair in four ways, by service. */
interface TagItem {
  readonly Key?: string | undefined;
  readonly Value?: string | undefined;
  readonly key?: string | undefined;
  readonly value?: string | undefined;
  readonly TagKey?: string | undefined;
  readonly TagValue?: string | undefined;
}

/** The tags of an answer as a record. `aws:` tags stay: they may name another owner. */
export function toTags(items: readonly TagItem[] | undefined): Tags {
  const pairs = (items ?? []).map((item) => [
    item.Key ?? item.key ?? item.TagKey ?? '',
    item.Value ?? item.value ?? item.TagValue ?? '',
  ]);
  return Object.fromEntries(pairs) as Tags;
}

/** The form that most services take. */
export function fromTags(tags: Tags): { Key: string; Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/** The form of ECS and some others. */
export function fromTagsLowerCase(tags: Tags): { key: string; value: string }[] {
  return Object.entries(tags).map(([key, value]) => ({ key, value }));
}

/** The name of the node that a thing of this kind stands for, when it carries our mark. */
export function nodeName(kind: string, tags: Tags): string | undefined {
  const id = tags[NODE_TAG];
  return id !== undefined && kindOf(id) === kind ? id.slice(kind.length + 1) : undefined;
}

export const isOurs = (aws: Aws, tags: Tags): boolean => tags[OWNER_TAG] === aws.owner;

/** Names the tool that a thing's tags say it belongs to. */
export function foreignMark(tags: Tags): string | undefined {
  const stack = tags['aws:cloudformation:stack-name'];
  if (stack !== undefined) return `the CloudFormation stack ${stack}`;
  if (tags['ManagedBy']?.toLowerCase() === 'terraform') return 'Terraform (tag ManagedBy=terraform)';
  return undefined;
}

/** EC2's filter for what this gateway owns. */
export const ownerFilter = (aws: Aws): { Name: string; Values: string[] }[] => [
  { Name: `tag:${OWNER_TAG}`, Values: [aws.owner] },
];
