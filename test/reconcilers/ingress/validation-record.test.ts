import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { liveOf } from '../../../src/engine/snapshot.ts';
import { certificate } from '../../../src/reconcilers/ingress/certificate.ts';
import { dnsRecord } from '../../../src/reconcilers/ingress/dns-record.ts';
import { validationRecord } from '../../../src/reconcilers/ingress/validation-record.ts';
import { testKind } from '../../kind-contract.ts';
import { openAccount } from '../../sandbox-account.ts';
import { assertEmpty, SandboxGateway, type Declared } from '../../sandbox-gateway.ts';
import { addZone } from './zones.ts';

testKind(validationRecord, {
  needs: (graph, name) => {
    const host = `registry.${name}.example.com`;
    const hostedZoneId = addZone(graph, name).ref('hostedZoneId');
    const props = { region: 'us-east-1', domainName: host, alternativeNames: [] };
    const made = graph.add(certificate, 'main', props);
    const [recordName, value] = [made.ref(`validationName:${host}`), made.ref(`validationValue:${host}`)];
    return { hostedZoneId, host, recordName, value };
  },
  props: {},
  observeBudget: 1,
});

const hosts = ['kc.own.example.com', 'registry.own.example.com'];

/** Two host names with all that they need, as for load balancers and distributions at once. */
const declare = (gateway: SandboxGateway): Declared =>
  gateway.declare((graph) => {
    const hostedZoneId = addZone(graph, 'own', hosts).ref('hostedZoneId');
    for (const host of hosts) {
      const made = [gateway.aws.region, 'us-east-1'].map((region) =>
        graph.add(certificate, `${region}-${host}`, { region, domainName: host, alternativeNames: [] }),
      );
      const [recordName, value] = [made[0]?.ref(`validationName:${host}`), made[0]?.ref(`validationValue:${host}`)];
      assert(recordName !== undefined && value !== undefined);
      graph.add(validationRecord, host, { hostedZoneId, host, recordName, value });
      const to = { target: 'd1.cloudfront.net', targetZoneId: 'Z2FDTNDATAQYW2', evaluateTargetHealth: false };
      graph.add(dnsRecord, host, { hostedZoneId, name: host, ...to });
    }
  });

describe('two host names in one zone', () => {
  test('are seen with few calls', async () => {
    const gateway = new SandboxGateway(await openAccount(), { region: 'eu-central-1' });
    await gateway.apply(declare(gateway));
    gateway.calls.length = 0;
    assertEmpty(await gateway.plan(declare(gateway)));
    const counts = new Map<string, number>();
    for (const { operation } of gateway.calls) counts.set(operation, (counts.get(operation) ?? 0) + 1);
    assert.deepEqual(Object.fromEntries(counts), {
      ListHostedZonesByName: 1,
      ListResourceRecordSets: 2,
      ListCertificates: 2,
      ListTagsForCertificate: 4,
      DescribeCertificate: 4,
    });
  });

  test('go without a trace', async () => {
    const gateway = new SandboxGateway(await openAccount(), { region: 'eu-central-1' });
    await gateway.apply(declare(gateway));
    // The zone is deleted last, and only when it is empty.
    await gateway.destroy(declare(gateway));
    for (const kind of ['HostedZone', 'Certificate', 'DnsRecord', 'ValidationRecord'])
      assert.deepEqual(liveOf(await gateway.look(declare(gateway)), kind), []);
  });
});
