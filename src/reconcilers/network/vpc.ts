import type { AwsKind } from '../../aws/aws.ts';
import { ignoreGone } from '../../aws/errors.ts';
import { holdersOf } from '../../aws/enis.ts';
import { collect } from '../../aws/pages.ts';
import { retagEc2, specify } from '../../aws/ec2-tags.ts';
import { nodeName, ownerFilter, toTags } from '../../aws/tags.ts';
import { must } from '../../engine/errors.ts';
import type { Vpc as Ec2Vpc } from '@aws-sdk/client-ec2';
import type { Observed } from '../../engine/kind.ts';
import { cannotMove } from './existing-vpc.ts';
import { securityGroup } from './security-group.ts';

export interface VpcProps {
  readonly cidrBlock: string;
  readonly enableDnsSupport: boolean;
  readonly enableDnsHostnames: boolean;
}

export interface VpcOutputs {
  readonly vpcId: string;
  readonly cidr: string;
}

const DNS_ATTRIBUTES = ['enableDnsSupport', 'enableDnsHostnames'] as const;

export const vpc: AwsKind<VpcProps, VpcOutputs> = {
  name: 'Vpc',
  immutable: ['cidrBlock'],
  replace: 'new-first',
  identifies: ['vpcId'],
  nameless: true,
  takes: { create: 5, delete: 5 },
  actions: {
    read: [
      'ec2:DescribeVpcs',
      'ec2:DescribeVpcAttribute',
      'ec2:DescribeNetworkInterfaces',
      'ec2:DescribeSecurityGroups',
    ],
    write: ['ec2:CreateVpc', 'ec2:ModifyVpcAttribute', 'ec2:DeleteVpc', 'ec2:CreateTags'],
  },

  async observe({ env: aws, nodes, live }) {
    const ec2 = await aws.ec2();
    const [vpcs, groups] = await Promise.all([
      collect(ec2.paginateDescribeVpcs({ client: ec2.client }, { Filters: ownerFilter(aws) }), (page) => page.Vpcs),
      live(securityGroup),
    ]);
    const stands = groups[0]?.props.vpcId;
    if (vpcs.length === 0 && stands !== undefined) return nodes.map(({ name }) => elsewhere(name, stands));
    return Promise.all(
      vpcs.map(async (item) => {
        // The list does not have the DNS attributes, and one call answers for one of them.
        const [support, hostnames] = await Promise.all(
          DNS_ATTRIBUTES.map((Attribute) =>
            ec2.send(new ec2.DescribeVpcAttributeCommand({ VpcId: item.VpcId, Attribute })),
          ),
        );
        return toObserved(item, {
          enableDnsSupport: support?.EnableDnsSupport?.Value ?? false,
          enableDnsHostnames: hostnames?.EnableDnsHostnames?.Value ?? false,
        });
      }),
    );
  },

  async create({ env: aws, node }, props) {
    const ec2 = await aws.ec2();
    const { Vpc } = await ec2.sendOnce(
      new ec2.CreateVpcCommand({ CidrBlock: props.cidrBlock, TagSpecifications: specify('vpc', node.tags) }),
    );
    return toObserved(must(Vpc, 'Vpc'), { enableDnsSupport: true, enableDnsHostnames: false });
  },

  async update({ env: aws }, live, props, changed) {
    const ec2 = await aws.ec2();
    const VpcId = live.outputs.vpcId;
    // One attribute a call; host names are refused while support is off.
    if (changed.has('enableDnsSupport'))
      await ec2.send(new ec2.ModifyVpcAttributeCommand({ VpcId, EnableDnsSupport: { Value: props.enableDnsSupport } }));
    if (changed.has('enableDnsHostnames'))
      await ec2.send(
        new ec2.ModifyVpcAttributeCommand({ VpcId, EnableDnsHostnames: { Value: props.enableDnsHostnames } }),
      );
  },

  retag: (act, live, tags) => retagEc2(act.env, live.outputs.vpcId, tags),

  async delete({ env: aws }, live) {
    const ec2 = await aws.ec2();
    await ignoreGone(ec2.send(new ec2.DeleteVpcCommand({ VpcId: live.outputs.vpcId })));
  },

  async holders({ env: aws }, live) {
    const ec2 = await aws.ec2();
    const Filters = [{ Name: 'vpc-id', Values: [must(live.outputs.vpcId, 'vpcId')] }];
    const [interfaces, groups] = await Promise.all([
      holdersOf(aws, 'vpc-id', live.outputs.vpcId),
      collect(ec2.paginateDescribeSecurityGroups({ client: ec2.client }, { Filters }), (page) => page.SecurityGroups),
    ]);
    // GuardDuty, for one, puts an endpoint and a group of its own into a VPC.
    const others = groups.filter((group) => group.GroupName !== 'default');
    return [...interfaces, ...others.map((group) => `${group.GroupId} (${group.GroupName})`)];
  },
};

/** With groups in a network that is not ours, the gateway was built in one that `spec.network.existing` named. */
function elsewhere(name: string, vpcId: string): Observed<VpcProps, VpcOutputs> {
  return {
    name,
    phase: 'failed',
    foreign: `somebody else: ${cannotMove(vpcId)}`,
    props: { cidrBlock: undefined, enableDnsSupport: undefined, enableDnsHostnames: undefined },
    outputs: { vpcId: undefined, cidr: undefined },
  };
}

function toObserved(
  item: Ec2Vpc,
  dns: Pick<VpcProps, 'enableDnsSupport' | 'enableDnsHostnames'>,
): Observed<VpcProps, VpcOutputs> {
  const tags = toTags(item.Tags);
  return {
    name: nodeName('Vpc', tags) ?? must(item.VpcId, 'VpcId'),
    phase: item.State === 'available' ? 'ready' : 'pending',
    props: { cidrBlock: item.CidrBlock, ...dns },
    outputs: { vpcId: item.VpcId, cidr: item.CidrBlock },
    tags,
  };
}
