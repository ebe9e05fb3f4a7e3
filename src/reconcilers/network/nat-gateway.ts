import type { NatGateway, NatGatewayState } from '@aws-sdk/client-ec2';
import type { AwsKind } from '../../aws/aws.ts';
import { retagEc2, specify } from '../../aws/ec2-tags.ts';
import { ignoreGone } from '../../aws/errors.ts';
import { collect } from '../../aws/pages.ts';
import { nodeName, ownerFilter, toTags } from '../../aws/tags.ts';
import { must } from '../../engine/errors.ts';
import type { Observed, Phase } from '../../engine/kind.ts';

export interface NatGatewayProps {
  readonly subnetId: string;
  readonly allocationId: string;
}

export interface NatGatewayOutputs {
  readonly natGatewayId: string;
}

// A deleted one stays listed for an hour, tags and all.
const PHASES: { readonly [S in Exclude<NatGatewayState, 'deleted'>]: Phase } = {
  pending: 'pending',
  available: 'ready',
  deleting: 'deleting',
  failed: 'failed',
};

export const natGateway: AwsKind<NatGatewayProps, NatGatewayOutputs> = {
  name: 'NatGateway',
  immutable: ['subnetId', 'allocationId'],
  // Two cannot have the same address.
  replace: 'delete-first',
  identifies: ['natGatewayId'],
  remake: true,
  takes: { create: 120, delete: 60 },
  actions: {
    read: ['ec2:DescribeNatGateways'],
    write: ['ec2:CreateNatGateway', 'ec2:DeleteNatGateway', 'ec2:CreateTags'],
  },
  interrupts: (fields) =>
    fields.includes('subnetId') || fields.includes('allocationId')
      ? 'connections from the private subnets to the internet'
      : undefined,

  async observe({ env: aws }) {
    const ec2 = await aws.ec2();
    const list = await collect(
      ec2.paginateDescribeNatGateways(
        { client: ec2.client },
        { Filter: [...ownerFilter(aws), { Name: 'state', Values: Object.keys(PHASES) }] },
      ),
      (page) => page.NatGateways,
    );
    return list.map(toObserved);
  },

  async create({ env: aws, node, token }, props) {
    const ec2 = await aws.ec2();
    const { NatGateway } = await ec2.send(
      new ec2.CreateNatGatewayCommand({
        SubnetId: props.subnetId,
        AllocationId: props.allocationId,
        ClientToken: token,
        TagSpecifications: specify('natgateway', node.tags),
      }),
    );
    return toObserved(must(NatGateway, 'NatGateway'));
  },

  retag: (act, live, tags) => retagEc2(act.env, live.outputs.natGatewayId, tags),

  async delete({ env: aws }, live) {
    const ec2 = await aws.ec2();
    await ignoreGone(ec2.send(new ec2.DeleteNatGatewayCommand({ NatGatewayId: live.outputs.natGatewayId })));
  },
};

function toObserved(item: NatGateway): Observed<NatGatewayProps, NatGatewayOutputs> {
  const tags = toTags(item.Tags);
  const addresses = item.NatGatewayAddresses ?? [];
  // `IsPrimary` may be missing where there is only one.
  const primary = addresses.find((address) => address.IsPrimary === true) ?? addresses[0];
  const { State: state = 'pending' } = item;
  return {
    name: nodeName('NatGateway', tags) ?? must(item.NatGatewayId, 'NatGatewayId'),
    phase: state === 'deleted' ? 'deleting' : PHASES[state],
    because: state === 'failed' ? `${item.FailureCode}: ${item.FailureMessage}` : undefined,
    props: { subnetId: item.SubnetId, allocationId: primary?.AllocationId },
    outputs: { natGatewayId: item.NatGatewayId },
    tags,
    createdAt: item.CreateTime?.getTime(),
  };
}
