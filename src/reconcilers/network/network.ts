import { policy } from '../../aws/policy.ts';
import { must } from '../../engine/errors.ts';
import type { Handle } from '../../engine/graph.ts';
import type { Input, NodeId } from '../../engine/ref.ts';
import type { ExistingNetwork } from '../../spec/gateway.ts';
import type { Declaration } from '../declaration.ts';
import { defaultNetworkAcl, type AclEntry } from './default-network-acl.ts';
import { defaultRouteTable } from './default-route-table.ts';
import { defaultSecurityGroup } from './default-security-group.ts';
import { existingVpc } from './existing-vpc.ts';
import { declareSecurityGroups, type Groups } from './security-groups.ts';
import { vpcEndpoint } from './vpc-endpoint.ts';
import { vpc, type VpcOutputs } from './vpc.ts';
import { declareZones, type Zones } from './zones.ts';

/** What the other domains need of the network. */
export interface NetworkPart {
  readonly vpcId: Input<string>;
  readonly cidr: Input<string>;
  readonly publicSubnetIds: readonly Input<string>[];
  readonly privateSubnetIds: readonly Input<string>[];
  /** The addresses from which the private subnets reach the internet. */
  readonly natIps: readonly Input<string>[];
  readonly groups: Groups;
  /** What stands before anything with a public address can: a load balancer. */
  readonly publicReady: readonly { readonly id: NodeId }[];
  /** What stands before the private subnets reach the internet, as tasks have to. */
  readonly internetReady: readonly { readonly id: NodeId }[];
}

export function declareNetwork(declaration: Declaration): NetworkPart {
  const { existing } = declaration.gateway.network;
  return existing === undefined ? declareOwn(declaration) : declareExisting(declaration, existing);
}

function declareExisting(declaration: Declaration, { natIps, ...existing }: ExistingNetwork): NetworkPart {
  const { publicSubnetIds, privateSubnetIds } = existing;
  const found = declaration.graph.add(existingVpc, 'main', existing);
  const network = { vpcId: found.ref('vpcId'), cidr: found.ref('cidr') };
  const nats = Object.fromEntries(natIps.map((ip) => [`nat-${ip}`, `${ip}/32`]));
  const groups = declareSecurityGroups(declaration, { ...network, nats, endpoints: false });
  return {
    ...network,
    publicSubnetIds,
    privateSubnetIds,
    natIps,
    groups,
    publicReady: [found],
    internetReady: [found],
  };
}

/** Both ways, first what goes by IPv4, then by IPv6. The security groups decide who may come in. */
const allowAll: readonly AclEntry[] = (['ingress', 'egress'] as const).flatMap((direction) =>
  ['0.0.0.0/0', '::/0'].map((cidr, i) => ({
    number: 100 + i,
    direction,
    action: 'allow' as const,
    protocol: '-1',
    cidr,
  })),
);

function declareOwn(declaration: Declaration): NetworkPart {
  const { graph, gateway, names } = declaration;
  const { cidr, endpoints } = gateway.network;
  const props = { cidrBlock: cidr, enableDnsSupport: true, enableDnsHostnames: true };
  const main = graph.add(vpc, 'main', props, { title: names.vpc });
  const vpcId = main.ref('vpcId');
  const withVpc = { title: `${names.vpc}-default`, after: [main] };
  graph.add(defaultSecurityGroup, 'main', { rules: [] }, withVpc);
  graph.add(defaultRouteTable, 'main', { routes: [] }, withVpc);
  graph.add(defaultNetworkAcl, 'main', { entries: allowAll }, withVpc);
  const zones = declareZones(declaration, vpcId);
  const nats = Object.fromEntries([...zones.addresses].map(([name, address]) => [name, address.ref('cidr')]));
  const range = main.ref('cidr');
  const groups = declareSecurityGroups(declaration, { vpcId, cidr: range, nats, endpoints });
  if (endpoints) declareEndpoints(declaration, main, zones, groups);
  return {
    vpcId,
    cidr: range,
    publicSubnetIds: zones.publicSubnets.map((to) => to.ref('subnetId')),
    privateSubnetIds: zones.privateSubnets.map((to) => to.ref('subnetId')),
    natIps: [...zones.addresses.values()].map((address) => address.ref('publicIp')),
    groups,
    publicReady: zones.publicReady,
    internetReady: zones.privateReady,
  };
}

function declareEndpoints(
  { graph, gateway }: Declaration,
  main: Handle<VpcOutputs>,
  zones: Zones,
  groups: Groups,
): void {
  const { region } = gateway;
  const everything = policy({ Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' });
  graph.add(vpcEndpoint, 's3', {
    vpcId: main.ref('vpcId'),
    serviceName: `com.amazonaws.${region}.s3`,
    type: 'Gateway',
    policy: everything,
    routeTableIds: zones.privateTables.map((table) => table.ref('routeTableId')),
  });
  graph.add(vpcEndpoint, 'sts', {
    // Private DNS is refused until the VPC has its DNS attributes.
    vpcId: main.ref('vpcId', { when: 'ready' }),
    serviceName: `${region.startsWith('cn-') ? 'cn.' : ''}com.amazonaws.${region}.sts`,
    type: 'Interface',
    policy: everything,
    subnetIds: zones.privateSubnets.map((to) => to.ref('subnetId')),
    groupIds: [must(groups.vpcEndpoints, 'group of the endpoints').ref('groupId')],
    privateDns: true,
  });
}
