import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ChangeResourceRecordSetsCommand, type Change } from '@aws-sdk/client-route-53';
import type { Aws } from '../../../src/aws/aws.ts';
import { liveOf } from '../../../src/engine/snapshot.ts';
import { dnsRecord } from '../../../src/reconcilers/ingress/dns-record.ts';
import { recordsOf } from '../../../src/reconcilers/ingress/zone-records.ts';
import { testKind } from '../../kind-contract.ts';
import { openAccount } from '../../sandbox-account.ts';
import { assertEmpty, SandboxGateway, type Declared } from '../../sandbox-gateway.ts';
import { addZone } from './zones.ts';

const CLOUDFRONT = 'Z2FDTNDATAQYW2';
const LOAD_BALANCERS = 'Z35SXDOTRQ7X7K';
const first = { target: 'd111111abcdef8.cloudfront.net', targetZoneId: CLOUDFRONT, evaluateTargetHealth: false };
const second = {
  target: 'alb-1.us-east-1.elb.amazonaws.com',
  targetZoneId: LOAD_BALANCERS,
  evaluateTargetHealth: true,
};

const host = 'registry.own.example.com';

async function change(aws: Aws, hostedZoneId: unknown, Changes: Change[]): Promise<void> {
  const { client } = await aws.route53();
  const ChangeBatch = { Changes };
  await client.send(new ChangeResourceRecordSetsCommand({ HostedZoneId: String(hostedZoneId), ChangeBatch }));
}

const plainRecord = (Name: string, Type: 'A' | 'CNAME' | 'AAAA', Value: string): Change => ({
  Action: 'UPSERT',
  ResourceRecordSet: { Name, Type, TTL: 300, ResourceRecords: [{ Value }] },
});

testKind(dnsRecord, {
  needs: (graph, name) => ({
    hostedZoneId: addZone(graph, name).ref('hostedZoneId'),
    name: `registry.${name}.example.com`,
  }),
  name: host,
  props: first,
  updates: [second, first],
  outside: {
    'a record that leads elsewhere': (aws, { props }) =>
      change(aws, props['hostedZoneId'], [plainRecord(String(props['name']), 'A', '192.0.2.1')]),
    'a CNAME in its place': async (aws, { props }) => {
      const name = String(props['name']);
      const records = await recordsOf(aws, String(props['hostedZoneId']), name);
      const own = records.find(({ Type }) => Type === 'A');
      await change(aws, props['hostedZoneId'], [
        { Action: 'DELETE', ResourceRecordSet: own },
        plainRecord(name, 'CNAME', 'elsewhere.example.com'),
      ]);
    },
    'a record that is gone while its mark stands': async (aws, { props }) => {
      const records = await recordsOf(aws, String(props['hostedZoneId']), String(props['name']));
      const own = records.find(({ Type }) => Type === 'A');
      await change(aws, props['hostedZoneId'], [{ Action: 'DELETE', ResourceRecordSet: own }]);
    },
  },
  // One for its name.
  observeBudget: 1,
});

const declareZone = (gateway: SandboxGateway, hosts: readonly string[] = [host]): Declared =>
  gateway.declare((graph) => void addZone(graph, 'own', hosts), [dnsRecord]);

const declareRecord = (gateway: SandboxGateway, name = host): Declared =>
  gateway.declare((graph) => {
    const hostedZoneId = addZone(graph, 'own').ref('hostedZoneId');
    graph.add(dnsRecord, name, { hostedZoneId, name, ...first });
  });

async function zoneIdOf(gateway: SandboxGateway): Promise<string> {
  const zone = declareZone(gateway);
  await gateway.apply(zone);
  return String(liveOf(await gateway.look(zone), 'HostedZone')[0]?.outputs['hostedZoneId']);
}

describe('a name that is taken', () => {
  for (const [type, value] of [
    ['A', '192.0.2.1'],
    ['AAAA', '2001:db8::1'],
    ['CNAME', 'old.example.com'],
  ] as const)
    test(`by an ${type} record is left alone, and what it leads to is told`, async () => {
      const gateway = new SandboxGateway(await openAccount());
      const hostedZoneId = await zoneIdOf(gateway);
      await change(gateway.aws, hostedZoneId, [plainRecord(host, type, value)]);
      const plan = await gateway.plan(declareRecord(gateway));
      const state = plan.states.get(`DnsRecord/${host}`);
      assert.equal(state?.phase, 'stalled');
      assert.match(state.because ?? '', new RegExp(`somebody else: it leads to ${value} and carries no mark`));
      assert.deepEqual(plan.steps, []);
      assert.deepEqual(
        (await gateway.planDestroy(declareRecord(gateway))).steps.map(({ node }) => node),
        ['HostedZone/main'],
      );
    });

  test('by another gateway is left alone, and the gateway is named', async () => {
    const account = await openAccount();
    const gateway = new SandboxGateway(account);
    await zoneIdOf(gateway);
    await gateway.apply(declareRecord(gateway));
    const other = new SandboxGateway(account, { name: 'other' });
    const plan = await other.plan(declareRecord(other));
    assert.equal(plan.states.get(`DnsRecord/${host}`)?.because, 'it exists and belongs to the gateway us-east-1/own');
    assert.deepEqual(plan.steps, []);
  });

  test('by records of others below and beside it does not matter', async () => {
    const gateway = new SandboxGateway(await openAccount());
    const hostedZoneId = await zoneIdOf(gateway);
    await change(gateway.aws, hostedZoneId, [
      plainRecord(`0.${host}`, 'A', '192.0.2.1'),
      plainRecord(`aaa.${host}`, 'A', '192.0.2.1'),
      plainRecord('registry-2.own.example.com', 'A', '192.0.2.1'),
    ]);
    // More than one page stands between the name and its mark.
    const many = Array.from({ length: 120 }, (_, i) => plainRecord(`0${i}.${host}`, 'A', '192.0.2.1'));
    await change(gateway.aws, hostedZoneId, many);
    const declared = declareRecord(gateway);
    await gateway.apply(declared);
    assertEmpty(await gateway.plan(declared));
    const gone = await gateway.plan(declareZone(gateway));
    assert.deepEqual(
      gone.steps.map(({ node, action }) => [node, action]),
      [[`DnsRecord/${host}`, 'delete']],
    );
    await gateway.apply(declareZone(gateway));
    assert.deepEqual(
      (await recordsOf(gateway.aws, hostedZoneId, host)).filter(({ Name }) => !/^(0|aaa)/.test(Name ?? '')),
      [],
    );
  });
});

test('a change is underway until all name servers of Route 53 know it', async () => {
  const gateway = new SandboxGateway(await openAccount());
  await zoneIdOf(gateway);
  const declared = declareRecord(gateway);
  const step = (await gateway.plan(declared)).steps[0];
  assert(step !== undefined && dnsRecord.create !== undefined);
  const act = { env: gateway.aws, node: { id: step.node, name: host, tags: {} }, token: '', live: () => [] };
  const made = await dnsRecord.create(act, step.props as never);
  assert.equal(made.phase, 'pending');
  const [live] = liveOf(await gateway.look(declared), 'DnsRecord');
  assert.equal(live?.phase, 'pending');
  assert.match(live.because ?? '', /not all name servers/);
  await gateway.apply(declared);
  assertEmpty(await gateway.plan(declared));
});
