import type { VpcEndpoint } from '@aws-sdk/client-ec2';
import type { Aws, AwsKind } from '../../aws/aws.ts';
import { retagEc2, specify } from '../../aws/ec2-tags.ts';
import { ignoreGone } from '../../aws/errors.ts';
import { collect } from '../../aws/pages.ts';
import { canonicalPolicy, parsePolicy, type PolicyDocument } from '../../aws/policy.ts';
import { nodeName, ownerFilter, toTags } from '../../aws/tags.ts';
import { must } from '../../engine/errors.ts';
import type { Observed, Phase } from '../../engine/kind.ts';

/** A gateway endpoint has route tables; an interface endpoint has subnets, groups and DNS. */
export interface VpcEndpointProps {
  readonly vpcId: string;
  readonly serviceName: string;
  readonly type: 'Gateway' | 'Interface';
  readonly policy: PolicyDocument;
  readonly routeTableIds?: readonly string[];
  readonly subnetIds?: readonly string[];
  readonly groupIds?: readonly string[];
  readonly privateDns?: boolean;
}

export interface VpcEndpointOutputs {
  readonly endpointId: string;
}

export const vpcEndpoint: AwsKind<VpcEndpointProps, VpcEndpointOutputs> = {
  name: 'VpcEndpoint',
  immutable: ['vpcId', 'serviceName', 'type'],
  // A second one for the same service collides with the first in the route tables or in DNS.
  replace: 'delete-first',
  identifies: ['endpointId'],
  unordered: ['routeTableIds', 'subnetIds', 'groupIds'],
  remake: true,
  canonical: (props) => ({ ...props, policy: canonicalPolicy(props['policy']) }),
  takes: { create: 60, update: 30, delete: 120 },
  actions: {
    read: ['ec2:DescribeVpcEndpoints'],
    write: ['ec2:CreateVpcEndpoint', 'ec2:ModifyVpcEndpoint', 'ec2:DeleteVpcEndpoints', 'ec2:CreateTags'],
    implied: ['route53:AssociateVPCWithHostedZone', 'route53:DisassociateVPCFromHostedZone'],
  },

  async observe({ env: aws }) {
    const ec2 = await aws.ec2();
    const list = await collect(
      ec2.paginateDescribeVpcEndpoints({ client: ec2.client }, { Filters: ownerFilter(aws) }),
      (page) => page.VpcEndpoints,
    );
    return list.filter((item) => stateOf(item) !== 'deleted').map(toObserved);
  },

  async create({ env: aws, node, token }, props) {
    const ec2 = await aws.ec2();
    const { VpcEndpoint } = await ec2.send(
      new ec2.CreateVpcEndpointCommand({
        VpcId: props.vpcId,
        ServiceName: props.serviceName,
        VpcEndpointType: props.type,
        PolicyDocument: JSON.stringify(props.policy),
        ClientToken: token,
        TagSpecifications: specify('vpc-endpoint', node.tags),
        ...(props.routeTableIds && { RouteTableIds: [...props.routeTableIds] }),
        ...(props.subnetIds && { SubnetIds: [...props.subnetIds] }),
        ...(props.groupIds && { SecurityGroupIds: [...props.groupIds] }),
        ...(props.privateDns !== undefined && { PrivateDnsEnabled: props.privateDns }),
      }),
    );
    return { ...toObserved(must(VpcEndpoint, 'VpcEndpoint')), name: node.name };
  },

  // One call for all that changed: AWS takes one in three seconds.
  async update({ env: aws }, live, props, changed) {
    const ec2 = await aws.ec2();
    const routeTables = turn(live.props.routeTableIds, changed.has('routeTableIds') ? props.routeTableIds : undefined);
    const subnets = turn(live.props.subnetIds, changed.has('subnetIds') ? props.subnetIds : undefined);
    const groups = turn(live.props.groupIds, changed.has('groupIds') ? props.groupIds : undefined);
    await ec2.send(
      new ec2.ModifyVpcEndpointCommand({
        VpcEndpointId: live.outputs.endpointId,
        AddRouteTableIds: routeTables.add,
        RemoveRouteTableIds: routeTables.remove,
        AddSubnetIds: subnets.add,
        RemoveSubnetIds: subnets.remove,
        AddSecurityGroupIds: groups.add,
        RemoveSecurityGroupIds: groups.remove,
        ...(changed.has('privateDns') && { PrivateDnsEnabled: props.privateDns }),
        ...(changed.has('policy') && { PolicyDocument: JSON.stringify(props.policy) }),
      }),
    );
  },

  retag: (act, live, tags) => retagEc2(act.env, live.outputs.endpointId, tags),

  delete: ({ env: aws }, live) => ignoreGone(remove(aws, must(live.outputs.endpointId, 'endpointId'))),
};

/** What leads from one list to the other. */
function turn(
  from: readonly string[] = [],
  to = from,
): { readonly add: string[] | undefined; readonly remove: string[] | undefined } {
  return { add: some(to.filter((id) => !from.includes(id))), remove: some(from.filter((id) => !to.includes(id))) };
}

// AWS takes no empty list.
const some = (list: string[]): string[] | undefined => (list.length > 0 ? list : undefined);

/** The call succeeds even when it did nothing; what went wrong stands in its answer. */
async function remove(aws: Aws, endpointId: string): Promise<void> {
  const ec2 = await aws.ec2();
  const { Unsuccessful, $metadata } = await ec2.send(
    new ec2.DeleteVpcEndpointsCommand({ VpcEndpointIds: [endpointId] }),
  );
  const error = Unsuccessful?.[0]?.Error;
  if (error !== undefined) throw Object.assign(new Error(error.Message), { name: error.Code, $metadata });
}

// On the wire the states are in camel case, whatever the SDK's enum says.
const stateOf = (item: VpcEndpoint): string => item.State?.toLowerCase() ?? 'pending';

const PHASES: Readonly<Record<string, Phase>> = {
  available: 'ready',
  pending: 'pending',
  partial: 'pending',
  pendingacceptance: 'pending',
  deleting: 'deleting',
};

function toObserved(item: VpcEndpoint): Observed<VpcEndpointProps, VpcEndpointOutputs> {
  const tags = toTags(item.Tags);
  const phase = PHASES[stateOf(item)] ?? 'failed';
  return {
    name: nodeName('VpcEndpoint', tags) ?? must(item.VpcEndpointId, 'VpcEndpointId'),
    phase,
    because:
      phase === 'failed'
        ? (item.LastError?.Message ?? item.FailureReason ?? `AWS says that it is ${item.State}`)
        : undefined,
    props: {
      vpcId: item.VpcId,
      serviceName: item.ServiceName,
      type: item.VpcEndpointType as VpcEndpointProps['type'] | undefined,
      policy: item.PolicyDocument === undefined ? undefined : parsePolicy(item.PolicyDocument),
      routeTableIds: item.RouteTableIds,
      subnetIds: item.SubnetIds,
      groupIds: item.Groups?.flatMap((group) => group.GroupId ?? []),
      privateDns: item.PrivateDnsEnabled,
    },
    outputs: { endpointId: item.VpcEndpointId },
    tags,
    createdAt: item.CreationTimestamp?.getTime(),
  };
}
