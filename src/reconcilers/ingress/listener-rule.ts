import type { Rule, RuleCondition } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { AwsKind } from '../../aws/aws.ts';
import { ignoreGone } from '../../aws/errors.ts';
import { collect } from '../../aws/pages.ts';
import { fromTags } from '../../aws/tags.ts';
import { must } from '../../engine/errors.ts';
import { idOf, type LiveProps, type Observed } from '../../engine/kind.ts';
import { claim, means, retagElb, tagsByArn, type Claim } from './elb-tags.ts';
import { fromAction, toAction, type ListenerAction } from './listener-action.ts';
import { listener } from './listener.ts';

/** What a listener does with certain requests: those that meet each condition given, of which there is at least one. */
export interface ListenerRuleProps {
  readonly listenerArn: string;
  /** The lowest is asked first. */
  readonly priority: number;
  /** `*` stands for any text. Null: any path. */
  readonly paths: readonly string[] | null;
  /** Null: whatever the headers. */
  readonly header: HeaderCondition | null;
  readonly action: ListenerAction;
}

/** One of the values is enough; case does not matter, and `*` stands for any text. */
interface HeaderCondition {
  readonly name: string;
  readonly values: readonly string[];
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
        Conditions: fromConditions(props),
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
    const isNarrowed = changed.has('paths') || changed.has('header');
    if (isNarrowed || changed.has('action'))
      await elb.send(
        new elb.ModifyRuleCommand({
          RuleArn,
          ...(isNarrowed && { Conditions: fromConditions(props) }),
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

const PATH = 'path-pattern';
const HEADER = 'http-header';

const fromConditions = ({ paths, header }: ListenerRuleProps): RuleCondition[] => [
  ...(paths === null ? [] : [{ Field: PATH, PathPatternConfig: { Values: [...paths] } }]),
  ...(header === null
    ? []
    : [{ Field: HEADER, HttpHeaderConfig: { HttpHeaderName: header.name, Values: [...header.values] } }]),
];

type Conditions = Pick<LiveProps<ListenerRuleProps>, 'paths' | 'header'>;

/** Nothing at all when there are conditions that we never set: that differs from whatever is wanted. */
function toConditions(conditions: readonly RuleCondition[] | undefined): Conditions {
  const found = new Map(conditions?.map((condition) => [condition.Field, condition]));
  const path = found.get(PATH);
  const header = found.get(HEADER)?.HttpHeaderConfig;
  const known = Number(path !== undefined) + Number(header !== undefined);
  if (known !== conditions?.length) return { paths: undefined, header: undefined };
  return {
    paths: path && (path.PathPatternConfig?.Values ?? path.Values),
    header: header && { name: header.HttpHeaderName ?? '', values: header.Values ?? [] },
  };
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
      ...toConditions(item.Conditions),
      action: toAction(item.Actions),
    },
    outputs: { ruleArn: item.RuleArn },
  };
}
