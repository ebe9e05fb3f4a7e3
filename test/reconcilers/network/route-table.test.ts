import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CreateNetworkInterfaceCommand, DeleteNetworkInterfaceCommand } from '@aws-sdk/client-ec2';
import { must } from '../../../src/engine/errors.ts';
import type { GraphBuilder } from '../../../src/engine/graph.ts';
import { liveOf } from '../../../src/engine/snapshot.ts';
import { internetGateway } from '../../../src/reconcilers/network/internet-gateway.ts';
import { routeTable } from '../../../src/reconcilers/network/route-table.ts';
import type { Route } from '../../../src/reconcilers/network/routes.ts';
import { testKind } from '../../kind-contract.ts';
import { openAccount } from '../../sandbox-account.ts';
import { SandboxGateway } from '../../sandbox-gateway.ts';
import { addVpc } from './networks.ts';

const needs = (graph: GraphBuilder) => {
  const vpcId = addVpc(graph).ref('vpcId');
  const gateway = graph.add(internetGateway, 'main', { vpcId });
  return { vpcId, routes: [{ destination: '0.0.0.0/0', target: gateway.ref('internetGatewayId', { when: 'ready' }) }] };
};

testKind(routeTable, {
  needs,
  props: {},
  updates: [
    {
      routes: ['0.0.0.0/0', '192.0.2.0/24'].map((destination) => ({
        destination,
        target: { $ref: 'InternetGateway/main', output: 'internetGatewayId' },
      })),
    },
  ],
  outside: {
    'a route that leads elsewhere': async (aws, { outputs, props }) => {
      const ec2 = await aws.ec2();
      const VpcId = String(props['vpcId']);
      const { Subnet } = await ec2.send(new ec2.CreateSubnetCommand({ VpcId, CidrBlock: '10.0.9.0/24' }));
      const { NetworkInterface } = await ec2.client.send(
        new CreateNetworkInterfaceCommand({ SubnetId: Subnet?.SubnetId }),
      );
      const NetworkInterfaceId = NetworkInterface?.NetworkInterfaceId;
      const RouteTableId = String(outputs['routeTableId']);
      await ec2.send(
        new ec2.ReplaceRouteCommand({ RouteTableId, DestinationCidrBlock: '0.0.0.0/0', NetworkInterfaceId }),
      );
      return async () => {
        await ec2.client.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId }));
        await ec2.send(new ec2.DeleteSubnetCommand({ SubnetId: Subnet?.SubnetId }));
      };
    },
  },
  observeBudget: 1,
});

test('a route that somebody added is shown and left alone', async () => {
  const gateway = new SandboxGateway(await openAccount());
  const declared = gateway.declare((graph) => graph.add(routeTable, 'public', needs(graph)));
  await gateway.apply(declared);
  const live = must(liveOf(await gateway.look(declared), 'RouteTable')[0], 'route table');
  const ec2 = await gateway.aws.ec2();
  await ec2.send(
    new ec2.CreateRouteCommand({
      RouteTableId: String(live.outputs['routeTableId']),
      DestinationCidrBlock: '192.0.2.0/24',
      GatewayId: must(live.props['routes'] as readonly Route[], 'routes')[0]?.target,
    }),
  );
  const plan = await gateway.plan(declared);
  assert.deepEqual(plan.steps, []);
  assert.match(plan.states.get('RouteTable/public')?.because ?? '', /^somebody added 192\.0\.2\.0\/24 to igw-/);
});
