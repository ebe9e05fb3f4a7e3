import type { Rule, RuleCondition } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { AwsKind } from '../../aws/aws.ts';
import { ignoreGone } from '../../aws/errors.ts';
import { collect } from '../../aws/pages.ts';
import { fromTags } from '../../aws/tags.ts';
import { must } from '../../engine/errors.ts';
import { idOf, type Observed } from '../../engine/kind.ts';
import { claim, means, retagElb, tagsByArn, type Claim } from './elb-tags.ts';
import { fromAction, toAction, type ListenerAction } from './listener-action.ts';
import { listener } from './listener.ts';

/** What a listener does with requests to certain paths. */
export interface ListenerRuleProps {
  readonly listenerArn: string;
  /** The lowest is asked first. */
  readonly priority: number;
  /** `*` stands for any text. */
  readonly paths: readonly string[];
  readonly action: ListenerAction;
}

export interface ListenerRuleOutputs {
  readonly ruleArn: string;
}

export const listenerRule: AwsKind<ListenerRuleProps, ListenerRuleOutputs> = {
  name: 'ListenerRule',
  parent: 'listenerArn',
  exclusive: true,
  immutable: ['listenerArn'],
  replace: 'new-first',
  identifies: ['ruleArn'],
  unordered: ['paths'],
  takes: { create: 2, delete: 2 },
  actions: {
    read: ['elasticloadbalancing:DescribeRules', 'elasticloadbalancing:DescribeTags'],
    write: [
      'elasticloadbalancing:CreateRule',
      'elasticloadbalancing:ModifyRule',
      'elasticloadbalancing:SetRulePriorities',
      'elasticloadbalancing:DeleteRule',
      'elasticloadbalancing:AddTags',
    ],
  },

  async observe({ env: aws, nodes, live }) {
    const elb = await aws.elbv2();
    const lists = await Promise.all(
      (await live(listener)).map(async ({ name, outputs: { listenerArn } }) => {
        const pages = elb.paginateDescribeRules({ client: elb.client, pageSize: 400 }, { ListenerArn: listenerArn });
        const rules = await collect(pages, (page) => page.Rules);
        // The last one is the listener's own action.
        return rules.filter((item) => item.IsDefault !== true).map((item) => ({ item, parent: name, listenerArn }));
      }),
    );
    const all = lists.flat();
    const tags = await tagsByArn(
      aws,
      all.flatMap(({ item }) => item.RuleArn ?? []),
    );
    return all.flatMap(({ item, parent, listenerArn }) => {
      // One that somebody made where ours should be becomes ours: AWS would not have a second one there.
      const there = nodes.find(
        ({ props }) =>
          props.priority === Number(item.Priority) && means(props.listenerArn, idOf('Listener', parent), listenerArn),
      );
      const claimed = claim(
        aws,
        'ListenerRule',
        tags.get(item.RuleArn ?? '') ?? {},
        there?.name ?? `${parent}/${item.Priority}`,
      );
      return claimed === undefined ? [] : [toObserved(item, listenerArn, claimed)];
    });
  },

  async create({ env: aws, node }, props) {
    const elb = await aws.elbv2();
    const { Rules } = await elb.send(
      new elb.CreateRuleCommand({
        ListenerArn: props.listenerArn,
        Priority: props.priority,
        Conditions: fromPaths(props.paths),
        Actions: fromAction(props.action),
        Tags: fromTags(node.tags),
      }),
    );
    const claimed = { name: node.name, tags: node.tags, foreign: undefined };
    return toObserved(must(Rules?.[0], 'Rules'), props.listenerArn, claimed);
  },

  async update({ env: aws }, live, props, changed) {
    const elb = await aws.elbv2();
    const RuleArn = live.outputs.ruleArn;
    if (changed.has('priority'))
      await elb.send(new elb.SetRulePrioritiesCommand({ RulePriorities: [{ RuleArn, Priority: props.priority }] }));
    if (changed.has('paths') || changed.has('action'))
      await elb.send(
        new elb.ModifyRuleCommand({
          RuleArn,
          ...(changed.has('paths') && { Conditions: fromPaths(props.paths) }),
          ...(changed.has('action') && { Actions: fromAction(props.action) }),
        }),
      );
  },

  retag: (act, live, tags) => retagElb(act.env, live.outputs.ruleArn, tags),

  async delete({ env: aws }, live) {
    const elb = await aws.elbv2();
    await ignoreGone(elb.send(new elb.DeleteRuleCommand({ RuleArn: live.outputs.ruleArn })));
  },
};

const FIELD = 'path-pattern';

const fromPaths = (paths: readonly string[]): RuleCondition[] => [
  { Field: FIELD, PathPatternConfig: { Values: [...paths] } },
];

/** Undefined when there are conditions that we never set. */
function toPaths(conditions: readonly RuleCondition[] | undefined): readonly string[] | undefined {
  const [condition, second] = conditions ?? [];
  if (condition?.Field !== FIELD || second !== undefined) return undefined;
  return condition.PathPatternConfig?.Values ?? condition.Values;
}

function toObserved(
  item: Rule,
  listenerArn: string | undefined,
  claimed: Claim,
): Observed<ListenerRuleProps, ListenerRuleOutputs> {
  return {
    ...claimed,
    phase: 'ready',
    props: {
      listenerArn,
      priority: Number(item.Priority),
      paths: toPaths(item.Conditions),
      action: toAction(item.Actions),
    },
    outputs: { ruleArn: item.RuleArn },
  };
}
