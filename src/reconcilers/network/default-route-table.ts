import type { Filter, RouteTable } from '@aws-sdk/client-ec2';
import type { Aws, AwsKind } from '../../aws/aws.ts';
import { retagEc2 } from '../../aws/ec2-tags.ts';
import { ignoreGone } from '../../aws/errors.ts';
import { collect } from '../../aws/pages.ts';
import { toTags } from '../../aws/tags.ts';
import type { Observed } from '../../engine/kind.ts';
import { madeWithVpc } from './made-with-vpc.ts';
import { isMade, toRoute, type Route } from './routes.ts';

/** The table that comes and goes with a VPC, whose name it has here. Subnets that name no table get this one. */
export interface DefaultRouteTableProps {
  /** Besides what leads to the VPC itself. */
  readonly routes: readonly Route[];
}

export interface DefaultRouteTableOutputs {
  readonly routeTableId: string;
}

export const defaultRouteTable: AwsKind<DefaultRouteTableProps, DefaultRouteTableOutputs> = {
  name: 'DefaultRouteTable',
  adopts: true,
  immutable: [],
  replace: 'refuse',
  identifies: ['routeTableId'],
  unordered: ['routes'],
  takes: { create: 1, update: 1 },
  actions: { read: ['ec2:DescribeRouteTables'], write: ['ec2:DeleteRoute', 'ec2:CreateTags'] },

  ...madeWithVpc({ what: 'default route table', list, toObserved }),

  async update({ env: aws }, live, _props, changed) {
    if (!changed.has('routes')) return;
    const ec2 = await aws.ec2();
    const RouteTableId = live.outputs.routeTableId;
    for (const { destination } of live.props.routes ?? [])
      await ignoreGone(ec2.send(new ec2.DeleteRouteCommand({ RouteTableId, ...fromDestination(destination) })));
  },

  retag: (act, live, tags) => retagEc2(act.env, live.outputs.routeTableId, tags),
};

function fromDestination(destination: string) {
  if (destination.startsWith('pl-')) return { DestinationPrefixListId: destination };
  return destination.includes(':') ? { DestinationIpv6CidrBlock: destination } : { DestinationCidrBlock: destination };
}

type Live = Observed<DefaultRouteTableProps, DefaultRouteTableOutputs>;

async function list(aws: Aws, ofVpcs: Filter): Promise<readonly RouteTable[]> {
  const ec2 = await aws.ec2();
  const Filters = [ofVpcs, { Name: 'association.main', Values: ['true'] }];
  return collect(ec2.paginateDescribeRouteTables({ client: ec2.client }, { Filters }), (page) => page.RouteTables);
}

function toObserved(item: RouteTable, name: string): Live {
  return {
    name,
    phase: 'ready',
    props: { routes: (item.Routes ?? []).filter(isMade).map(toRoute) },
    outputs: { routeTableId: item.RouteTableId },
    tags: toTags(item.Tags),
  };
}
