import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ChangeResourceRecordSetsCommand, type ChangeAction } from '@aws-sdk/client-route-53';
import { RequestCertificateCommand } from '@aws-sdk/client-acm';
import { CreateListenerCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Aws } from '../../../src/aws/aws.ts';
import type { GraphBuilder } from '../../../src/engine/graph.ts';
import { idOf } from '../../../src/engine/kind.ts';
import type { Ref } from '../../../src/engine/ref.ts';
import { liveOf } from '../../../src/engine/snapshot.ts';
import { certificate, type CertificateProps } from '../../../src/reconcilers/ingress/certificate.ts';
import { validationRecord } from '../../../src/reconcilers/ingress/validation-record.ts';
import { recordsOf } from '../../../src/reconcilers/ingress/zone-records.ts';
import { testKind } from '../../kind-contract.ts';
import { openAccount } from '../../sandbox-account.ts';
import { assertEmpty, SandboxGateway, type Declared } from '../../sandbox-gateway.ts';
import { addEnds } from './load-balancers.ts';
import { addZone } from './zones.ts';

/** The record that proves a host name, as a certificate that may be declared later says it. */
function addProof(graph: GraphBuilder, host: string, of: string): void {
  const from = (output: string): Ref<string> => ({ $ref: idOf('Certificate', of), output });
  graph.add(validationRecord, host, {
    hostedZoneId: { $ref: 'HostedZone/main', output: 'hostedZoneId' },
    host,
    recordName: from(`validationName:${host}`),
    value: from(`validationValue:${host}`),
  });
}

testKind(certificate, {
  needs: (graph, name) => {
    const hosts = [`registry.${name}.example.com`, `kc.${name}.example.com`];
    addZone(graph, name, hosts);
    for (const host of hosts) addProof(graph, host, 'subject');
    return {};
  },
  props: (name) => ({
    region: 'us-east-1',
    domainName: name === 'own' ? 'registry.own.example.com' : 'registry.other.example.com',
    alternativeNames: [name === 'own' ? 'kc.own.example.com' : 'kc.other.example.com'],
  }),
  replacements: [{ domainName: 'kc.own.example.com', alternativeNames: ['registry.own.example.com'] }],
  // A list, then description and tags of what may be ours: here also somebody else's.
  observeBudget: 3,
});

const host = 'registry.own.example.com';
const single = (region: string): CertificateProps => ({ region, domainName: host, alternativeNames: [] });

const declare = (gateway: SandboxGateway, regions: readonly string[]): Declared =>
  gateway.declare(
    (graph) => {
      addZone(graph, 'own');
      for (const region of regions) graph.add(certificate, region, single(region));
      const [region] = regions;
      if (region !== undefined) addProof(graph, host, region);
    },
    [certificate, validationRecord],
  );

async function proofsIn(gateway: SandboxGateway): Promise<readonly string[]> {
  const [zone] = liveOf(await gateway.look(declare(gateway, [])), 'HostedZone');
  const records = await recordsOf(gateway.aws, String(zone?.outputs['hostedZoneId']), host);
  return records.flatMap(({ Type, Name }) => (Type === 'CNAME' ? (Name ?? '') : []));
}

/** Makes a load balancer that answers with a certificate. */
async function listenWith(gateway: SandboxGateway, CertificateArn: string): Promise<void> {
  const ends = gateway.declare((graph) => void addEnds(graph, 'own'));
  await gateway.apply(ends);
  const { client } = await gateway.aws.elbv2();
  const [balancer] = liveOf(await gateway.look(ends), 'LoadBalancer');
  await client.send(
    new CreateListenerCommand({
      LoadBalancerArn: String(balancer?.outputs['loadBalancerArn']),
      Protocol: 'HTTPS',
      Port: 443,
      Certificates: [{ CertificateArn }],
      DefaultActions: [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '503' } }],
    }),
  );
}

/** Lets only others than Amazon issue certificates, or takes that back. */
async function forbid(aws: Aws, hostedZoneId: string, Action: ChangeAction): Promise<void> {
  const { client } = await aws.route53();
  const ResourceRecords = [{ Value: '0 issue "letsencrypt.org"' }];
  const ResourceRecordSet = { Name: 'own.example.com', Type: 'CAA' as const, TTL: 60, ResourceRecords };
  const ChangeBatch = { Changes: [{ Action, ResourceRecordSet }] };
  await client.send(new ChangeResourceRecordSetsCommand({ HostedZoneId: hostedZoneId, ChangeBatch }));
}

