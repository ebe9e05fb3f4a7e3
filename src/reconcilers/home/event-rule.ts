import type { DescribeRuleCommandOutput } from '@aws-sdk/client-eventbridge';
import type { Aws, AwsKind } from '../../aws/aws.ts';
import { ignoreGone, orUndefined } from '../../aws/errors.ts';
import { ownedTags, tagsOf } from '../../aws/owned-tags.ts';
import { foreignMark, fromTags, nodeName, toTags } from '../../aws/tags.ts';
import { must } from '../../engine/errors.ts';
import type { Observed, Tags } from '../../engine/kind.ts';
import { known } from '../../engine/ref.ts';
import { canonicalTargets, readTargets, removeTargets, writeTargets, type EventTargets } from './event-targets.ts';

/** A rule of the default event bus. */
export interface EventRuleProps extends EventTargets {
  readonly ruleName: string;
  readonly description: string;
  readonly pattern: Readonly<Record<string, unknown>>;
  readonly state: 'ENABLED';
}

export interface EventRuleOutputs {
  readonly ruleArn: string;
}

export const eventRule: AwsKind<EventRuleProps, EventRuleOutputs> = {
  name: 'EventRule',
  immutable: ['ruleName'],
  replace: 'new-first',
  // It goes before what mentions it: a queue's policy does, and the rule mentions the queue.
  identifies: [],
  identity: ['ruleArn'],
  takes: { create: 1, update: 1, delete: 1 },
  canonical: canonicalTargets,
  actions: {
    read: ['events:DescribeRule', 'events:ListTagsForResource', 'events:ListTargetsByRule', 'tag:GetResources'],
    write: ['events:DeleteRule', 'events:PutRule', 'events:PutTargets', 'events:RemoveTargets', 'events:TagResource'],
  },

  async observe({ env: aws, nodes }) {
    const wanted = new Map(nodes.map((node) => [arnOf(aws, known<string>(node.props.ruleName) ?? ''), node.name]));
    const owned = await ownedTags(aws, 'events:rule');
    const found = [...new Set([...wanted.keys(), ...owned.keys()])].map(async (arn) =>
      observeOne(aws, arn, owned, wanted.get(arn)),
    );
    return (await Promise.all(found)).filter((item) => item !== undefined);
  },

  // Targets are not part of the call.
  async create({ env: aws, node }, props) {
    const events = await aws.eventbridge();
    const { RuleArn } = await events.send(new events.PutRuleCommand({ ...toInput(props), Tags: fromTags(node.tags) }));
    const made = { ...props, targetArn: undefined };
    return { name: node.name, phase: 'ready', props: made, outputs: { ruleArn: RuleArn }, tags: node.tags };
  },

  async update({ env: aws }, live, props, changed) {
    const events = await aws.eventbridge();
    const Name = must(live.props.ruleName, 'ruleName');
    // A put replaces all of a rule but its targets and its tags.
    if (changed.has('description') || changed.has('pattern') || changed.has('state'))
      await events.send(new events.PutRuleCommand({ ...toInput(props), Name }));
    if (changed.has('targetArn')) await writeTargets(aws, Name, live.props, props.targetArn);
  },

  async retag({ env: aws }, live, tags) {
    const events = await aws.eventbridge();
    const ResourceARN = must(live.outputs.ruleArn, 'ruleArn');
    await events.send(new events.TagResourceCommand({ ResourceARN, Tags: fromTags(tags) }));
  },

  // A rule that has targets cannot be deleted.
  async delete({ env: aws }, live) {
    const events = await aws.eventbridge();
    const Name = must(live.props.ruleName, 'ruleName');
    await removeTargets(aws, Name, live.props);
    await ignoreGone(events.send(new events.DeleteRuleCommand({ Name })));
  },
};

const toInput = (props: EventRuleProps) => ({
  Name: props.ruleName,
  Description: props.description,
  EventPattern: JSON.stringify(props.pattern),
  State: props.state,
});

const arnOf = (aws: Aws, name: string): string =>
  `arn:${aws.partition}:events:${aws.region}:${aws.accountId}:rule/${name}`;

async function observeOne(
  aws: Aws,
  arn: string,
  owned: ReadonlyMap<string, Tags>,
  wanted: string | undefined,
): Promise<Observed<EventRuleProps, EventRuleOutputs> | undefined> {
  const events = await aws.eventbridge();
  const Name = arn.slice(arn.lastIndexOf('/') + 1);
  const rule = await orUndefined(events.send(new events.DescribeRuleCommand({ Name })));
  if (rule === undefined) return undefined;
  const [targets, tags] = await Promise.all([
    orUndefined(readTargets(aws, Name)),
    tagsOf(owned, arn, () => readTags(aws, arn)),
  ]);
  if (targets === undefined) return undefined;
  return {
    name: nodeName('EventRule', tags) ?? wanted ?? Name,
    phase: 'ready',
    props: { ...toProps(rule), targetArn: targets.targetArn, others: targets.others },
    outputs: { ruleArn: rule.Arn },
    tags,
    foreign: foreignMark(tags) ?? rule.ManagedBy,
  };
}

const toProps = (rule: DescribeRuleCommandOutput) => ({
  ruleName: rule.Name,
  description: rule.Description,
  // The edge with AWS. One that somebody made may go by a schedule and have none.
  pattern: rule.EventPattern === undefined ? undefined : (JSON.parse(rule.EventPattern) as EventRuleProps['pattern']),
  state: rule.State as EventRuleProps['state'] | undefined,
});

async function readTags(aws: Aws, ResourceARN: string): Promise<Tags> {
  const events = await aws.eventbridge();
  return toTags((await orUndefined(events.send(new events.ListTagsForResourceCommand({ ResourceARN }))))?.Tags);
}
