import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openCommandLine, type CommandLine } from '../cli/command-line.ts';
import { assertEmpty, SandboxGateway, type Declared } from '../sandbox-gateway.ts';
import { fraction } from './faults.ts';
import { runThroughDeaths, type Killing } from './killing.ts';
import { doublesIn, liveThings, madeTwice } from './live-things.ts';
import type { Proxy } from './proxy.ts';
import { openProxy, whole } from './stormy-gateway.ts';

/** Dies at one of the next few changes, again and again; at the first of each sort before it is sent, else after it is carried out. */
function everywhere(seed: number): Killing {
  const met = new Set<string>();
  let left = stepsAhead(seed);
  let deaths = 0;
  return {
    inFlight: 'lost',
    atMost: 2000,
    when: ({ writes, operation }) => {
      if (!writes || (left -= 1) > 0) return undefined;
      deaths += 1;
      left = stepsAhead(seed + deaths);
      const moment = met.has(operation) ? 'carried out' : 'never sent';
      met.add(operation);
      return moment;
    },
  };
}

const stepsAhead = (seed: number): number => 1 + Math.floor(fraction(String(seed)) * 5);

describe('a controller that is killed at changes of every sort', () => {
  let proxy: Proxy;
  let line: CommandLine;
  let own: SandboxGateway;
  let declared: Declared;

  before(async () => {
    proxy = await openProxy();
    line = await openCommandLine();
    own = new SandboxGateway(line.account, { name: 'mcp-gateway' });
    declared = await whole(line.account);
  });
  after(() => proxy.stop());

  test('builds a gateway, and nothing of it twice', async () => {
    const { ran, deaths } = await runThroughDeaths(
      line,
      proxy,
      ['apply', '-f', 'gateway.yaml', '--yes'],
      everywhere(1),
    );
    assert.equal(ran.code, 0, ran.stdout + ran.stderr);
    assert(deaths.length >= 100, `it died ${deaths.length} times`);
    assertEmpty(await own.plan(declared));
    assert.deepEqual(doublesIn(await liveThings(line.account, own)), []);
    assert.deepEqual(madeTwice(proxy.passages, declared.graph), []);
  });

  test('destroys it, and leaves nothing but what outlives a gateway', async () => {
    const args = ['destroy', '-f', 'gateway.yaml', '--yes', '--data', '--confirm', 'mcp-gateway'];
    const { ran, deaths } = await runThroughDeaths(line, proxy, args, everywhere(2));
    assert.equal(ran.code, 0, ran.stdout + ran.stderr);
    assert(deaths.length >= 50, `it died ${deaths.length} times`);
    const { steps, kept } = await own.planDestroy(declared);
    assert.deepEqual(
      steps.map(({ node }) => node),
      [],
    );
    assert.deepEqual(new Set(kept.map(({ node }) => node.split('/')[0])), new Set(['ClusterSnapshot', 'KmsKey']));
  });
});
