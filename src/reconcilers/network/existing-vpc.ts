import type { RouteTable, Subnet, Vpc } from '@aws-sdk/client-ec2';
import type { Aws, AwsKind } from '../../aws/aws.ts';
import { orUndefined } from '../../aws/errors.ts';
import { collect } from '../../aws/pages.ts';
import type { Observed } from '../../engine/kind.ts';
import { known } from '../../engine/ref.ts';
import { securityGroup } from './security-group.ts';

/** A network that somebody else made, as the manifest describes it. */
export interface ExistingVpcProps {
  readonly vpcId: string;
  readonly publicSubnetIds: readonly string[];
  readonly privateSubnetIds: readonly string[];
  readonly privateRouteTableIds: readonly string[];
}

export interface ExistingVpcOutputs {
  readonly vpcId: string;
  readonly cidr: string;
}

/** Used only when all of it is as it has to be; nothing in it is ever changed. */
export const existingVpc: AwsKind<ExistingVpcProps, ExistingVpcOutputs> = {
  name: 'ExistingVpc',
  immutable: [],
  replace: 'new-first',
  identifies: [],
  actions: {
    read: ['ec2:DescribeVpcs', 'ec2:DescribeVpcAttribute', 'ec2:DescribeSubnets', 'ec2:DescribeRouteTables'],
    write: [],
  },

  async observe({ env: aws, nodes, live }) {
    const stands = new Set((await live(securityGroup)).flatMap((group) => group.props.vpcId ?? []));
    return Promise.all(
      nodes.flatMap((node) => {
        const props = known(node.props);
        return props === undefined ? [] : [look(aws, node.name, props as ExistingVpcProps, stands)];
      }),
    );
  },
};

/** Why a gateway that has security groups in a network cannot have its things in another one. */
export const cannotMove = (from: string): string =>
  `the gateway stands in ${from} and cannot move to another network: take the change of spec.network.existing back, or describe a new gateway under another metadata.name`;

async function look(
  aws: Aws,
  name: string,
  props: ExistingVpcProps,
  stands: ReadonlySet<string>,
): Promise<Observed<ExistingVpcProps, ExistingVpcOutputs>> {
  const ec2 = await aws.ec2();
  const inVpc = { Filters: [{ Name: 'vpc-id', Values: [props.vpcId] }] };
  const ask = (Attribute: 'enableDnsSupport' | 'enableDnsHostnames') =>
    orUndefined(ec2.send(new ec2.DescribeVpcAttributeCommand({ VpcId: props.vpcId, Attribute })));
  const [vpcs, support, hostnames, subnets, tables] = await Promise.all([
    collect(ec2.paginateDescribeVpcs({ client: ec2.client }, inVpc), (page) => page.Vpcs),
    ask('enableDnsSupport'),
    ask('enableDnsHostnames'),
    collect(ec2.paginateDescribeSubnets({ client: ec2.client }, inVpc), (page) => page.Subnets),
    collect(ec2.paginateDescribeRouteTables({ client: ec2.client }, inVpc), (page) => page.RouteTables),
  ]);
  const dns = {
    enableDnsSupport: support?.EnableDnsSupport?.Value ?? false,
    enableDnsHostnames: hostnames?.EnableDnsHostnames?.Value ?? false,
  };
  const elsewhere = [...stands].find((vpcId) => vpcId !== props.vpcId);
  return toObserved(name, props, vpcs[0], [
    ...(elsewhere === undefined ? [] : [cannotMove(elsewhere)]),
    ...problemsOf(props, { vpc: vpcs[0], dns, subnets, tables }),
  ]);
}

interface Found {
  readonly vpc: Vpc | undefined;
  readonly dns: Readonly<Record<'enableDnsSupport' | 'enableDnsHostnames', boolean>>;
  readonly subnets: readonly Subnet[];
  readonly tables: readonly RouteTable[];
}

function problemsOf(props: ExistingVpcProps, { vpc, dns, subnets, tables }: Found): readonly string[] {
  if (vpc === undefined) return [`there is no ${props.vpcId} in this region and account`];
  const problems = Object.entries(dns).flatMap(([attribute, on]) =>
    on ? [] : [`${attribute} of ${props.vpcId} is off`],
  );
  const zones = new Map(subnets.map((item) => [item.SubnetId, item.AvailabilityZone]));
  for (const field of ['publicSubnetIds', 'privateSubnetIds'] as const) {
    const absent = props[field].filter((id) => !zones.has(id));
    if (absent.length > 0) problems.push(`${field}: ${absent.join(', ')} not in ${props.vpcId}`);
    else if (new Set(props[field].map((id) => zones.get(id))).size < 2)
      problems.push(`${field}: all in one availability zone, at least two are needed`);
  }
  const both = props.publicSubnetIds.filter((id) => props.privateSubnetIds.includes(id));
  if (both.length > 0) problems.push(`${both.join(', ')}: both public and private`);
  const tableIds = new Set(tables.map((table) => table.RouteTableId));
  const absent = props.privateRouteTableIds.filter((id) => !tableIds.has(id));
  if (absent.length > 0) problems.push(`privateRouteTableIds: ${absent.join(', ')} not in ${props.vpcId}`);
  return problems;
}

function toObserved(
  name: string,
  props: ExistingVpcProps,
  vpc: Vpc | undefined,
  problems: readonly string[],
): Observed<ExistingVpcProps, ExistingVpcOutputs> {
  return {
    name,
    phase: problems.length > 0 ? 'failed' : 'ready',
    because: problems.length > 0 ? `spec.network.existing: ${problems.join('; ')}` : undefined,
    props,
    outputs: { vpcId: vpc?.VpcId, cidr: vpc?.CidrBlock },
  };
}
