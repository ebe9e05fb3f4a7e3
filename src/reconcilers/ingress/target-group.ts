import type { TargetGroup } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Aws, AwsKind } from '../../aws/aws.ts';
import { ignoreGone } from '../../aws/errors.ts';
import { collect } from '../../aws/pages.ts';
import { fromTags, isOurs } from '../../aws/tags.ts';
import { must } from '../../engine/errors.ts';
import type { Observed } from '../../engine/kind.ts';
import { known } from '../../engine/ref.ts';
import { claim, claimMade, retagElb, tagsByArn, type Claim } from './elb-tags.ts';

/** Tasks that a load balancer sends plain HTTP to, by their addresses. */
export interface TargetGroupProps {
  readonly name: string;
  readonly vpcId: string;
  /** For targets that are registered without a port of their own. */
  readonly port: number;
  readonly healthCheck: HealthCheck;
  /** Seconds that a leaving target gets to finish its requests. */
  readonly deregistrationDelay: number;
  /** Seconds for which a visitor stays with one target; 0: not at all. */
  readonly stickiness: number;
}

export interface HealthCheck {
  readonly path: string;
  /** A number, or `traffic-port` for the one that the target is registered with. */
  readonly port: string;
  /** Statuses of a healthy answer: `200`, `200-399`. */
  readonly matcher: string;
  readonly interval: number;
  readonly timeout: number;
  readonly healthyThreshold: number;
  readonly unhealthyThreshold: number;
}

export interface TargetGroupOutputs {
  readonly targetGroupArn: string;
  /** What metrics call it. */
  readonly fullName: string;
}

const DELAY = 'deregistration_delay.timeout_seconds';
const STICKY = 'stickiness.enabled';
const STICKY_SECONDS = 'stickiness.lb_cookie.duration_seconds';

export const targetGroup: AwsKind<TargetGroupProps, TargetGroupOutputs> = {
  name: 'TargetGroup',
  immutable: ['name', 'vpcId', 'port'],
  replace: 'new-first',
  unique: { field: 'name', limit: 32 },
  identifies: ['targetGroupArn'],
  takes: { create: 2, delete: 5 },
  actions: {
    read: [
      'elasticloadbalancing:DescribeTargetGroups',
      'elasticloadbalancing:DescribeTargetGroupAttributes',
      'elasticloadbalancing:DescribeTags',
    ],
    write: [
      'elasticloadbalancing:CreateTargetGroup',
      'elasticloadbalancing:ModifyTargetGroup',
      'elasticloadbalancing:ModifyTargetGroupAttributes',
      'elasticloadbalancing:DeleteTargetGroup',
      'elasticloadbalancing:AddTags',
    ],
    implied: ['ec2:DescribeVpcs'],
  },

  async observe({ env: aws, nodes }) {
    const elb = await aws.elbv2();
    const all = await collect(
      elb.paginateDescribeTargetGroups({ client: elb.client, pageSize: 400 }, {}),
      (page) => page.TargetGroups,
    );
    const tags = await tagsByArn(aws, all.flatMap((item) => item.TargetGroupArn ?? []));
    const found = all.flatMap((item) => {
      const byName = nodes.find((node) => known<string>(node.props.name) === item.TargetGroupName)?.name;
      const mine = tags.get(item.TargetGroupArn ?? '') ?? {};
      const claimed = claim(aws, 'TargetGroup', mine, isOurs(aws, mine) ? item.TargetGroupName : byName);
      return claimed === undefined ? [] : [{ item, claimed }];
    });
    return Promise.all(found.map(async ({ item, claimed }) => toObserved(item, claimed, await attributesOf(aws, item))));
  },

  async create({ env: aws, node }, props) {
    const elb = await aws.elbv2();
    const { TargetGroups } = await elb.send(
      new elb.CreateTargetGroupCommand({
        Name: props.name,
        VpcId: props.vpcId,
        Port: props.port,
        Protocol: 'HTTP',
        TargetType: 'ip',
        ...fromHealthCheck(props.healthCheck),
        Tags: fromTags(node.tags),
      }),
    );
    const item = must(TargetGroups?.[0], 'TargetGroups');
    return toObserved(item, await claimMade(aws, node, item.TargetGroupArn), new Map());
  },

  async update({ env: aws }, live, props, changed) {
    const elb = await aws.elbv2();
    const TargetGroupArn = live.outputs.targetGroupArn;
    if (changed.has('healthCheck'))
      await elb.send(new elb.ModifyTargetGroupCommand({ TargetGroupArn, ...fromHealthCheck(props.healthCheck) }));
    const Attributes = [
      ...(changed.has('deregistrationDelay') ? [{ Key: DELAY, Value: String(props.deregistrationDelay) }] : []),
      ...(changed.has('stickiness') ? fromStickiness(props.stickiness) : []),
    ];
    if (Attributes.length > 0)
      await elb.send(new elb.ModifyTargetGroupAttributesCommand({ TargetGroupArn, Attributes }));
  },

  retag: (act, live, tags) => retagElb(act.env, live.outputs.targetGroupArn, tags),

  async delete({ env: aws }, live) {
    const elb = await aws.elbv2();
    await ignoreGone(elb.send(new elb.DeleteTargetGroupCommand({ TargetGroupArn: live.outputs.targetGroupArn })));
  },
};

