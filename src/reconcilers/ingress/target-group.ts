import type { TargetGroup } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Aws, AwsKind } from '../../aws/aws.ts';
import { ignoreGone } from '../../aws/errors.ts';
import { collect } from '../../aws/pages.ts';
import { fromTags } from '../../aws/tags.ts';
import { must } from '../../engine/errors.ts';
import type { Observed } from '../../engine/kind.ts';
import { claimMade, claimNamed, retagElb, type Claim } from './elb-tags.ts';
import { fromHealthCheck, toHealthCheck, type HealthCheck } from './health-check.ts';

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

  async observe(look) {
    const aws = look.env;
    const elb = await aws.elbv2();
    const all = await collect(
      elb.paginateDescribeTargetGroups({ client: elb.client, pageSize: 400 }, {}),
      (page) => page.TargetGroups,
    );
    const found = await claimNamed(look, 'TargetGroup', all, (item) => [item.TargetGroupArn, item.TargetGroupName]);
    return Promise.all(
      found.map(async ({ item, claimed }) => toObserved(item, claimed, await attributesOf(aws, item))),
    );
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

const fromStickiness = (seconds: number): readonly { Key: string; Value: string }[] =>
  seconds === 0
    ? [{ Key: STICKY, Value: 'false' }]
    : [
        { Key: STICKY, Value: 'true' },
        { Key: 'stickiness.type', Value: 'lb_cookie' },
        { Key: STICKY_SECONDS, Value: String(seconds) },
      ];

function toObserved(
  item: TargetGroup,
  claimed: Claim,
  attributes: Attributes,
): Observed<TargetGroupProps, TargetGroupOutputs> {
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
