import type { LoadBalancer } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { AwsKind } from '../../aws/aws.ts';
import { ignoreGone } from '../../aws/errors.ts';
import { collect } from '../../aws/pages.ts';
import { fromTags } from '../../aws/tags.ts';
import { must } from '../../engine/errors.ts';
import type { Observed, Phase } from '../../engine/kind.ts';
import { claimMade, claimNamed, retagElb, type Claim } from './elb-tags.ts';
import {
  attributesOf,
  fromAttributes,
  logAttributes,
  plainAttributes,
  type Attributes,
  type LoadBalancerAttributes,
} from './load-balancer-attributes.ts';

/** An application load balancer. */
export interface LoadBalancerProps extends LoadBalancerAttributes {
  readonly name: string;
  readonly scheme: 'internet-facing' | 'internal';
  readonly vpcId: string;
  readonly subnetIds: readonly string[];
  readonly securityGroupIds: readonly string[];
}

export interface LoadBalancerOutputs {
  readonly loadBalancerArn: string;
  /** In lower case: AWS keeps the case of the name that was given, DNS and CloudFront do not. */
  readonly dnsName: string;
  readonly hostedZoneId: string;
  /** What metrics call it. */
  readonly fullName: string;
}

export const loadBalancer: AwsKind<LoadBalancerProps, LoadBalancerOutputs> = {
  name: 'LoadBalancer',
  immutable: ['name', 'scheme', 'vpcId'],
  // Two may not have one name, and a target group serves only one of them.
  replace: 'delete-first',
  identifies: ['loadBalancerArn'],
  remake: true,
  unordered: ['subnetIds', 'securityGroupIds'],
  takes: { create: 150, update: 5, delete: 5 },
  interrupts: (fields) =>
    fields.length === 0 || ['name', 'scheme', 'vpcId'].some((field) => fields.includes(field))
      ? 'all traffic through this load balancer, until the new one stands and what leads to it knows it'
      : undefined,
  actions: {
    read: [
      'elasticloadbalancing:DescribeLoadBalancers',
      'elasticloadbalancing:DescribeLoadBalancerAttributes',
      'elasticloadbalancing:DescribeTags',
    ],
    write: [
      'elasticloadbalancing:CreateLoadBalancer',
      'elasticloadbalancing:ModifyLoadBalancerAttributes',
      'elasticloadbalancing:SetSubnets',
      'elasticloadbalancing:SetSecurityGroups',
      'elasticloadbalancing:DeleteLoadBalancer',
      'elasticloadbalancing:AddTags',
    ],
    implied: [
      'iam:CreateServiceLinkedRole',
      'ec2:DescribeAccountAttributes',
      'ec2:DescribeInternetGateways',
      'ec2:DescribeSecurityGroups',
      'ec2:DescribeSubnets',
      'ec2:DescribeVpcs',
    ],
  },

  async observe(look) {
    const aws = look.env;
    const elb = await aws.elbv2();
    const all = await collect(
      elb.paginateDescribeLoadBalancers({ client: elb.client, pageSize: 400 }, {}),
      (page) => page.LoadBalancers,
    );
    const found = await claimNamed(look, 'LoadBalancer', all, (item) => [item.LoadBalancerArn, item.LoadBalancerName]);
    return Promise.all(
      found.map(async ({ item, claimed }) => toObserved(item, claimed, await attributesOf(aws, item.LoadBalancerArn))),
    );
  },

  async create({ env: aws, node }, props) {
    const elb = await aws.elbv2();
    const { LoadBalancers } = await elb.send(
      new elb.CreateLoadBalancerCommand({
        Name: props.name,
        Type: 'application',
        Scheme: props.scheme,
        IpAddressType: 'ipv4',
        Subnets: [...props.subnetIds],
        SecurityGroups: [...props.securityGroupIds],
        Tags: fromTags(node.tags),
      }),
    );
    const item = must(LoadBalancers?.[0], 'LoadBalancers');
    return toObserved(item, await claimMade(aws, node, item.LoadBalancerArn), new Map());
  },

  async update({ env: aws }, live, props, changed) {
    const elb = await aws.elbv2();
    const LoadBalancerArn = live.outputs.loadBalancerArn;
    if (changed.has('subnetIds'))
      await elb.send(new elb.SetSubnetsCommand({ LoadBalancerArn, Subnets: [...props.subnetIds] }));
    if (changed.has('securityGroupIds'))
      await elb.send(
        new elb.SetSecurityGroupsCommand({ LoadBalancerArn, SecurityGroups: [...props.securityGroupIds] }),
      );
    // The logs by themselves: a bucket that is refused for now holds up nothing else.
    for (const Attributes of [plainAttributes(props, changed), logAttributes(props, changed)])
      if (Attributes.length > 0)
        await elb.send(new elb.ModifyLoadBalancerAttributesCommand({ LoadBalancerArn, Attributes }));
  },

  retag: (act, live, tags) => retagElb(act.env, live.outputs.loadBalancerArn, tags),

  async delete({ env: aws }, live) {
    const elb = await aws.elbv2();
    const LoadBalancerArn = live.outputs.loadBalancerArn;
    if (live.props.deletionProtection === true) {
      const Attributes = plainAttributes({ deletionProtection: false }, new Set(['deletionProtection']));
      await ignoreGone(elb.send(new elb.ModifyLoadBalancerAttributesCommand({ LoadBalancerArn, Attributes })));
    }
    await ignoreGone(elb.send(new elb.DeleteLoadBalancerCommand({ LoadBalancerArn })));
  },
};

const PHASES: Readonly<Record<string, Phase>> = {
  provisioning: 'pending',
  active: 'ready',
  active_impaired: 'ready',
  failed: 'failed',
};

function toObserved(
  item: LoadBalancer,
  claimed: Claim,
  attributes: Attributes,
): Observed<LoadBalancerProps, LoadBalancerOutputs> {
  const { Code = 'provisioning', Reason } = item.State ?? {};
  return {
    ...claimed,
    phase: PHASES[Code] ?? 'pending',
    because: Code === 'active' ? undefined : `AWS says ${Code}${Reason === undefined ? '' : `: ${Reason}`}`,
    props: {
      name: item.LoadBalancerName,
      scheme: item.Scheme,
      vpcId: item.VpcId,
      subnetIds: (item.AvailabilityZones ?? []).flatMap((zone) => zone.SubnetId ?? []),
      securityGroupIds: item.SecurityGroups ?? [],
      ...fromAttributes(attributes),
    },
    outputs: {
      loadBalancerArn: item.LoadBalancerArn,
      dnsName: item.DNSName?.toLowerCase(),
      hostedZoneId: item.CanonicalHostedZoneId,
      fullName: item.LoadBalancerArn?.split(':loadbalancer/')[1],
    },
    createdAt: item.CreatedTime?.getTime(),
  };
}