describe('a record that proves a name', () => {
  test('serves certificates of two regions and goes with the last of them', async () => {
    const gateway = new SandboxGateway(await openAccount(), { region: 'eu-west-1' });
    const both = declare(gateway, ['eu-west-1', 'us-east-1']);
    await gateway.apply(both);
    assertEmpty(await gateway.plan(both));
    const live = liveOf(await gateway.look(both), 'Certificate');
    assert.deepEqual(
      live.map(({ name, phase, outputs }) => [name, phase, String(outputs['certificateArn']).split(':')[3]]),
      [
        ['eu-west-1', 'ready', 'eu-west-1'],
        ['us-east-1', 'ready', 'us-east-1'],
      ],
    );
    const proofs = await proofsIn(gateway);
    assert.equal(proofs.length, 1);

    await gateway.apply(declare(gateway, ['us-east-1']));
    assert.deepEqual(await proofsIn(gateway), proofs);
    await gateway.apply(declare(gateway, []));
    assert.deepEqual(await proofsIn(gateway), []);
  });

  test('goes when both go at once', async () => {
    const gateway = new SandboxGateway(await openAccount(), { region: 'eu-west-1' });
    await gateway.apply(declare(gateway, ['eu-west-1', 'us-east-1']));
    await gateway.apply(declare(gateway, []));
    assert.deepEqual(await proofsIn(gateway), []);
  });

  test("stays while somebody else's certificate needs it, whatever its keys are", async () => {
    const gateway = new SandboxGateway(await openAccount());
    const declared = declare(gateway, ['us-east-1']);
    await gateway.apply(declared);
    const { client } = await gateway.aws.acm();
    const theirs = { DomainName: `*.${host}`, ValidationMethod: 'DNS', KeyAlgorithm: 'EC_prime256v1' } as const;
    await client.send(new RequestCertificateCommand(theirs));
    assertEmpty(await gateway.plan(declared));
    const proofs = await proofsIn(gateway);
    await gateway.apply(declare(gateway, []));
    assert.deepEqual(liveOf(await gateway.look(declare(gateway, [])), 'Certificate'), []);
    assert.deepEqual(await proofsIn(gateway), proofs);
    assert.equal(proofs.length, 1);
  });

  test('stays while a load balancer has the certificate', async () => {
    const gateway = new SandboxGateway(await openAccount());
    const declared = declare(gateway, ['us-east-1']);
    await gateway.apply(declared);
    const [live] = liveOf(await gateway.look(declared), 'Certificate');
    assert(live !== undefined && certificate.delete !== undefined);
    await listenWith(gateway, String(live.outputs['certificateArn']));
    const zones = liveOf(await gateway.look(declared), 'HostedZone');
    const node = { id: 'Certificate/us-east-1', name: 'us-east-1', tags: {} };
    const act = { env: gateway.aws, node, token: '', live: () => zones as never };
    const refused = certificate.delete(act, live as never);
    await assert.rejects(Promise.resolve(refused), { code: 'ResourceInUse', disposition: 'waiting' });
    assert.equal((await proofsIn(gateway)).length, 1);
  });

  test('is put back when somebody deletes or changes it', async () => {
    const gateway = new SandboxGateway(await openAccount());
    const declared = declare(gateway, ['us-east-1']);
    await gateway.apply(declared);
    const [zone] = liveOf(await gateway.look(declared), 'HostedZone');
    const hostedZoneId = String(zone?.outputs['hostedZoneId']);
    const [proof] = await recordsOf(gateway.aws, hostedZoneId, host);
    assert(proof !== undefined);
    const { client } = await gateway.aws.route53();
    const change = (Action: ChangeAction, ResourceRecordSet: typeof proof) =>
      client.send(
        new ChangeResourceRecordSetsCommand({
          HostedZoneId: hostedZoneId,
          ChangeBatch: { Changes: [{ Action, ResourceRecordSet }] },
        }),
      );
    await change('UPSERT', { ...proof, ResourceRecords: [{ Value: 'elsewhere.example.com' }] });
    await gateway.apply(declared);
    assert.deepEqual(await recordsOf(gateway.aws, hostedZoneId, host), [proof]);
    await change('DELETE', proof);
    await gateway.apply(declared);
    assert.deepEqual(await recordsOf(gateway.aws, hostedZoneId, host), [proof]);
  });
});

test('a certificate that failed is made again, and says why it failed', async () => {
  const gateway = new SandboxGateway(await openAccount());
  const zone = declare(gateway, []);
  await gateway.apply(zone);
  const hostedZoneId = String(liveOf(await gateway.look(zone), 'HostedZone')[0]?.outputs['hostedZoneId']);
  await forbid(gateway.aws, hostedZoneId, 'UPSERT');
  const declared = declare(gateway, ['us-east-1']);
  const failed = await gateway.attempt(declared);
  assert.equal(failed.result, 'failed');
  assert.match(
    failed.failures.map(({ error }) => error.message).join('\n'),
    /failed each time: ACM says FAILED \(CAA_ERROR\): the CAA records of the domain have to allow amazon\.com/,
  );
  await forbid(gateway.aws, hostedZoneId, 'DELETE');
  await gateway.apply(declared);
  assertEmpty(await gateway.plan(declared));
  assert.equal((await proofsIn(gateway)).length, 1);
});
