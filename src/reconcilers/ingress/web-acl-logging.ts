import type { LoggingConfiguration } from '@aws-sdk/client-wafv2';
import type { AwsKind } from '../../aws/aws.ts';
import { ignoreGone } from '../../aws/errors.ts';
import { collect, pagesOf } from '../../aws/pages.ts';
import { must } from '../../engine/errors.ts';
import { idOf, type Observed } from '../../engine/kind.ts';
import { means } from './elb-tags.ts';
import { webAcl } from './web-acl.ts';

/** Where a firewall writes a line for each request that it has looked at. */
export interface WebAclLoggingProps {
  readonly webAclArn: string;
  /** Of a log group, without the `:*` at its end. */
  readonly logGroupArn: string;
  /** Request headers whose values are left out, in lower case. */
  readonly redactedHeaders: readonly string[];
}

export interface WebAclLoggingOutputs {
  readonly webAclArn: string;
}

export const webAclLogging: AwsKind<WebAclLoggingProps, WebAclLoggingOutputs> = {
  name: 'WebAclLogging',
  immutable: ['webAclArn'],
  replace: 'new-first',
  identifies: [],
  identity: ['webAclArn'],
  unordered: ['redactedHeaders'],
  takes: { create: 5, delete: 5 },
  actions: {
    read: ['wafv2:ListLoggingConfigurations'],
    write: ['wafv2:PutLoggingConfiguration', 'wafv2:DeleteLoggingConfiguration'],
    implied: [
      'iam:CreateServiceLinkedRole',
      'logs:CreateLogDelivery',
      'logs:DeleteLogDelivery',
      'logs:DescribeLogGroups',
      'logs:DescribeResourcePolicies',
      'logs:PutResourcePolicy',
    ],
  },

  async observe({ env: aws, nodes, live }) {
    const acls = new Map((await live(webAcl)).map((item) => [item.outputs.webAclArn, item.name]));
    if (acls.size === 0) return [];
    const waf = await aws.wafv2();
    const all = await collect(
      pagesOf(
        (NextMarker) =>
          waf.send(new waf.ListLoggingConfigurationsCommand({ Scope: 'REGIONAL', Limit: 100, NextMarker })),
        (page) => page.NextMarker,
      ),
      (page) => page.LoggingConfigurations,
    );
    return all.flatMap((item) => {
      const acl = acls.get(item.ResourceArn);
      if (acl === undefined) return [];
      const node = nodes.find(({ props }) => means(props.webAclArn, idOf('WebAcl', acl), item.ResourceArn));
      return [toObserved(item, node?.name ?? `${acl}/logging`)];
    });
  },

  async create({ env: aws, node }, props) {
    const waf = await aws.wafv2();
    const { LoggingConfiguration } = await waf.send(
      new waf.PutLoggingConfigurationCommand({ LoggingConfiguration: toConfiguration(props) }),
    );
    return toObserved(must(LoggingConfiguration, 'LoggingConfiguration'), node.name);
  },

  async update({ env: aws }, _live, props) {
    const waf = await aws.wafv2();
    await waf.send(new waf.PutLoggingConfigurationCommand({ LoggingConfiguration: toConfiguration(props) }));
  },

  async delete({ env: aws }, live) {
    const waf = await aws.wafv2();
    const ResourceArn = live.outputs.webAclArn;
    await ignoreGone(waf.send(new waf.DeleteLoggingConfigurationCommand({ ResourceArn })));
  },
};

const toConfiguration = ({ webAclArn, logGroupArn, redactedHeaders }: WebAclLoggingProps): LoggingConfiguration => ({
  ResourceArn: webAclArn,
  LogDestinationConfigs: [logGroupArn],
  RedactedFields: redactedHeaders.map((Name) => ({ SingleHeader: { Name } })),
});

function toObserved(item: LoggingConfiguration, name: string): Observed<WebAclLoggingProps, WebAclLoggingOutputs> {
  const [destination, second] = item.LogDestinationConfigs ?? [];
  const fields = (item.RedactedFields ?? []).map((field) => field.SingleHeader?.Name);
  return {
    name,
    phase: 'ready',
    props: {
      webAclArn: item.ResourceArn,
      logGroupArn: second === undefined ? destination?.replace(/:\*$/, '') : undefined,
      // Whatever else is redacted was not asked for by us.
      redactedHeaders: fields.map((field) => field ?? ''),
    },
    outputs: { webAclArn: item.ResourceArn },
  };
}
