import type { RouteTableAssociation } from '@aws-sdk/client-ec2';
import type { AwsKind } from '../../aws/aws.ts';
import { ignoreGone } from '../../aws/errors.ts';
import { chunks, collect } from '../../aws/pages.ts';
import { must } from '../../engine/errors.ts';
import type { Observed, Phase } from '../../engine/kind.ts';
import { subnet } from './subnet.ts';

/** Which route table a subnet uses. Its name is the subnet's. */
export interface RouteTableAssociationProps {
  readonly subnetId: string;
  readonly routeTableId: string;
}

export interface RouteTableAssociationOutputs {
  readonly associationId: string;
}

export const routeTableAssociation: AwsKind<RouteTableAssociationProps, RouteTableAssociationOutputs> = {
  name: 'RouteTableAssociation',
  parent: 'subnetId',
  immutable: ['subnetId'],
  replace: 'new-first',
  // Moving one gives it another id.
  identifies: [],
  remake: true,
  takes: { create: 2, update: 2, delete: 1 },
  actions: {
    read: ['ec2:DescribeRouteTables'],
    write: ['ec2:AssociateRouteTable', 'ec2:ReplaceRouteTableAssociation', 'ec2:DisassociateRouteTable'],
  },

  async observe({ env: aws, live }) {
    const subnets = await live(subnet);
    const names = new Map(subnets.map((item) => [item.outputs.subnetId, item.name]));
    const ids = [...names.keys()].filter((id) => id !== undefined);
    const ec2 = await aws.ec2();
    // By subnet and not by our tables: somebody may have moved one to a table of their own.
    const lists = await Promise.all(
      chunks(ids, 200).map((Values) =>
        collect(
          ec2.paginateDescribeRouteTables(
            { client: ec2.client },
            { Filters: [{ Name: 'association.subnet-id', Values: [...Values] }] },
          ),
          (page) => page.RouteTables,
        ),
      ),
    );
    return lists
      .flat()
      .flatMap((table) => table.Associations ?? [])
      .flatMap((item) => {
        const name = names.get(item.SubnetId);
        return name === undefined || item.AssociationState?.State === 'disassociated' ? [] : [toObserved(item, name)];
      });
  },

  async create({ env: aws, node }, props) {
    const ec2 = await aws.ec2();
    const { AssociationId, AssociationState } = await ec2.send(
      new ec2.AssociateRouteTableCommand({ SubnetId: props.subnetId, RouteTableId: props.routeTableId }),
    );
    return toObserved(
      {
        SubnetId: props.subnetId,
        RouteTableId: props.routeTableId,
        RouteTableAssociationId: AssociationId,
        AssociationState,
      },
      node.name,
    );
  },

  async update({ env: aws }, live, props) {
    const ec2 = await aws.ec2();
    // Leaves no gap, as removing and making would.
    await ec2.send(
      new ec2.ReplaceRouteTableAssociationCommand({
        AssociationId: live.outputs.associationId,
        RouteTableId: props.routeTableId,
      }),
    );
  },

  async delete({ env: aws }, live) {
    const ec2 = await aws.ec2();
    await ignoreGone(ec2.send(new ec2.DisassociateRouteTableCommand({ AssociationId: live.outputs.associationId })));
  },
};

const PHASES: Readonly<Record<string, Phase>> = {
  associating: 'pending',
  disassociating: 'deleting',
  failed: 'failed',
};

function toObserved(
  item: RouteTableAssociation,
  name: string,
): Observed<RouteTableAssociationProps, RouteTableAssociationOutputs> {
  return {
    name,
    phase: PHASES[item.AssociationState?.State ?? ''] ?? 'ready',
    because: item.AssociationState?.StatusMessage,
    props: { subnetId: must(item.SubnetId, 'SubnetId'), routeTableId: item.RouteTableId },
    outputs: { associationId: item.RouteTableAssociationId },
  };
}
