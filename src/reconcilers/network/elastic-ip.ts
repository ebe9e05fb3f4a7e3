import type { Address } from '@aws-sdk/client-ec2';
import type { AwsKind } from '../../aws/aws.ts';
import { retagEc2, specify } from '../../aws/ec2-tags.ts';
import { ignoreGone } from '../../aws/errors.ts';
import { nodeName, ownerFilter, toTags } from '../../aws/tags.ts';
import { must } from '../../engine/errors.ts';
import type { Observed } from '../../engine/kind.ts';

export interface ElasticIpProps {
  readonly domain: 'vpc';
}

export interface ElasticIpOutputs {
  readonly allocationId: string;
  readonly publicIp: string;
  /** The address as a range of one, as rules want it. */
  readonly cidr: string;
}

export const elasticIp: AwsKind<ElasticIpProps, ElasticIpOutputs> = {
  name: 'ElasticIp',
  immutable: ['domain'],
  replace: 'new-first',
  identifies: ['allocationId', 'cidr'],
  nameless: true,
  takes: { create: 1, delete: 5 },
  actions: {
    read: ['ec2:DescribeAddresses'],
    write: ['ec2:AllocateAddress', 'ec2:ReleaseAddress', 'ec2:CreateTags'],
  },

  async observe({ env: aws }) {
    const ec2 = await aws.ec2();
    const { Addresses } = await ec2.send(new ec2.DescribeAddressesCommand({ Filters: ownerFilter(aws) }));
    return (Addresses ?? []).map(toObserved);
  },

  async create({ env: aws, node }, props) {
    const ec2 = await aws.ec2();
    const { AllocationId, PublicIp } = await ec2.sendOnce(
      new ec2.AllocateAddressCommand({ Domain: props.domain, TagSpecifications: specify('elastic-ip', node.tags) }),
    );
    return { ...toObserved({ AllocationId, PublicIp, Domain: props.domain }), name: node.name, tags: node.tags };
  },

  retag: (act, live, tags) => retagEc2(act.env, live.outputs.allocationId, tags),

  async delete({ env: aws }, live) {
    const ec2 = await aws.ec2();
    // For some seconds after its NAT gateway went, AWS refuses this with AuthFailure.
    await ignoreGone(ec2.send(new ec2.ReleaseAddressCommand({ AllocationId: live.outputs.allocationId })));
  },
};

function toObserved(item: Address): Observed<ElasticIpProps, ElasticIpOutputs> {
  const tags = toTags(item.Tags);
  return {
    name: nodeName('ElasticIp', tags) ?? must(item.AllocationId, 'AllocationId'),
    phase: 'ready',
    props: { domain: item.Domain as ElasticIpProps['domain'] | undefined },
    outputs: { allocationId: item.AllocationId, publicIp: item.PublicIp, cidr: item.PublicIp && `${item.PublicIp}/32` },
    tags,
  };
}
