import type { Aws } from '../../aws/aws.ts';
import { orUndefined } from '../../aws/errors.ts';
import { chunks } from '../../aws/pages.ts';
import { foreignMark, fromTags, isOurs, nodeName, toTags } from '../../aws/tags.ts';
import { must } from '../../engine/errors.ts';
import type { Tags } from '../../engine/kind.ts';
import { isRef, type Input, type NodeId } from '../../engine/ref.ts';

const MOST_ARNS = 20;

/** The tags of load balancers and what belongs to them, by ARN: no list has them. */
export async function tagsByArn(aws: Aws, arns: readonly string[]): Promise<ReadonlyMap<string, Tags>> {
  const elb = await aws.elbv2();
  const answers = await Promise.all(
    chunks(arns, MOST_ARNS).map((part) => elb.send(new elb.DescribeTagsCommand({ ResourceArns: [...part] }))),
  );
  const items = answers.flatMap((answer) => answer.TagDescriptions ?? []);
  return new Map(items.map((item) => [item.ResourceArn ?? '', toTags(item.Tags)]));
}

export async function retagElb(aws: Aws, arn: string | undefined, tags: Tags): Promise<void> {
  const elb = await aws.elbv2();
  await elb.send(new elb.AddTagsCommand({ ResourceArns: [must(arn, 'ARN')], Tags: fromTags(tags) }));
}

/** What makes a live thing the one of a node, in the words of `Observed`. */
export interface Claim {
  readonly name: string;
  readonly tags: Tags;
  readonly foreign: string | undefined;
}

/** The node in the thing's mark, else the one that wants the place where it stands. */
export function claim(aws: Aws, kind: string, tags: Tags, byPlace: string | undefined): Claim | undefined {
  const marked = isOurs(aws, tags);
  const name = (marked ? nodeName(kind, tags) : undefined) ?? byPlace;
  return name === undefined ? undefined : { name, tags, foreign: marked ? undefined : foreignMark(tags) };
}

interface Named {
  readonly env: Aws;
  readonly nodes: readonly { readonly name: string; readonly props: { readonly name: Input<string> } }[];
}

/** Those of a list that are ours, or bear a name that one of our nodes wants. */
export async function claimNamed<Item>(
  { env, nodes }: Named,
  kind: string,
  items: readonly Item[],
  idsOf: (item: Item) => readonly [arn: string | undefined, name: string | undefined],
): Promise<readonly { readonly item: Item; readonly claimed: Claim }[]> {
  const tags = await tagsByArn(
    env,
    items.flatMap((item) => idsOf(item)[0] ?? []),
  );
  return items.flatMap((item) => {
    const [arn, name] = idsOf(item);
    const mine = tags.get(arn ?? '') ?? {};
    const wanted = nodes.find((node) => node.props.name === name)?.name;
    const claimed = claim(env, kind, mine, isOurs(env, mine) ? name : wanted);
    return claimed === undefined ? [] : [{ item, claimed }];
  });
}

/** What a create call returned. AWS hands out what somebody else made, if its settings are the same: only tags tell. */
export async function claimMade(
  aws: Aws,
  node: { readonly name: string; readonly tags: Tags },
  arn: string | undefined,
): Promise<Claim> {
  const made = must(arn, 'ARN');
  // What was really made just now may not be known everywhere yet.
  const found = await orUndefined(tagsByArn(aws, [made]));
  const tags = found?.get(made) ?? node.tags;
  return { name: node.name, tags, foreign: isOurs(aws, tags) ? undefined : foreignMark(tags) };
}

/** Whether a prop means this thing: by its ARN, or as what its node gives, which may not be filled in yet. */
export const means = (prop: Input<string>, node: NodeId, arn: string | undefined): boolean =>
  isRef(prop) ? prop.$ref === node : prop === arn;
