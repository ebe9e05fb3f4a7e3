import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { Observed } from '../../../src/engine/kind.ts';
import { liveOf } from '../../../src/engine/snapshot.ts';
import { createDns } from '../../../src/outside/dns.ts';
import { certificate } from '../../../src/reconcilers/ingress/certificate.ts';
import { delegation } from '../../../src/reconcilers/ingress/delegation.ts';
import { validationRecord } from '../../../src/reconcilers/ingress/validation-record.ts';
import { startNameServer, type NameServer } from '../../name-server.ts';
import { openAccount } from '../../sandbox-account.ts';
import { assertEmpty, SandboxGateway, type Declared } from '../../sandbox-gateway.ts';
import { addZone, nameServersOf } from './zones.ts';

const domain = 'own.example.com';
const host = `registry.${domain}`;

/** A certificate that is asked for when the delegation is right. */
const declare = (gateway: SandboxGateway): Declared =>
  gateway.declare(
    (graph) => {
      const hostedZoneId = addZone(graph, 'own').ref('hostedZoneId');
      const delegated = graph.add(delegation, 'main', { hostedZoneId, zoneName: domain, hosts: [host] });
      const props = { region: 'us-east-1', domainName: host, alternativeNames: [] };
      const made = graph.add(certificate, 'registry', props, { after: [delegated] });
      const [recordName, value] = [made.ref(`validationName:${host}`), made.ref(`validationValue:${host}`)];
      graph.add(validationRecord, host, { hostedZoneId, host, recordName, value });
    },
    [certificate, delegation, validationRecord],
  );

