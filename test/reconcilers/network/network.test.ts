import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { must } from '../../../src/engine/errors.ts';
import { NODE_TAG, OWNER_TAG } from '../../../src/engine/graph.ts';
import { liveOf, type Snapshot } from '../../../src/engine/snapshot.ts';
import { declareNetwork } from '../../../src/reconcilers/network/network.ts';
import { declarationOf } from '../../declaration.ts';
import { openAccount, type SandboxAccount } from '../../sandbox-account.ts';
import { assertEmpty, printPlan, SandboxGateway, type Declared } from '../../sandbox-gateway.ts';

type Ec2 = Awaited<ReturnType<SandboxGateway['aws']['ec2']>>;

const networkOf = (gateway: SandboxGateway): Declared =>
  gateway.declare((graph) => void declareNetwork(declarationOf(graph)));

/** Reads an id: `id('Vpc/main', 'vpcId')`. */
const idsIn =
  (snapshot: Snapshot) =>
  (node: string, output: string): string => {
    const [kind = '', name = ''] = node.split('/');
    const live = liveOf(snapshot, kind).find((item) => item.name === name);
    return String(must(live?.outputs[output], `${output} of ${node}`));
  };

/** What somebody does behind the controller's back, and which steps put it right. */
const outside: readonly {
  readonly what: string;
  readonly change: (ec2: Ec2, id: ReturnType<typeof idsIn>) => Promise<unknown>;
  readonly steps: readonly string[];
}[] = [
  {
    what: 'a rule is deleted',
    change: (ec2, id) =>
      ec2.send(
        new ec2.RevokeSecurityGroupIngressCommand({
          GroupId: id('SecurityGroup/registry', 'groupId'),
          SecurityGroupRuleIds: [id('SecurityGroupRule/registry-from-alb-80', 'ruleId')],
        }),
      ),
    steps: ['create SecurityGroupRule/registry-from-alb-80'],
  },
  {
    what: 'a rule is added',
    change: (ec2, id) =>
      ec2.send(
        new ec2.AuthorizeSecurityGroupEgressCommand({
          GroupId: id('SecurityGroup/keycloak-ecs', 'groupId'),
          IpPermissions: [{ IpProtocol: 'tcp', FromPort: 25, ToPort: 25, IpRanges: [{ CidrIp: '198.51.100.0/24' }] }],
        }),
      ),
    steps: ['delete SecurityGroupRule/keycloak-ecs/sgr-*'],
  },
  {
    what: 'the database is opened to the world',
    change: (ec2, id) =>
      ec2.send(
        new ec2.AuthorizeSecurityGroupIngressCommand({
          GroupId: id('SecurityGroup/keycloak-db', 'groupId'),
          IpPermissions: [{ IpProtocol: 'tcp', FromPort: 5432, ToPort: 5432, IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
        }),
      ),
    steps: ['delete SecurityGroupRule/keycloak-db/sgr-*'],
  },
  {
    what: 'a route leads elsewhere',
    change: (ec2, id) =>
      ec2.send(
        new ec2.ReplaceRouteCommand({
          RouteTableId: id('RouteTable/private-a', 'routeTableId'),
          DestinationCidrBlock: '0.0.0.0/0',
          NatGatewayId: id('NatGateway/b', 'natGatewayId'),
        }),
      ),
    steps: ['update RouteTable/private-a'],
  },
  {
    what: 'a private subnet becomes public',
    change: (ec2, id) =>
      ec2.send(
        new ec2.ReplaceRouteTableAssociationCommand({
          AssociationId: id('RouteTableAssociation/private-b', 'associationId'),
          RouteTableId: id('RouteTable/public', 'routeTableId'),
        }),
      ),
    steps: ['update RouteTableAssociation/private-b'],
  },
  {
    what: 'host names of the VPC are switched off',
    change: (ec2, id) =>
      ec2.send(
        new ec2.ModifyVpcAttributeCommand({ VpcId: id('Vpc/main', 'vpcId'), EnableDnsHostnames: { Value: false } }),
      ),
    steps: ['update Vpc/main'],
  },
  {
    what: 'the default group is opened',
    change: (ec2, id) =>
      ec2.send(
        new ec2.AuthorizeSecurityGroupIngressCommand({
          GroupId: id('DefaultSecurityGroup/main', 'groupId'),
          IpPermissions: [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
        }),
      ),
    steps: ['update DefaultSecurityGroup/main'],
  },
  {
    what: 'a tag is changed',
    change: (ec2, id) =>
      ec2.send(
        new ec2.CreateTagsCommand({
          Resources: [id('Subnet/private-a', 'subnetId')],
          Tags: [
            { Key: 'Name', Value: 'mine' },
            { Key: 'subnet-type', Value: 'public' },
          ],
        }),
      ),
    steps: ['update Subnet/private-a'],
  },
  {
    what: 'an endpoint loses a route table and its policy',
    change: (ec2, id) =>
      ec2.send(
        new ec2.ModifyVpcEndpointCommand({
          VpcEndpointId: id('VpcEndpoint/s3', 'endpointId'),
          RemoveRouteTableIds: [id('RouteTable/private-a', 'routeTableId')],
          PolicyDocument: JSON.stringify({
            Version: '2012-10-17',
            Statement: [{ Effect: 'Deny', Principal: '*', Action: '*', Resource: '*' }],
          }),
        }),
      ),
    steps: ['update VpcEndpoint/s3'],
  },
  {
    what: 'a NAT gateway is deleted',
    change: (ec2, id) =>
      ec2.send(new ec2.DeleteNatGatewayCommand({ NatGatewayId: id('NatGateway/b', 'natGatewayId') })),
    steps: ['create NatGateway/b'],
  },
];

describe('the network of a gateway', () => {
  let account: SandboxAccount;
  let gateway: SandboxGateway;
  let declared: Declared;

  before(async () => {
    account = await openAccount();
    gateway = new SandboxGateway(account, { name: 'mcp-gateway' });
    declared = networkOf(gateway);
  });

  test('is made, and then there is nothing to do', async () => {
    await gateway.apply(declared);
    assertEmpty(await gateway.plan(declared));
  });

  test('is read with 18 calls', async () => {
    gateway.calls.length = 0;
    await gateway.look(declared);
    assert.equal(gateway.calls.length, 18, gateway.calls.map((call) => call.operation).join(', '));
  });

  for (const { what, change, steps } of outside)
    test(`${what}: it is seen and put right`, async () => {
      const snapshot = await gateway.look(declared);
      await change(await gateway.aws.ec2(), idsIn(snapshot));
      const plan = await gateway.plan(declared);
      const found = plan.steps.map((step) => `${step.action} ${step.node.replace(/sgr-.*/, 'sgr-*')}`);
      assert.deepEqual(found.sort(), [...steps].sort(), printPlan(plan));
      await gateway.apply(declared);
      assertEmpty(await gateway.plan(declared));
    });

  test('all of these at once are put right in one run', async () => {
    const snapshot = await gateway.look(declared);
    const ec2 = await gateway.aws.ec2();
    await Promise.all(outside.map(({ change }) => change(ec2, idsIn(snapshot))));
    await gateway.apply(declared);
    assertEmpty(await gateway.plan(declared));
  });

  test('a second address, left by a lost answer, is released and the one in use stays', async () => {
    const ec2 = await gateway.aws.ec2();
    const used = idsIn(await gateway.look(declared))('ElasticIp/nat-a', 'allocationId');
    const Tags = [
      { Key: OWNER_TAG, Value: gateway.aws.owner },
      { Key: NODE_TAG, Value: 'ElasticIp/nat-a' },
    ];
    const TagSpecifications = [{ ResourceType: 'elastic-ip' as const, Tags }];
    await ec2.send(new ec2.AllocateAddressCommand({ Domain: 'vpc', TagSpecifications }));
    await gateway.apply(declared);
    assertEmpty(await gateway.plan(declared));
    assert.equal(idsIn(await gateway.look(declared))('ElasticIp/nat-a', 'allocationId'), used);
    const { Addresses } = await ec2.send(new ec2.DescribeAddressesCommand({}));
    assert.equal(Addresses?.length, 2);
  });

  test('another name in the region and the same name in another region are apart from it', async () => {
    const others = [
      new SandboxGateway(account, { name: 'other' }),
      new SandboxGateway(account, { name: 'mcp-gateway', region: 'eu-west-1' }),
    ];
    await Promise.all(others.map((other) => other.apply(networkOf(other))));
    assertEmpty(await gateway.plan(declared));
    await gateway.destroy(declared);
    for (const other of others) assertEmpty(await other.plan(networkOf(other)));
    await Promise.all(others.map((other) => other.destroy(networkOf(other))));
  });

  test('leaves nothing behind', async () => {
    const ec2 = await gateway.aws.ec2();
    const { Addresses } = await ec2.send(new ec2.DescribeAddressesCommand({}));
    assert.deepEqual(Addresses, []);
    for (const [kind, view] of await gateway.look(declared))
      if (!['PrefixList', 'AvailabilityZone'].includes(kind))
        assert.deepEqual(view, { status: 'known', live: [] }, kind);
  });
});
