import { policy } from '../../aws/policy.ts';
import { must } from '../../engine/errors.ts';
import type { NodeId } from '../../engine/ref.ts';
import { format, type Input } from '../../engine/ref.ts';
import { cidrText, parseCidr, subnet as pieceOf } from '../../spec/cidr.ts';
import type { ExistingNetwork } from '../../spec/gateway.ts';
import type { Declaration } from '../declaration.ts';
import { availabilityZone } from './availability-zone.ts';
import { defaultSecurityGroup } from './default-security-group.ts';
import { elasticIp } from './elastic-ip.ts';
import { existingVpc } from './existing-vpc.ts';
import { internetGateway } from './internet-gateway.ts';
import { natGateway } from './nat-gateway.ts';
import { routeTableAssociation } from './route-table-association.ts';
import { routeTable } from './route-table.ts';
import { declareSecurityGroups, type Groups } from './security-groups.ts';
import { subnet } from './subnet.ts';
import { vpcEndpoint } from './vpc-endpoint.ts';
import { vpc } from './vpc.ts';

type Nodes = readonly { readonly id: NodeId }[];

/** What the other domains need of the network. */
export interface NetworkPart {
  readonly vpcId: Input<string>;
  readonly cidr: Input<string>;
  readonly publicSubnetIds: readonly Input<string>[];
  readonly privateSubnetIds: readonly Input<string>[];
  /** The addresses from which the private subnets reach the internet. */
  readonly natIps: readonly Input<string>[];
  readonly groups: Groups;
  /** What must stand before something public can: a load balancer. */
  readonly publicReady: Nodes;
  /** What must stand before the private subnets reach the internet: for tasks. */
  readonly internetReady: Nodes;
}

export function declareNetwork(declaration: Declaration): NetworkPart {
  const { existing } = declaration.gateway.network;
  return existing === undefined ? declareOwn(declaration) : declareExisting(declaration, existing);
}

function declareExisting(declaration: Declaration, existing: ExistingNetwork): NetworkPart {
  const { vpcId, publicSubnetIds, privateSubnetIds, privateRouteTableIds, natIps } = existing;
  const found = declaration.graph.add(existingVpc, 'main', { vpcId, publicSubnetIds, privateSubnetIds, privateRouteTableIds });
  const network = { vpcId: found.ref('vpcId'), cidr: found.ref('cidr') };
  const nats = Object.fromEntries(natIps.map((ip) => [`nat-${ip}`, `${ip}/32`]));
  const groups = declareSecurityGroups(declaration, { ...network, nats, endpoints: false });
  return { ...network, publicSubnetIds, privateSubnetIds, natIps, groups, publicReady: [found], internetReady: [found] };
}

function declareOwn(declaration: Declaration): NetworkPart {
  const { graph, gateway, names } = declaration;
  const { cidr, zones, natGateways } = gateway.network;
  const whole = must(parseCidr(cidr), 'the range of the network');

  const main = graph.add(vpc, 'main', { cidrBlock: cidr, enableDnsSupport: true, enableDnsHostnames: true }, { title: names.vpc });
  const vpcId = main.ref('vpcId');
  graph.add(defaultSecurityGroup, 'main', { rules: [] }, { title: `${names.vpc}-default`, after: [main] });
  const igw = graph.add(internetGateway, 'main', { vpcId }, { title: names.vpc });
  const internet = { destination: '0.0.0.0/0', target: igw.ref('internetGatewayId', { when: 'ready' }) };
  const publicTable = graph.add(routeTable, 'public', { vpcId, routes: [internet] }, { title: `${names.vpc}-public` });

  const places = ['a', 'b', 'c'].slice(0, zones).map((letter, k) => {
    const zone = graph.add(availabilityZone, letter, { subnets: [`private-${letter}`, `public-${letter}`] }).ref('zoneName');
    const addSubnet = (subnetType: 'public' | 'private', bits: number, index: number) =>
      graph.add(
        subnet,
        `${subnetType}-${letter}`,
        {
          vpcId,
          cidrBlock: cidrText(pieceOf(whole, bits, index)),
          availabilityZone: zone,
          mapPublicIpOnLaunch: false,
          subnetType,
        },
        { title: format`${names.vpc}-${subnetType}-${zone}` },
      );
    // Piece 48 of the small ones begins where the third of the big ones ends.
    return { letter, zone, private: addSubnet('private', 4, k), public: addSubnet('public', 8, 48 + k) };
  });

  const nats = places.slice(0, natGateways === 'single' ? 1 : zones).map(({ letter, zone, public: { ref } }) => {
    const title = format`${names.vpc}-${zone}`;
    const address = graph.add(elasticIp, `nat-${letter}`, { domain: 'vpc' }, { title });
    const props = { subnetId: ref('subnetId'), allocationId: address.ref('allocationId') };
    return { letter, address, node: graph.add(natGateway, letter, props, { title, after: [igw] }) };
  });

  const publicRoutes = places.map((place) =>
    graph.add(routeTableAssociation, `public-${place.letter}`, {
      subnetId: place.public.ref('subnetId'),
      routeTableId: publicTable.ref('routeTableId'),
    }),
  );
  const privateTables = places.map(({ letter, zone }, k) => {
    const nat = must(nats[k] ?? nats[0], 'NAT gateway').node;
    const routes = [{ destination: '0.0.0.0/0', target: nat.ref('natGatewayId') }];
    return graph.add(routeTable, `private-${letter}`, { vpcId, routes }, { title: format`${names.vpc}-private-${zone}` });
  });
  const privateRoutes = places.map((place, k) =>
    graph.add(routeTableAssociation, `private-${place.letter}`, {
      subnetId: place.private.ref('subnetId'),
      routeTableId: must(privateTables[k], 'route table').ref('routeTableId'),
    }),
  );

  const groups = declareSecurityGroups(declaration, {
    vpcId,
    cidr,
    nats: Object.fromEntries(nats.map(({ letter, address }) => [`nat-${letter}`, address.ref('cidr')])),
    endpoints: gateway.network.endpoints,
  });
  const part: NetworkPart = {
    vpcId,
    cidr,
    publicSubnetIds: places.map((place) => place.public.ref('subnetId')),
    privateSubnetIds: places.map((place) => place.private.ref('subnetId')),
    natIps: nats.map(({ address }) => address.ref('publicIp')),
    groups,
    publicReady: [igw, publicTable, ...publicRoutes],
    internetReady: [igw, publicTable, ...publicRoutes, ...nats.map((nat) => nat.node), ...privateTables, ...privateRoutes],
  };
  if (gateway.network.endpoints) declareEndpoints(declaration, part, privateTables.map((table) => table.ref('routeTableId')));
  return part;
}

function declareEndpoints({ graph, gateway }: Declaration, network: NetworkPart, routeTableIds: readonly Input<string>[]): void {
  const common = { vpcId: network.vpcId, policy: policy({ Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' }) };
  const services = `com.amazonaws.${gateway.region}`;
  graph.add(vpcEndpoint, 's3', { ...common, serviceName: `${services}.s3`, type: 'Gateway', routeTableIds });
  graph.add(
    vpcEndpoint,
    'sts',
    {
      ...common,
      serviceName: `${gateway.region.startsWith('cn-') ? 'cn.' : ''}${services}.sts`,
      type: 'Interface',
      subnetIds: network.privateSubnetIds,
      groupIds: [must(network.groups.vpcEndpoints, 'group of the endpoints').ref('groupId')],
      privateDns: true,
    },
    // Private DNS is refused while the VPC lacks its DNS attributes.
    { after: [{ id: 'Vpc/main' }] },
  );
}
