import { must } from '../../engine/errors.ts';
import type { Handle } from '../../engine/graph.ts';
import { format, type Input, type NodeId } from '../../engine/ref.ts';
import { cidrText, parseCidr, subnet as pieceOf } from '../../spec/cidr.ts';
import type { Declaration } from '../declaration.ts';
import { availabilityZone } from './availability-zone.ts';
import { elasticIp, type ElasticIpOutputs } from './elastic-ip.ts';
import { internetGateway } from './internet-gateway.ts';
import { natGateway } from './nat-gateway.ts';
import { routeTableAssociation } from './route-table-association.ts';
import { routeTable, type RouteTableOutputs } from './route-table.ts';
import { subnet, type SubnetOutputs } from './subnet.ts';

/** The subnets of a VPC and their ways to the internet. */
export interface Zones {
  readonly publicSubnets: readonly Handle<SubnetOutputs>[];
  readonly privateSubnets: readonly Handle<SubnetOutputs>[];
  readonly privateTables: readonly Handle<RouteTableOutputs>[];
  /** Those of the NAT gateways, by name. */
  readonly addresses: ReadonlyMap<string, Handle<ElasticIpOutputs>>;
  readonly publicReady: readonly { readonly id: NodeId }[];
  readonly privateReady: readonly { readonly id: NodeId }[];
}

// Public pieces begin where the third private piece ends.
const PRIVATE = { bits: 4, first: 0 };
const PUBLIC = { bits: 8, first: 48 };

/** In each zone a public and a private subnet; the private ones go out through NAT. */
export function declareZones({ graph, gateway, names }: Declaration, vpcId: Input<string>): Zones {
  const { cidr, zones, natGateways } = gateway.network;
  const whole = must(parseCidr(cidr), 'the range of the network');
  const letters = ['a', 'b', 'c'].slice(0, zones);
  const zoneNames = letters.map((letter) =>
    graph.add(availabilityZone, letter, { subnets: [`private-${letter}`, `public-${letter}`] }).ref('zoneName'),
  );
  const titleOf = (what: string, k: number): Input<string> => format`${names.vpc}${what}-${zoneNames[k] ?? ''}`;

  const addSubnets = (subnetType: 'public' | 'private', { bits, first }: typeof PUBLIC) =>
    letters.map((letter, k) => {
      const zone = must(zoneNames[k], 'zone');
      const cidrBlock = cidrText(pieceOf(whole, bits, first + k));
      const props = { vpcId, cidrBlock, availabilityZone: zone, mapPublicIpOnLaunch: false, subnetType };
      return graph.add(subnet, `${subnetType}-${letter}`, props, { title: titleOf(`-${subnetType}`, k) });
    });
  const publicSubnets = addSubnets('public', PUBLIC);
  const privateSubnets = addSubnets('private', PRIVATE);

  const igw = graph.add(internetGateway, 'main', { vpcId }, { title: names.vpc });
  const addresses = new Map<string, Handle<ElasticIpOutputs>>();
  const nats = letters.slice(0, natGateways === 'single' ? 1 : zones).map((letter, k) => {
    const title = titleOf('', k);
    const publicSubnet = must(publicSubnets[k], 'public subnet');
    // By itself it needs nothing, and would be made even where its zone cannot be.
    const address = graph.add(elasticIp, `nat-${letter}`, { domain: 'vpc' }, { title, after: [publicSubnet] });
    addresses.set(`nat-${letter}`, address);
    const subnetId = publicSubnet.ref('subnetId');
    // Made before the internet gateway is attached, it fails for good.
    return graph.add(
      natGateway,
      letter,
      { subnetId, allocationId: address.ref('allocationId') },
      { title, after: [igw] },
    );
  });

  const publicTable = graph.add(
    routeTable,
    'public',
    { vpcId, routes: toInternet(igw.ref('internetGatewayId', { when: 'ready' })) },
    { title: `${names.vpc}-public` },
  );
  const privateTables = letters.map((letter, k) => {
    const nat = must(nats[k] ?? nats[0], 'NAT gateway');
    const props = { vpcId, routes: toInternet(nat.ref('natGatewayId')) };
    return graph.add(routeTable, `private-${letter}`, props, { title: titleOf('-private', k) });
  });
  const associate = (name: string, to: Handle<SubnetOutputs>, table: Handle<RouteTableOutputs> | undefined) =>
    graph.add(routeTableAssociation, name, {
      subnetId: to.ref('subnetId'),
      routeTableId: must(table, 'route table').ref('routeTableId'),
    });
  const publicRoutes = publicSubnets.map((to, k) => associate(`public-${letters[k]}`, to, publicTable));
  const privateRoutes = privateSubnets.map((to, k) => associate(`private-${letters[k]}`, to, privateTables[k]));

  const publicReady = [igw, publicTable, ...publicRoutes];
  return {
    publicSubnets,
    privateSubnets,
    privateTables,
    addresses,
    publicReady,
    privateReady: [...publicReady, ...nats, ...privateTables, ...privateRoutes],
  };
}

const toInternet = (target: Input<string>) => [{ destination: '0.0.0.0/0', target }];
