import { policy } from '../../../src/aws/policy.ts';
import { routeTable } from '../../../src/reconcilers/network/route-table.ts';
import { securityGroup } from '../../../src/reconcilers/network/security-group.ts';
import { vpcEndpoint } from '../../../src/reconcilers/network/vpc-endpoint.ts';
import { testKind } from '../../kind-contract.ts';
import { addSubnets, addVpc } from './networks.ts';

const everything = policy({ Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' });
const readOnly = policy({ Effect: 'Allow', Principal: '*', Action: ['s3:GetObject', 's3:ListBucket'], Resource: '*' });

testKind(vpcEndpoint, {
  title: 'VpcEndpoint of a gateway',
  needs: (graph) => {
    const main = addVpc(graph);
    const tables = ['first', 'second'].map((name) =>
      graph.add(routeTable, name, { vpcId: main.ref('vpcId'), routes: [] }),
    );
    return { vpcId: main.ref('vpcId'), routeTableIds: tables.slice(0, 1).map((table) => table.ref('routeTableId')) };
  },
  props: (name) => ({
    serviceName: 'com.amazonaws.us-east-1.s3',
    type: 'Gateway',
    policy: everything,
    ...(name === 'stranger' && { routeTableIds: [{ $ref: 'RouteTable/second', output: 'routeTableId' }] }),
  }),
  updates: [
    { routeTableIds: ['first', 'second'].map((name) => ({ $ref: `RouteTable/${name}`, output: 'routeTableId' })) },
    { routeTableIds: [{ $ref: 'RouteTable/second', output: 'routeTableId' }], policy: readOnly },
    { policy: everything },
  ],
  observeBudget: 1,
});

testKind(vpcEndpoint, {
  title: 'VpcEndpoint of an interface',
  needs: (graph) => {
    const main = addVpc(graph);
    const [first] = addSubnets(graph, main);
    const groups = ['first', 'second'].map((name) =>
      graph.add(securityGroup, name, { vpcId: main.ref('vpcId'), groupName: name, description: name }),
    );
    return {
      vpcId: main.ref('vpcId', { when: 'ready' }),
      subnetIds: first && [first.ref('subnetId')],
      groupIds: groups.slice(0, 1).map((group) => group.ref('groupId')),
    };
  },
  props: (name) => ({
    serviceName: 'com.amazonaws.us-east-1.sts',
    type: 'Interface',
    policy: everything,
    privateDns: name !== 'stranger',
  }),
  updates: [
    { subnetIds: ['private-a', 'private-b'].map((name) => ({ $ref: `Subnet/${name}`, output: 'subnetId' })) },
    { groupIds: [{ $ref: 'SecurityGroup/second', output: 'groupId' }] },
    { privateDns: false },
  ],
  observeBudget: 1,
});
