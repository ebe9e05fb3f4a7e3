import type { CreateListenerCommandInput, Listener } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { AwsKind } from '../../aws/aws.ts';
import { ignoreGone } from '../../aws/errors.ts';
import { collect } from '../../aws/pages.ts';
import { fromTags, isOurs } from '../../aws/tags.ts';
import { must } from '../../engine/errors.ts';
import { idOf, type Observed } from '../../engine/kind.ts';
import { claim, means, retagElb, tagsByArn, type Claim } from './elb-tags.ts';
import { fromAction, toAction, type ListenerAction } from './listener-action.ts';
import { loadBalancer } from './load-balancer.ts';

export interface ListenerProps {
  readonly loadBalancerArn: string;
  readonly port: number;
  readonly protocol: 'HTTP' | 'HTTPS';
  /** Only for HTTPS. */
  readonly certificateArn?: string;
  /** Only for HTTPS: which versions of TLS and which ciphers. */
  readonly sslPolicy?: string;
  /** What is done with a request that no rule wants. */
  readonly action: ListenerAction;
}

export interface ListenerOutputs {
  readonly listenerArn: string;
}

export const listener: AwsKind<ListenerProps, ListenerOutputs> = {
  name: 'Listener',
  parent: 'loadBalancerArn',
  exclusive: true,
  immutable: ['loadBalancerArn'],
  // Two may not have one port.
  replace: 'delete-first',
  identifies: ['listenerArn'],
  takes: { create: 2, delete: 2 },
  interrupts: (fields) =>
    fields.includes('port') || fields.includes('protocol') || fields.includes('loadBalancerArn')
      ? 'what is sent to the port in the old way'
      : undefined,
  actions: {
    read: ['elasticloadbalancing:DescribeListeners', 'elasticloadbalancing:DescribeTags'],
    write: [
      'elasticloadbalancing:CreateListener',
      'elasticloadbalancing:ModifyListener',
      'elasticloadbalancing:DeleteListener',
      'elasticloadbalancing:AddTags',
    ],
  },

  async observe({ env: aws, nodes, live }) {
    const elb = await aws.elbv2();
    const parents = (await live(loadBalancer)).filter((item) => isOurs(aws, item.tags ?? {}));
    const lists = await Promise.all(
      parents.map(async ({ name, outputs }) => {
        const pages = elb.paginateDescribeListeners(
          { client: elb.client, pageSize: 400 },
          { LoadBalancerArn: outputs.loadBalancerArn },
        );
        return (await collect(pages, (page) => page.Listeners)).map((item) => ({ item, parent: name }));
      }),
    );
    const all = lists.flat();
    const tags = await tagsByArn(
      aws,
      all.flatMap(({ item }) => item.ListenerArn ?? []),
    );
    return all.flatMap(({ item, parent }) => {
      // One that somebody made where ours should be becomes ours: AWS would not have a second one there.
      const there = nodes.find(
        ({ props }) =>
          props.port === item.Port && means(props.loadBalancerArn, idOf('LoadBalancer', parent), item.LoadBalancerArn),
      );
      const claimed = claim(
        aws,
        'Listener',
        tags.get(item.ListenerArn ?? '') ?? {},
        there?.name ?? `${parent}/${item.Port}`,
      );
      return claimed === undefined ? [] : [toObserved(item, claimed)];
    });
  },

  async create({ env: aws, node }, props) {
    const elb = await aws.elbv2();
    const { Listeners } = await elb.send(
      new elb.CreateListenerCommand({
        LoadBalancerArn: props.loadBalancerArn,
        Port: props.port,
        Protocol: props.protocol,
        ...securityOf(props),
        DefaultActions: fromAction(props.action),
        Tags: fromTags(node.tags),
      }),
    );
    return toObserved(must(Listeners?.[0], 'Listeners'), { name: node.name, tags: node.tags, foreign: undefined });
  },

  async update({ env: aws }, live, props, changed) {
    const elb = await aws.elbv2();
    await elb.send(
      new elb.ModifyListenerCommand({
        ListenerArn: live.outputs.listenerArn,
        ...(changed.has('port') && { Port: props.port }),
        ...(changed.has('protocol') && { Protocol: props.protocol }),
        // To HTTPS, both must come along; to HTTP, AWS drops both.
        ...(SECURITY.some((field) => changed.has(field)) && securityOf(props)),
        ...(changed.has('action') && { DefaultActions: fromAction(props.action) }),
      }),
    );
  },

  retag: (act, live, tags) => retagElb(act.env, live.outputs.listenerArn, tags),

  async delete({ env: aws }, live) {
    const elb = await aws.elbv2();
    await ignoreGone(elb.send(new elb.DeleteListenerCommand({ ListenerArn: live.outputs.listenerArn })));
  },
};

const SECURITY = ['protocol', 'certificateArn', 'sslPolicy'] as const;

const securityOf = ({ certificateArn, sslPolicy }: ListenerProps): Partial<CreateListenerCommandInput> => ({
  ...(certificateArn !== undefined && { Certificates: [{ CertificateArn: certificateArn }] }),
  ...(sslPolicy !== undefined && { SslPolicy: sslPolicy }),
});

function toObserved(item: Listener, claimed: Claim): Observed<ListenerProps, ListenerOutputs> {
  return {
    ...claimed,
    phase: 'ready',
    props: {
      loadBalancerArn: item.LoadBalancerArn,
      port: item.Port,
      // Another protocol than ours is a difference to be shown and set right.
      protocol: item.Protocol as ListenerProps['protocol'] | undefined,
      certificateArn: item.Certificates?.[0]?.CertificateArn,
      sslPolicy: item.SslPolicy,
      action: toAction(item.DefaultActions),
    },
    outputs: { listenerArn: item.ListenerArn },
  };
}
