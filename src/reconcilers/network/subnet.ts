import type { Subnet, SubnetState } from '@aws-sdk/client-ec2';
import type { AwsKind } from '../../aws/aws.ts';
import { retagEc2, specify } from '../../aws/ec2-tags.ts';
import { holdersOf } from '../../aws/enis.ts';
import { ignoreGone } from '../../aws/errors.ts';
import { collect } from '../../aws/pages.ts';
import { nodeName, ownerFilter, toTags } from '../../aws/tags.ts';
import { must } from '../../engine/errors.ts';
import type { Observed, Phase } from '../../engine/kind.ts';

export interface SubnetProps {
  readonly vpcId: string;
  readonly cidrBlock: string;
  readonly availabilityZone: string;
  readonly mapPublicIpOnLaunch: boolean;
  /** For people and scripts: the tag `subnet-type`. */
  readonly subnetType: 'public' | 'private';
}

export interface SubnetOutputs {
  readonly subnetId: string;
}

const TYPE_TAG = 'subnet-type';

export const subnet: AwsKind<SubnetProps, SubnetOutputs> = {
  name: 'Subnet',
  immutable: ['vpcId', 'cidrBlock', 'availabilityZone'],
  replace: 'new-first',
  identifies: ['subnetId'],
  takes: { create: 3, delete: 5 },
  actions: {
    read: ['ec2:DescribeSubnets', 'ec2:DescribeNetworkInterfaces'],
    write: ['ec2:CreateSubnet', 'ec2:ModifySubnetAttribute', 'ec2:DeleteSubnet', 'ec2:CreateTags'],
  },

  async observe({ env: aws }) {
    const ec2 = await aws.ec2();
    const subnets = await collect(
      ec2.paginateDescribeSubnets({ client: ec2.client }, { Filters: ownerFilter(aws) }),
      (page) => page.Subnets,
    );
    return subnets.map(toObserved);
  },

  async create({ env: aws, node }, props) {
    const ec2 = await aws.ec2();
    // A repeat would be refused, because the range is taken by then.
    const { Subnet } = await ec2.sendOnce(
      new ec2.CreateSubnetCommand({
        VpcId: props.vpcId,
        CidrBlock: props.cidrBlock,
        AvailabilityZone: props.availabilityZone,
        TagSpecifications: specify('subnet', { ...node.tags, [TYPE_TAG]: props.subnetType }),
      }),
    );
    return toObserved(must(Subnet, 'Subnet'));
  },

  async update({ env: aws }, live, props, changed) {
    const ec2 = await aws.ec2();
    const SubnetId = live.outputs.subnetId;
    if (changed.has('mapPublicIpOnLaunch'))
      await ec2.send(
        new ec2.ModifySubnetAttributeCommand({ SubnetId, MapPublicIpOnLaunch: { Value: props.mapPublicIpOnLaunch } }),
      );
    if (changed.has('subnetType')) await retagEc2(aws, SubnetId, { [TYPE_TAG]: props.subnetType });
  },

  retag: (act, live, tags) => retagEc2(act.env, live.outputs.subnetId, tags),

  async delete({ env: aws }, live) {
    const ec2 = await aws.ec2();
    await ignoreGone(ec2.send(new ec2.DeleteSubnetCommand({ SubnetId: live.outputs.subnetId })));
  },

  holders: (act, live) => holdersOf(act.env, 'subnet-id', live.outputs.subnetId),
};

function toPhase(state: SubnetState | undefined): Phase {
  if (state === 'available') return 'ready';
  return state === 'pending' ? 'pending' : 'failed';
}

function toObserved(item: Subnet): Observed<SubnetProps, SubnetOutputs> {
  const tags = toTags(item.Tags);
  const phase = toPhase(item.State);
  return {
    name: nodeName('Subnet', tags) ?? must(item.SubnetId, 'SubnetId'),
    phase,
    because: phase === 'failed' ? `AWS says that it is ${item.State}` : undefined,
    props: {
      vpcId: item.VpcId,
      cidrBlock: item.CidrBlock,
      availabilityZone: item.AvailabilityZone,
      mapPublicIpOnLaunch: item.MapPublicIpOnLaunch ?? false,
      subnetType: tags[TYPE_TAG] as SubnetProps['subnetType'] | undefined,
    },
    outputs: { subnetId: item.SubnetId },
    tags,
  };
}
