import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Observed } from '../../../src/engine/kind.ts';
import { liveOf } from '../../../src/engine/snapshot.ts';
import { availabilityZone } from '../../../src/reconcilers/network/availability-zone.ts';
import { existingVpc, type ExistingVpcProps } from '../../../src/reconcilers/network/existing-vpc.ts';
import { prefixList } from '../../../src/reconcilers/network/prefix-list.ts';
import { routeTable } from '../../../src/reconcilers/network/route-table.ts';
import { subnet } from '../../../src/reconcilers/network/subnet.ts';
import { openAccount } from '../../sandbox-account.ts';
import { SandboxGateway, type Declared, type TestGraph } from '../../sandbox-gateway.ts';
import { addSubnets, addVpc } from './networks.ts';

const account = await openAccount();

async function lookAt(gateway: SandboxGateway, declared: Declared, kind: string): Promise<readonly Observed[]> {
  return liveOf(await gateway.look(declared), kind);
}

const addZones = (graph: TestGraph): void =>
  ['a', 'b', 'c'].forEach((letter) => graph.add(availabilityZone, letter, { subnets: [`private-${letter}`] }));

test('zones are chosen by name', async () => {
  const gateway = new SandboxGateway(account, { name: 'fresh' });
  const live = await lookAt(gateway, gateway.declare(addZones), 'AvailabilityZone');
  assert.deepEqual(
    live.map((item) => item.outputs['zoneName']),
    ['us-east-1a', 'us-east-1b', 'us-east-1c'],
  );
});

test('a Local Zone that the account opted in to is none of them', async () => {
  const gateway = new SandboxGateway(account, { name: 'west', region: 'us-west-2' });
  const ec2 = await gateway.aws.ec2();
  const { AvailabilityZones } = await ec2.send(new ec2.DescribeAvailabilityZonesCommand({}));
  assert.equal(AvailabilityZones?.map((zone) => zone.ZoneName).sort()[0], 'us-west-2-lax-1a');
  const live = await lookAt(gateway, gateway.declare(addZones), 'AvailabilityZone');
  assert.deepEqual(
    live.map((item) => item.outputs['zoneName']),
    ['us-west-2a', 'us-west-2b', 'us-west-2c'],
  );
});

test('the zone of a live subnet wins over the order of names', async () => {
  const gateway = new SandboxGateway(account, { name: 'grown' });
  const declared = gateway.declare((graph) => {
    graph.add(subnet, 'private-b', {
      vpcId: addVpc(graph).ref('vpcId'),
      cidrBlock: '10.0.0.0/24',
      availabilityZone: 'us-east-1a',
      mapPublicIpOnLaunch: false,
      subnetType: 'private',
    });
    addZones(graph);
  });
  await gateway.apply(declared);
  const live = await lookAt(gateway, declared, 'AvailabilityZone');
  assert.deepEqual(
    live.map((item) => item.outputs['zoneName']),
    ['us-east-1b', 'us-east-1a', 'us-east-1c'],
  );
});

test('a zone that the region does not have holds up nothing but itself', async () => {
  const gateway = new SandboxGateway(account, { name: 'small', region: 'us-west-1' });
  const [a, b, c] = await lookAt(gateway, gateway.declare(addZones), 'AvailabilityZone');
  assert.deepEqual([a?.phase, b?.phase, c?.phase], ['ready', 'ready', 'failed']);
  assert.equal(c?.because, 'us-west-1 has no further availability zone: lower spec.network.zones');
});

test('a prefix list is found by its name, and a missing one says what to do', async () => {
  const gateway = new SandboxGateway(account, { name: 'lists' });
  const declared = gateway.declare((graph) => {
    graph.add(prefixList, 'cloudfront', { prefixListName: 'com.amazonaws.global.cloudfront.origin-facing' });
    graph.add(prefixList, 'absent', { prefixListName: 'no.such.list' });
  });
  const [found, absent] = await lookAt(gateway, declared, 'PrefixList');
  assert.match(String(found?.outputs['prefixListId']), /^pl-/);
  assert.equal(absent?.phase, 'failed');
  assert.equal(absent?.because, 'us-east-1 has no prefix list no.such.list: check spec.ingress.prefixListName');
});

test('a network that stands already is taken as it is, or it says all that is wrong with it', async () => {
  const owner = new SandboxGateway(account, { name: 'owner' });
  const theirs = owner.declare((graph) => {
    const main = addVpc(graph);
    addSubnets(graph, main);
    graph.add(routeTable, 'private', { vpcId: main.ref('vpcId'), routes: [] });
    addVpc(graph, 'elsewhere');
  });
  await owner.apply(theirs);
  const snapshot = await owner.look(theirs);
  const idOf = (kind: string, name: string, output: string): string =>
    String(liveOf(snapshot, kind).find((item) => item.name === name)?.outputs[output]);
  const subnetIds = ['private-a', 'private-b'].map((name) => idOf('Subnet', name, 'subnetId'));
  const vpcId = idOf('Vpc', 'main', 'vpcId');
  const good: ExistingVpcProps = {
    vpcId,
    publicSubnetIds: subnetIds,
    privateSubnetIds: [],
    privateRouteTableIds: [idOf('RouteTable', 'private', 'routeTableId')],
  };

  const gateway = new SandboxGateway(account, { name: 'guest' });
  const look = async (props: ExistingVpcProps): Promise<Observed | undefined> =>
    (
      await lookAt(
        gateway,
        gateway.declare((graph) => graph.add(existingVpc, 'main', props)),
        'ExistingVpc',
      )
    )[0];
  const asked = async (props: Partial<ExistingVpcProps>): Promise<string | undefined> =>
    (await look({ ...good, ...props }))?.because;

  const problem = 'spec.network.existing: privateSubnetIds: all in one availability zone, at least two are needed';
  assert.equal(await asked({}), problem);
  assert.equal(
    await asked({ privateSubnetIds: subnetIds.slice(0, 1) }),
    `${problem}; ${subnetIds[0]}: both public and private`,
  );
  const absent = 'vpc-0123456789abcdef0';
  assert.equal(
    await asked({ vpcId: absent }),
    `spec.network.existing: there is no ${absent} in this region and account`,
  );
  const foreign = await asked({ vpcId: idOf('Vpc', 'elsewhere', 'vpcId') });
  assert.match(
    String(foreign),
    /publicSubnetIds: subnet-\w+, subnet-\w+ not in vpc-\w+; .*privateRouteTableIds: rtb-\w+ not in/,
  );

  const ec2 = await owner.aws.ec2();
  const privateSubnetIds = await Promise.all(
    ['a', 'b'].map(async (zone, i) => {
      const input = { VpcId: vpcId, CidrBlock: `10.0.${8 + i}.0/24`, AvailabilityZone: `us-east-1${zone}` };
      const { Subnet } = await ec2.send(new ec2.CreateSubnetCommand(input));
      return String(Subnet?.SubnetId);
    }),
  );
  const live = await look({ ...good, privateSubnetIds });
  assert.deepEqual([live?.phase, live?.because, live?.outputs], ['ready', undefined, { vpcId, cidr: '10.0.0.0/16' }]);
  await ec2.send(new ec2.ModifyVpcAttributeCommand({ VpcId: vpcId, EnableDnsHostnames: { Value: false } }));
  assert.equal(await asked({ privateSubnetIds }), `spec.network.existing: enableDnsHostnames of ${vpcId} is off`);
});