describe('Delegation', () => {
  let server: NameServer;
  let gateway: SandboxGateway;
  let nameServers: readonly string[];
  before(async () => (server = await startNameServer()));
  after(() => server.close());

  beforeEach(async () => {
    server.replies = {};
    const dns = createDns({ servers: server.address, timeout: 500 });
    gateway = new SandboxGateway(await openAccount(), { dns });
    await gateway.apply(gateway.declare((graph) => void addZone(graph, 'own')));
    nameServers = await nameServersOf(gateway.aws, domain);
    assert.equal(nameServers.length, 4);
    server.questions.length = 0;
  });

  const look = async (): Promise<Observed> => {
    const [live] = liveOf(await gateway.look(declare(gateway)), 'Delegation');
    assert(live !== undefined);
    return live;
  };

  for (const section of ['answers', 'authorities'] as const)
    test(`that is right (${section}) says nothing, and the certificate is asked for`, async () => {
      server.replies = { [`NS ${domain}`]: { ns: nameServers, section } };
      const live = await look();
      assert.deepEqual([live.phase, live.because], ['ready', undefined]);
      await gateway.apply(declare(gateway));
      assert.equal(liveOf(await gateway.look(declare(gateway)), 'Certificate')[0]?.phase, 'ready');
    });

  test('asks nobody as soon as the certificate is issued', async () => {
    server.replies = { [`NS ${domain}`]: { ns: nameServers } };
    await gateway.apply(declare(gateway));
    assert.ok(server.questions.length > 0);
    server.questions.length = 0;
    gateway.calls.length = 0;
    assertEmpty(await gateway.plan(declare(gateway)));
    assert.deepEqual(server.questions, []);
    assert.deepEqual(gateway.calls.map(({ operation }) => operation).sort(), [
      'DescribeCertificate',
      'ListCertificates',
      'ListHostedZonesByName',
      'ListResourceRecordSets',
      'ListTagsForCertificate',
    ]);
  });

  test('to somebody else stops the certificate, with the lines to paste', async () => {
    server.replies = { [`NS ${domain}`]: { ns: ['ns1.registrar.example', 'ns2.registrar.example'] } };
    const outcome = await gateway.attempt(declare(gateway));
    assert.equal(outcome.result, 'failed');
    const state = outcome.plan.states.get('Delegation/main');
    assert.equal(state?.phase, 'stalled');
    assert.match(state.because ?? '', /is delegated to ns1\.registrar\.example, ns2\.registrar\.example, so nobody/);
    for (const name of nameServers) assert.ok(state.because?.includes(`\n  ${domain}.  NS  ${name}.`), state.because);
    assert.deepEqual(liveOf(outcome.snapshot, 'Certificate'), []);
  });

  for (const [what, reply] of [
    ['a domain that there is not', { rcode: 'NXDOMAIN' }],
    ['a domain without name servers', {}],
  ] as const)
    test(`of ${what} is none`, async () => {
      server.replies = { [`NS ${domain}`]: reply };
      const live = await look();
      assert.equal(live.phase, 'failed');
      assert.match(live.because ?? '', /^own\.example\.com is delegated to nobody, so nobody would find/);
    });

  test('to others besides is noted', async () => {
    const [first = ''] = nameServers;
    server.replies = { [`NS ${domain}`]: { ns: [first, 'ns1.registrar.example'] } };
    const live = await look();
    assert.equal(live.phase, 'ready');
    assert.match(live.because ?? '', /^own\.example\.com is delegated to ns1\.registrar\.example besides/);
  });

  test('to some of the right ones is right', async () => {
    server.replies = { [`NS ${domain}`]: { ns: nameServers.slice(0, 2) } };
    const live = await look();
    assert.deepEqual([live.phase, live.because], ['ready', undefined]);
  });

  for (const reply of ['silent', { rcode: 'SERVFAIL' }, { rcode: 'REFUSED' }] as const)
    test(`that nobody tells of (${JSON.stringify(reply)}) is noted, and the certificate is asked for`, async () => {
      server.replies = { [`NS ${domain}`]: reply };
      const outcome = await gateway.apply(declare(gateway));
      assert.match(outcome.done.map(({ node }) => node).join(), /Certificate\/registry/);
      const quiet = await gateway.plan(declare(gateway));
      assertEmpty(quiet);
    });

  test('that nobody tells of says so', async () => {
    server.replies = { [`NS ${domain}`]: 'silent' };
    const live = await look();
    assert.equal(live.phase, 'ready');
    assert.match(live.because ?? '', /no name server answers for own\.example\.com, so its delegation was not checked/);
  });

  describe('with CAA records', () => {
    const look1 = async (caa: Readonly<Record<string, readonly string[]>>): Promise<Observed> => {
      const said = Object.entries(caa).map(([name, records]) => [`CAA ${name}`, { caa: records }] as const);
      server.replies = { [`NS ${domain}`]: { ns: nameServers }, ...Object.fromEntries(said) };
      return look();
    };

    test('that leave Amazon out stops the certificate, and names them', async () => {
      const live = await look1({ [domain]: ['issue letsencrypt.org', 'issue digicert.com; cansignhttpexchanges=yes'] });
      assert.equal(live.phase, 'failed');
      assert.match(
        live.because ?? '',
        /^the CAA records of own\.example\.com let letsencrypt\.org, digicert\.com issue certificates for registry\.own\.example\.com, and not Amazon: add own\.example\.com\. CAA 0 issue "amazon\.com"$/,
      );
    });

    test('that let nobody issue stops it too, also at the host and above the zone', async () => {
      assert.match(
        (await look1({ [host]: ['issue ;'] })).because ?? '',
        /^the CAA records of registry\.own\.example\.com let nobody/,
      );
      assert.match(
        (await look1({ 'example.com': ['issue ca.example'] })).because ?? '',
        /^the CAA records of example\.com let ca/,
      );
    });

    test('that name Amazon, or speak of other things, or are below others, are fine', async () => {
      for (const caa of [
        { [domain]: ['issue letsencrypt.org', 'issue AmazonTrust.com'] },
        { [domain]: ['iodef mailto:me@example.com'], 'example.com': ['issue ca.example'] },
        { [host]: ['issue amazonaws.com'], [domain]: ['issue letsencrypt.org'] },
      ]) {
        const live = await look1(caa);
        assert.deepEqual([live.phase, live.because], ['ready', undefined]);
      }
    });
  });
});
