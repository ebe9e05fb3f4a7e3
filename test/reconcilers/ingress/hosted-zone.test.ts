import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Observed } from '../../../src/engine/kind.ts';
import { liveOf } from '../../../src/engine/snapshot.ts';
import { hostedZone, type HostedZoneProps } from '../../../src/reconcilers/ingress/hosted-zone.ts';
import { openAccount } from '../../sandbox-account.ts';
import { SandboxGateway } from '../../sandbox-gateway.ts';
import { makeZone } from './zones.ts';

const account = await openAccount();
const gateway = new SandboxGateway(account);
const { aws } = gateway;

async function look(props: Partial<HostedZoneProps>): Promise<Observed> {
  const declared = gateway.declare(
    (graph) => void graph.add(hostedZone, 'main', { zoneName: 'example.com', hosts: [], ...props }),
  );
  gateway.calls.length = 0;
  const [live] = liveOf(await gateway.look(declared), 'HostedZone');
  assert(live !== undefined);
  return live;
}

async function refused(props: Partial<HostedZoneProps>): Promise<string> {
  const live = await look(props);
  assert.equal(live.phase, 'failed');
  assert.deepEqual(live.outputs, { hostedZoneId: undefined });
  return live.because ?? '';
}

test('the public zone of a domain is found among others, in one call', async () => {
  await makeZone(aws, 'found.example.com.evil.org');
  await makeZone(aws, 'a.found.example.com');
  const id = await makeZone(aws, 'found.example.com');
  await makeZone(aws, 'found.example.com', 'vpc-12345678');
  const live = await look({ zoneName: 'found.example.com' });
  assert.deepEqual([live.phase, live.because, live.outputs], ['ready', undefined, { hostedZoneId: id }]);
  assert.equal(gateway.calls.length, 1);
  await look({ zoneName: 'found.example.com', hostedZoneId: id });
  assert.equal(gateway.calls.length, 1);
});

test('no zone', async () => {
  assert.match(
    await refused({ zoneName: 'none.example.com' }),
    /^account \d{12} has no hosted zone none\.example\.com: make/,
  );
});

test('a private zone alone', async () => {
  const id = await makeZone(aws, 'private.example.com', 'vpc-12345678');
  const because = await refused({ zoneName: 'private.example.com' });
  assert.match(because, new RegExp(`private\\.example\\.com \\(${id}\\) is private.*make a public zone`));
  assert.match(await refused({ zoneName: 'private.example.com', hostedZoneId: id }), /is private/);
});

test('two zones of one domain: one has to be chosen', async () => {
  const ids = [await makeZone(aws, 'two.example.com'), await makeZone(aws, 'two.example.com')];
  const because = await refused({ zoneName: 'two.example.com' });
  for (const id of ids) assert.ok(because.includes(id), because);
  assert.match(because, /spec\.ingress\.domain\.hostedZoneId/);
  const live = await look({ zoneName: 'two.example.com', hostedZoneId: String(ids[1]) });
  assert.deepEqual([live.phase, live.outputs], ['ready', { hostedZoneId: ids[1] }]);
});

test('a zone of another account, and one of another domain', async () => {
  const other = new SandboxGateway(await openAccount());
  const theirs = await makeZone(other.aws, 'given.example.com');
  const because = await refused({ zoneName: 'given.example.com', hostedZoneId: theirs });
  assert.match(because, new RegExp(`^account \\d{12} has no hosted zone ${theirs}: .*another account`));
  const id = await makeZone(aws, 'another.org');
  assert.match(
    await refused({ zoneName: 'given.example.com', hostedZoneId: id }),
    new RegExp(`the zone ${id} is for another\\.org and not for given\\.example\\.com`),
  );
});

test('what depends on a zone that is not there is not begun', async () => {
  const declared = gateway.declare(
    (graph) => void graph.add(hostedZone, 'main', { zoneName: 'absent.example.com', hosts: [] }),
  );
  const plan = await gateway.plan(declared);
  assert.equal(plan.states.get('HostedZone/main')?.phase, 'stalled');
});
