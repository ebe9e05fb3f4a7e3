import type { controllerNames } from '../../aws/names.ts';
import { must } from '../../engine/errors.ts';
import type { GraphBuilder } from '../../engine/graph.ts';
import type { Input, NodeId } from '../../engine/ref.ts';
import { cidrText, parseCidr, subnet as pieceOf } from '../../spec/cidr.ts';
import type { Controller } from '../../spec/controller.ts';
import { availabilityZone } from '../network/availability-zone.ts';
import { defaultSecurityGroup } from '../network/default-security-group.ts';
import { internetGateway } from '../network/internet-gateway.ts';
import { routeTableAssociation } from '../network/route-table-association.ts';
import { routeTable } from '../network/route-table.ts';
import { securityGroupRule } from '../network/security-group-rule.ts';
import { securityGroup } from '../network/security-group.ts';
import { subnet } from '../network/subnet.ts';
import { vpc } from '../network/vpc.ts';

/** Where the controller's task runs. */
export interface HomeNetwork {
  readonly subnetIds: readonly Input<string>[];
  readonly securityGroupId: Input<string>;
  readonly publicIp: boolean;
  /** What stands before a task reaches the internet. */
  readonly ready: readonly { readonly id: NodeId }[];
}

/** A way out for one task that nobody reaches: two public subnets cost nothing, and NAT would. */
export function declareHomeNetwork(
  graph: GraphBuilder,
  { network }: Controller,
  names: ReturnType<typeof controllerNames>,
): HomeNetwork {
  if (!('cidr' in network)) {
    const { vpcId, subnetIds, publicIp } = network;
    const { group, ready } = declareGroup(graph, names.name, vpcId);
    return { subnetIds, securityGroupId: group.ref('groupId'), publicIp, ready: [ready] };
  }
  const title = names.vpc;
  const props = { cidrBlock: network.cidr, enableDnsSupport: true, enableDnsHostnames: true };
  const main = graph.add(vpc, 'main', props, { title });
  const vpcId = main.ref('vpcId');
  graph.add(defaultSecurityGroup, 'main', { rules: [] }, { title: `${title}-default`, after: [main] });
  const igw = graph.add(internetGateway, 'main', { vpcId }, { title });
  const target = igw.ref('internetGatewayId', { when: 'ready' });
  const table = graph.add(
    routeTable,
    'public',
    { vpcId, routes: [{ destination: '0.0.0.0/0', target }] },
    { title: `${title}-public` },
  );
  const whole = must(parseCidr(network.cidr), 'the range of the network');
  const subnets = ['a', 'b'].map((letter, k) => {
    const zone = graph.add(availabilityZone, letter, { subnets: [`public-${letter}`] });
    const made = graph.add(
      subnet,
      `public-${letter}`,
      {
        vpcId,
        cidrBlock: cidrText(pieceOf(whole, 2, k)),
        availabilityZone: zone.ref('zoneName'),
        mapPublicIpOnLaunch: false,
        subnetType: 'public',
      },
      { title: `${title}-public-${letter}` },
    );
    const association = graph.add(routeTableAssociation, `public-${letter}`, {
      subnetId: made.ref('subnetId'),
      routeTableId: table.ref('routeTableId'),
    });
    return { made, association };
  });
  const { group, ready } = declareGroup(graph, names.name, vpcId);
  return {
    subnetIds: subnets.map(({ made }) => made.ref('subnetId')),
    securityGroupId: group.ref('groupId'),
    publicIp: true,
    ready: [igw, table, ready, ...subnets.map(({ association }) => association)],
  };
}

function declareGroup(graph: GraphBuilder, groupName: string, vpcId: Input<string>) {
  const description = 'The controller: reached by nobody';
  const group = graph.add(securityGroup, 'controller', { vpcId, groupName, description }, { title: groupName });
  // Repositories, name servers and gateways may be anywhere, and at any port.
  const ready = graph.add(securityGroupRule, 'controller-out', {
    groupId: group.ref('groupId'),
    direction: 'egress',
    protocol: '-1',
    fromPort: -1,
    toPort: -1,
    cidr: '0.0.0.0/0',
    description: 'Everywhere',
  });
  return { group, ready };
}
