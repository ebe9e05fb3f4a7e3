import type { WebACL, WebACLSummary } from '@aws-sdk/client-wafv2';
import type { Aws, AwsKind } from '../../aws/aws.ts';
import { ignoreGone, orUndefined } from '../../aws/errors.ts';
import { collect, pagesOf } from '../../aws/pages.ts';
import { foreignMark, fromTags, isOurs, nodeName, toTags } from '../../aws/tags.ts';
import { must } from '../../engine/errors.ts';
import type { Observed, Tags } from '../../engine/kind.ts';
import { known } from '../../engine/ref.ts';
import { fromRule, isOfShield, toRule, type WebAclRule } from './web-acl-rule.ts';

/** A firewall for load balancers of the region: what no rule blocks is let through. */
export interface WebAclProps {
  readonly name: string;
  /** What its numbers are called in CloudWatch. */
  readonly metricName: string;
  readonly rules: readonly WebAclRule[];
}

export interface WebAclOutputs {
  readonly webAclArn: string;
  readonly webAclId: string;
}

const Scope = 'REGIONAL';

export const webAcl: AwsKind<WebAclProps, WebAclOutputs> = {
  name: 'WebAcl',
  immutable: ['name'],
  replace: 'new-first',
  unique: { field: 'name', limit: 128 },
  identifies: ['webAclArn'],
  takes: { create: 3, update: 3, delete: 5 },
  actions: {
    read: ['wafv2:ListWebACLs', 'wafv2:GetWebACL', 'wafv2:ListTagsForResource', 'wafv2:ListResourcesForWebACL'],
    write: ['wafv2:CreateWebACL', 'wafv2:UpdateWebACL', 'wafv2:DeleteWebACL', 'wafv2:TagResource'],
  },

  async observe({ env: aws, nodes }) {
    const waf = await aws.wafv2();
    const wanted = new Map(nodes.map((node) => [known<string>(node.props.name) ?? '', node.name]));
    const all = await collect(
      pagesOf(
        (NextMarker) => waf.send(new waf.ListWebACLsCommand({ Scope, Limit: 100, NextMarker })),
        (page) => page.NextMarker,
      ),
      (page) => page.WebACLs,
    );
    // Neither tags nor rules are in the list: they are fetched for those alone that look like ours.
    const candidates = all.filter(({ Name = '' }) => wanted.has(Name) || LOOKS_LIKE_OURS.test(Name));
    const found = await Promise.all(candidates.map((item) => observeOne(aws, item, wanted.get(item.Name ?? ''))));
    return found.filter((item) => item !== undefined);
  },

  async create({ env: aws, node }, props) {
    const waf = await aws.wafv2();
    const { Summary } = await waf.send(
      new waf.CreateWebACLCommand({ Scope, ...settingsOf(props), Tags: fromTags(node.tags) }),
    );
    const { Id, ARN } = must(Summary, 'Summary');
    return { name: node.name, phase: 'ready', props, outputs: { webAclArn: ARN, webAclId: Id }, tags: node.tags };
  },

  async update({ env: aws }, live, props) {
    const waf = await aws.wafv2();
    const Name = must(live.props.name, 'name');
    const Id = live.outputs.webAclId;
    const { WebACL, LockToken } = await waf.send(new waf.GetWebACLCommand({ Scope, Name, Id }));
    const kept = WebACL?.Rules?.filter(isOfShield) ?? [];
    const { Rules, ...settings } = settingsOf(props);
    await waf.send(
      new waf.UpdateWebACLCommand({ Scope, ...settings, Name, Id, LockToken, Rules: [...Rules, ...kept] }),
    );
  },

  async retag({ env: aws }, live, tags) {
    const waf = await aws.wafv2();
    await waf.send(new waf.TagResourceCommand({ ResourceARN: live.outputs.webAclArn, Tags: fromTags(tags) }));
  },

  async delete({ env: aws }, live) {
    const waf = await aws.wafv2();
    const Id = live.outputs.webAclId;
    const Name = must(live.props.name, 'name');
    const answer = await orUndefined(waf.send(new waf.GetWebACLCommand({ Scope, Name, Id })));
    if (answer === undefined) return;
    const { LockToken } = answer;
    await ignoreGone(waf.send(new waf.DeleteWebACLCommand({ Scope, Name, Id, LockToken })));
  },

  async holders({ env: aws }, live) {
    const waf = await aws.wafv2();
    const { ResourceArns = [] } = await waf.send(
      new waf.ListResourcesForWebACLCommand({ WebACLArn: live.outputs.webAclArn }),
    );
    return ResourceArns.map((arn) => `the load balancer ${arn}`);
  },
};

const settingsOf = ({ name: Name, metricName, rules }: WebAclProps) => ({
  Name,
  DefaultAction: { Allow: {} },
  // Samples of requests show headers that the log leaves out.
  VisibilityConfig: { SampledRequestsEnabled: false, CloudWatchMetricsEnabled: true, MetricName: metricName },
  Rules: rules.map(fromRule),
});

/** Those of any gateway, also of one whose manifest no longer asks for them. */
const LOOKS_LIKE_OURS = /-waf(-[0-9a-f]{6})?$/;

async function observeOne(
  aws: Aws,
  { Name, Id, ARN }: WebACLSummary,
  wanted: string | undefined,
): Promise<Observed<WebAclProps, WebAclOutputs> | undefined> {
  const waf = await aws.wafv2();
  // It may have gone since the list was made.
  const answer = await orUndefined(waf.send(new waf.ListTagsForResourceCommand({ ResourceARN: ARN })));
  const tags = toTags(answer?.TagInfoForResource?.TagList);
  const name = (isOurs(aws, tags) ? nodeName('WebAcl', tags) : undefined) ?? wanted;
  if (name === undefined) return undefined;
  const found = await orUndefined(waf.send(new waf.GetWebACLCommand({ Scope, Name, Id })));
  return found?.WebACL && toObserved(found.WebACL, name, tags);
}

function toObserved(item: WebACL, name: string, tags: Tags): Observed<WebAclProps, WebAclOutputs> {
  const lets = item.DefaultAction?.Allow !== undefined;
  return {
    name,
    phase: 'ready',
    props: {
      name: item.Name,
      metricName: item.VisibilityConfig?.MetricName,
      // One that blocks what no rule names has none of our rules, as far as we are concerned.
      rules: lets ? (item.Rules ?? []).filter((rule) => !isOfShield(rule)).map(toRule) : undefined,
    },
    outputs: { webAclArn: item.ARN, webAclId: item.Id },
    tags,
    foreign: foreignMark(tags),
  };
}
