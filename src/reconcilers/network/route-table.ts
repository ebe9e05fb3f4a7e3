import type { RouteTable } from '@aws-sdk/client-ec2';
import type { Aws, AwsKind } from '../../aws/aws.ts';
import { retagEc2, specify } from '../../aws/ec2-tags.ts';
import { ignoreGone } from '../../aws/errors.ts';
import { collect } from '../../aws/pages.ts';
import { nodeName, ownerFilter, toTags } from '../../aws/tags.ts';
import { must } from '../../engine/errors.ts';
import type { Look, Observed } from '../../engine/kind.ts';
import { known } from '../../engine/ref.ts';
import { isMade, printRoutes, toRoute, type Route } from './routes.ts';

export interface RouteTableProps {
  readonly vpcId: string;
  /** Only routes to these destinations are ours; any other is shown and left alone. */
  readonly routes: readonly Route[];
}

export interface RouteTableOutputs {
  readonly routeTableId: string;
}

export const routeTable: AwsKind<RouteTableProps, RouteTableOutputs> = {
  name: 'RouteTable',
  immutable: ['vpcId'],
  replace: 'new-first',
  identifies: ['routeTableId'],
  unordered: ['routes'],
  takes: { create: 2, delete: 2 },
  actions: {
    read: ['ec2:DescribeRouteTables'],
    write: ['ec2:CreateRouteTable', 'ec2:CreateRoute', 'ec2:ReplaceRoute', 'ec2:DeleteRouteTable', 'ec2:CreateTags'],
  },

  async observe({ env: aws, nodes }) {
    const ec2 = await aws.ec2();
    const tables = await collect(
      ec2.paginateDescribeRouteTables({ client: ec2.client }, { Filters: ownerFilter(aws) }),
      (page) => page.RouteTables,
    );
    // The VPC's default table carries our mark too, and can be neither made nor removed.
    return tables
      .filter((item) => nodeName('DefaultRouteTable', toTags(item.Tags)) === undefined)
      .map((item) => toObserved(item, nodes));
  },

  async create({ env: aws, node, token }, props) {
    const ec2 = await aws.ec2();
    const { RouteTable } = await ec2.send(
      new ec2.CreateRouteTableCommand({
        VpcId: props.vpcId,
        ClientToken: token,
        TagSpecifications: specify('route-table', node.tags),
      }),
    );
    return toObserved(must(RouteTable, 'RouteTable'), []);
  },

  async update({ env: aws }, live, props) {
    const ec2 = await aws.ec2();
    const targets = new Map(live.props.routes?.map((route) => [route.destination, route.target]));
    for (const { destination, target } of props.routes) {
      if (targets.get(destination) === target) continue;
      const input = {
        RouteTableId: live.outputs.routeTableId,
        DestinationCidrBlock: destination,
        ...(target.startsWith('nat-') ? { NatGatewayId: target } : { GatewayId: target }),
      };
      // Replacing leaves no gap.
      if (targets.has(destination)) await ec2.send(new ec2.ReplaceRouteCommand(input));
      else await ec2.send(new ec2.CreateRouteCommand(input));
    }
  },

  retag: (act, live, tags) => retagEc2(act.env, live.outputs.routeTableId, tags),

  async delete({ env: aws }, live) {
    const ec2 = await aws.ec2();
    await ignoreGone(ec2.send(new ec2.DeleteRouteTableCommand({ RouteTableId: live.outputs.routeTableId })));
  },
};

/** Undefined when nobody wants the table: then all its routes count. */
function destinationsOf(
  routes: Look<Aws, RouteTableProps>['nodes'][number]['props']['routes'] | undefined,
): ReadonlySet<string> | undefined {
  if (!Array.isArray(routes)) return undefined;
  const destinations = routes.map((route: { readonly destination: string }) => known(route.destination));
  return new Set(destinations.filter((destination) => destination !== undefined));
}

function toObserved(
  item: RouteTable,
  nodes: Look<Aws, RouteTableProps>['nodes'],
): Observed<RouteTableProps, RouteTableOutputs> {
  const tags = toTags(item.Tags);
  const name = nodeName('RouteTable', tags) ?? must(item.RouteTableId, 'RouteTableId');
  const node = nodes.find((candidate) => candidate.name === name);
  const wanted = destinationsOf(node?.props.routes);
  const made = (item.Routes ?? []).filter(isMade);
  const isOurs = (route: Route): boolean => wanted === undefined || wanted.has(route.destination);
  const dead = made
    .filter((route) => route.State === 'blackhole')
    .map(toRoute)
    .filter(isOurs);
  const others = made.map(toRoute).filter((route) => !isOurs(route));
  return {
    name,
    phase: dead.length > 0 ? 'pending' : 'ready',
    because:
      dead.length > 0
        ? `${printRoutes(dead)} leads nowhere`
        : others.length > 0
          ? `somebody added ${printRoutes(others)}; it is left alone`
          : undefined,
    props: { vpcId: item.VpcId, routes: made.map(toRoute).filter(isOurs) },
    outputs: { routeTableId: item.RouteTableId },
    tags,
  };
}
