import { CreateRouteCommand, DescribeInternetGatewaysCommand } from '@aws-sdk/client-ec2';
import { defaultRouteTable } from '../../../src/reconcilers/network/default-route-table.ts';
import { internetGateway } from '../../../src/reconcilers/network/internet-gateway.ts';
import { ownerFilter } from '../../../src/aws/tags.ts';
import { testKind } from '../../kind-contract.ts';
import { addVpc } from './networks.ts';

testKind(defaultRouteTable, {
  name: 'main',
  needs: (graph) => {
    graph.add(internetGateway, 'main', { vpcId: addVpc(graph).ref('vpcId') });
    return {};
  },
  after: ['Vpc/main', 'InternetGateway/main'],
  props: { routes: [] },
  outside: {
    'a way to the internet for every subnet that names no table': async (aws, { outputs }) => {
      const ec2 = await aws.ec2();
      const { InternetGateways } = await ec2.send(new DescribeInternetGatewaysCommand({ Filters: ownerFilter(aws) }));
      const route = {
        RouteTableId: String(outputs['routeTableId']),
        GatewayId: InternetGateways?.[0]?.InternetGatewayId,
      };
      await ec2.send(new CreateRouteCommand({ ...route, DestinationCidrBlock: '0.0.0.0/0' }));
      await ec2.send(new CreateRouteCommand({ ...route, DestinationIpv6CidrBlock: '::/0' }));
    },
  },
  observeBudget: 1,
});
