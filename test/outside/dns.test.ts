import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { createDns } from '../../src/outside/dns.ts';
import { startNameServer, type NameServer } from '../name-server.ts';

const servers = ['ns-1.awsdns-01.org', 'ns-2.awsdns-02.co.uk'];

describe('name servers', () => {
  let server: NameServer;
  let silent: NameServer;
  before(async () => {
    [server, silent] = await Promise.all([startNameServer(), startNameServer()]);
    silent.replies = { 'NS example.com': 'silent', 'CAA example.com': 'silent' };
  });
  beforeEach(() => (server.replies = {}));
  after(() => Promise.all([server.close(), silent.close()]));

  const dns = () => createDns({ servers: server.address, timeout: 300 });

  test('of a domain, as a resolver answers', async () => {
    server.replies = { 'NS example.com': { ns: ['NS-1.awsdns-01.ORG', ...servers] } };
    assert.deepEqual(await dns().nameServers('Example.com'), servers);
  });

  test('of a domain, as a server of the zone above refers to them', async () => {
    server.replies = { 'NS gw.example.com': { ns: servers, section: 'authorities' } };
    assert.deepEqual(await dns().nameServers('gw.example.com'), servers);
  });

  test('of a domain that there is not, or that is not delegated', async () => {
    server.replies = { 'NS empty.example.com': {} };
    assert.deepEqual(await dns().nameServers('absent.example.com'), []);
    assert.deepEqual(await dns().nameServers('empty.example.com'), []);
  });

  test('are not known to those who refer to somebody else, refuse or fail', async () => {
    server.replies = {
      'NS refers.example.com': { ns: ['a.gtld-servers.net'], of: 'com', section: 'authorities' },
      'NS refuses.example.com': { rcode: 'REFUSED' },
      'NS fails.example.com': { rcode: 'SERVFAIL' },
    };
    for (const name of ['refers', 'refuses', 'fails'])
      assert.equal(await dns().nameServers(`${name}.example.com`), undefined);
  });

  test('are told by whoever answers', async () => {
    server.replies = { 'NS example.com': { ns: servers }, 'CAA example.com': { caa: ['issue amazon.com'] } };
    const both = createDns({ servers: `${silent.address}, ${server.address}`, timeout: 300 });
    assert.deepEqual(await both.nameServers('example.com'), servers);
    assert.deepEqual(await both.caa('example.com'), [{ issue: 'amazon.com' }]);
  });

  test('who do not answer end the question in the time that is given', async () => {
    const alone = createDns({ servers: silent.address, timeout: 200 });
    const began = performance.now();
    assert.equal(await alone.nameServers('example.com'), undefined);
    assert.equal(await alone.caa('example.com'), undefined);
    assert.ok(performance.now() - began < 5000);
  });

  test('say who may issue certificates', async () => {
    server.replies = {
      'CAA example.com': { caa: ['issue letsencrypt.org', 'iodef mailto:me@example.com'] },
      'CAA empty.example.com': {},
      'CAA fails.example.com': { rcode: 'SERVFAIL' },
    };
    const said = (await dns().caa('example.com')) ?? [];
    assert.deepEqual(
      said.flatMap(({ issue }) => issue ?? []),
      ['letsencrypt.org'],
    );
    assert.equal(said.length, 2);
    assert.deepEqual(await dns().caa('empty.example.com'), []);
    assert.deepEqual(await dns().caa('absent.example.com'), []);
    assert.equal(await dns().caa('fails.example.com'), undefined);
  });
});

test('addresses are IP addresses, with or without a port', () => {
  for (const good of ['127.0.0.1', '127.0.0.1:5353, 127.0.0.2', '::1', '[::1]:5353', '[2001:db8::1]'])
    createDns({ servers: good, timeout: 1 });
  for (const bad of ['localhost', '127.0.0.1:dns', '127.0.0.1,'])
    assert.throws(
      () => createDns({ servers: bad, timeout: 1 }),
      /^ReconcileError: MCPGW_DNS_SERVERS: .* is no IP address/,
    );
  for (const none of [undefined, '', ' ']) createDns({ servers: none, timeout: 1 });
});