type Attributes = ReadonlyMap<string | undefined, string | undefined>;

async function attributesOf(aws: Aws, { TargetGroupArn }: TargetGroup): Promise<Attributes> {
  const elb = await aws.elbv2();
  const { Attributes } = await elb.send(new elb.DescribeTargetGroupAttributesCommand({ TargetGroupArn }));
  return new Map((Attributes ?? []).map((item) => [item.Key, item.Value]));
}

/** Every field: the defaults that AWS publishes contradict each other. */
const fromHealthCheck = (check: HealthCheck) => ({
  HealthCheckEnabled: true,
  HealthCheckProtocol: 'HTTP' as const,
  HealthCheckPath: check.path,
  HealthCheckPort: check.port,
  HealthCheckIntervalSeconds: check.interval,
  HealthCheckTimeoutSeconds: check.timeout,
  HealthyThresholdCount: check.healthyThreshold,
  UnhealthyThresholdCount: check.unhealthyThreshold,
  Matcher: { HttpCode: check.matcher },
});

const fromStickiness = (seconds: number): readonly { Key: string; Value: string }[] =>
  seconds === 0
    ? [{ Key: STICKY, Value: 'false' }]
    : [
        { Key: STICKY, Value: 'true' },
        { Key: 'stickiness.type', Value: 'lb_cookie' },
        { Key: STICKY_SECONDS, Value: String(seconds) },
      ];

function toObserved(item: TargetGroup, claimed: Claim, attributes: Attributes): Observed<TargetGroupProps, TargetGroupOutputs> {
  return {
    ...claimed,
    phase: 'ready',
    props: {
      name: item.TargetGroupName,
      vpcId: item.VpcId,
      port: item.Port,
      healthCheck: toHealthCheck(item),
      // What is absent has its default.
      deregistrationDelay: Number(attributes.get(DELAY) ?? 300),
      stickiness: attributes.get(STICKY) === 'true' ? Number(attributes.get(STICKY_SECONDS) ?? 86_400) : 0,
    },
    outputs: { targetGroupArn: item.TargetGroupArn, fullName: item.TargetGroupArn?.split(':').pop() },
  };
}

function toHealthCheck(item: TargetGroup): HealthCheck | undefined {
  if (item.HealthCheckEnabled === false) return undefined;
  return {
    path: item.HealthCheckPath ?? '',
    port: item.HealthCheckPort ?? '',
    matcher: item.Matcher?.HttpCode ?? '',
    interval: item.HealthCheckIntervalSeconds ?? 0,
    timeout: item.HealthCheckTimeoutSeconds ?? 0,
    healthyThreshold: item.HealthyThresholdCount ?? 0,
    unhealthyThreshold: item.UnhealthyThresholdCount ?? 0,
  };
}
