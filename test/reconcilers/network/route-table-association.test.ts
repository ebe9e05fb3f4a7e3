import { DescribeRouteTablesCommand } from '@aws-sdk/client-ec2';
import { routeTableAssociation } from '../../../src/reconcilers/network/route-table-association.ts';
import { routeTable } from '../../../src/reconcilers/network/route-table.ts';
import { testKind } from '../../kind-contract.ts';
import { addSubnets, addVpc } from './networks.ts';

testKind(routeTableAssociation, {
  name: 'private-a',
  needs: (graph) => {
    const main = addVpc(graph);
    const [first] = addSubnets(graph, main);
    const tables = ['first', 'second'].map((name) =>
      graph.add(routeTable, name, { vpcId: main.ref('vpcId'), routes: [] }),
    );
    return { subnetId: first?.ref('subnetId'), routeTableId: tables[0]?.ref('routeTableId') };
  },
  props: {},
  updates: [{ routeTableId: { $ref: 'RouteTable/second', output: 'routeTableId' } }],
  outside: {
    'a move to a table of somebody else': async (aws, { outputs, props }) => {
      const ec2 = await aws.ec2();
      const { RouteTables } = await ec2.send(
        new DescribeRouteTablesCommand({
          Filters: [{ Name: 'association.subnet-id', Values: [String(props['subnetId'])] }],
        }),
      );
      const { RouteTable } = await ec2.send(new ec2.CreateRouteTableCommand({ VpcId: RouteTables?.[0]?.VpcId }));
      await ec2.send(
        new ec2.ReplaceRouteTableAssociationCommand({
          AssociationId: String(outputs['associationId']),
          RouteTableId: RouteTable?.RouteTableId,
        }),
      );
      return () => ec2.send(new ec2.DeleteRouteTableCommand({ RouteTableId: RouteTable?.RouteTableId }));
    },
  },
  observeBudget: 1,
});
