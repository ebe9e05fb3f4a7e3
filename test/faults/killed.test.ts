import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openCommandLine, type CommandLine } from '../cli/command-line.ts';
import { assertEmpty, SandboxGateway, type Declared } from '../sandbox-gateway.ts';
import { eachOnce, runThroughDeaths } from './killing.ts';
import { doublesIn, liveThings, madeTwice } from './live-things.ts';
import type { Proxy } from './proxy.ts';
import { openProxy, whole } from './stormy-gateway.ts';

describe('a controller that is killed', () => {
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

  test('after calls of many sorts goes on where it was, and makes nothing twice', async () => {
    const { ran, deaths } = await runThroughDeaths(
      line,
      proxy,
      ['apply', '-f', 'gateway.yaml', '--yes'],
      eachOnce(
        'CreateVpc',
        'AllocateAddress',
        'CreateKey',
        'AttachInternetGateway',
        'CreateSecret',
        'CreateDBCluster',
        'CreateLoadBalancer',
        'CreateAccessPoint',
        'CreateDistributionWithTags',
        'CreateService',
      ),
    );
    assert.equal(ran.code, 0, ran.stdout + ran.stderr);
    assert(deaths.length >= 6, `it died after ${deaths.join(', ')}`);
    assertEmpty(await own.plan(declared));
    assert.deepEqual(doublesIn(await liveThings(line.account, own)), []);
    assert.deepEqual(madeTwice(proxy.passages, declared.graph), []);
  });

  test('while it destroys goes on too, and leaves nothing but what outlives a gateway', async () => {
    const { ran, deaths } = await runThroughDeaths(
      line,
      proxy,
      ['destroy', '-f', 'gateway.yaml', '--yes', '--data', '--confirm', 'mcp-gateway'],
      eachOnce(
        'DeleteService',
        'UpdateDistribution',
        'DeleteLoadBalancer',
        'DeleteNatGateway',
        'DeleteDBInstance',
        'DeleteDBCluster',
        'ScheduleKeyDeletion',
      ),
    );
    assert.equal(ran.code, 0, ran.stdout + ran.stderr);
    assert(deaths.length >= 5, `it died after ${deaths.join(', ')}`);
    const { steps, kept } = await own.planDestroy(declared);
    assert.deepEqual(
      steps.map(({ node }) => node),
      [],
    );
    assert.deepEqual(new Set(kept.map(({ node }) => node.split('/')[0])), new Set(['ClusterSnapshot', 'KmsKey']));
  });
});
