import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Aws } from '../../../src/aws/aws.ts';
import { handover, type HandoverProps } from '../../../src/reconcilers/ingress/handover.ts';
import { awsOf, testTiming } from '../../sandbox-account.ts';

const nobody = { accountId: '123456789012', credentials: () => Promise.reject(new Error('nothing is asked of AWS')) };

/** A process with a clock of its own. */
class Process {
  now = 1_000_000;
  /** Records that not all name servers know. */
  readonly fresh = new Set<string>();
  readonly aws: Aws = {
    ...awsOf(nobody, { name: 'own' }),
    clock: { now: () => this.now, sleep: () => Promise.reject(new Error('nobody waits in a kind')) },
  };

  async look(...records: HandoverProps['records']): Promise<readonly [string, string | undefined]> {
    const nodes = [{ name: 'names', props: { records } }];
    const found = records.map(({ name }) => ({ name, phase: this.fresh.has(name) ? 'pending' : 'ready' })) as never[];
    const [live] = await handover.observe({
      env: this.aws,
      nodes,
      live: () => Promise.resolve(found),
      fill: async (given) => given,
    });
    assert(live !== undefined);
    return [live.phase, live.because];
  }
}

const lifetime = testTiming.recordLifetime;
const registry = { name: 'registry.example.com', target: 'new.cloudfront.net', seen: 'new.cloudfront.net' };
const keycloak = { name: 'kc.example.com', target: 'other.cloudfront.net', seen: 'other.cloudfront.net' };

describe('names that are handed over', () => {
  test('as long as anybody may remember where a record led before', async () => {
    const process = new Process();
    assert.deepEqual(await process.look(registry), [
      'pending',
      `for ${lifetime / 1000} s more a browser may remember where registry.example.com led before`,
    ]);
    process.now += lifetime - 1;
    assert.equal((await process.look(registry))[0], 'pending');
    process.now += 1;
    assert.deepEqual(await process.look(registry), ['ready', undefined]);
  });

  test('not before all of them lead to the new way in', async () => {
    const process = new Process();
    const astray = { ...keycloak, seen: 'old.elb.amazonaws.com' };
    await process.look(registry, astray);
    process.now += lifetime;
    assert.deepEqual(await process.look(registry, astray), [
      'pending',
      'kc.example.com must lead to the new way in first',
    ]);
    assert.equal((await process.look(registry, keycloak))[0], 'pending', 'the second has just moved');
    process.now += lifetime;
    assert.equal((await process.look(registry, keycloak))[0], 'ready');
  });

  test('not before all name servers know a record', async () => {
    const process = new Process();
    process.fresh.add(registry.name);
    await process.look(registry);
    process.now += lifetime;
    process.fresh.clear();
    assert.equal((await process.look(registry))[0], 'pending');
    process.now += lifetime;
    assert.equal((await process.look(registry))[0], 'ready');
  });

  test('from the beginning again when a record was moved back in between', async () => {
    const process = new Process();
    await process.look(registry);
    process.now += lifetime;
    await process.look({ ...registry, seen: 'old.elb.amazonaws.com' });
    assert.equal((await process.look(registry))[0], 'pending');
  });

  test('from the beginning again in another process', async () => {
    const first = new Process();
    await first.look(registry);
    first.now += lifetime;
    const second = new Process();
    second.now = first.now;
    assert.equal((await second.look(registry))[0], 'pending');
    assert.equal((await first.look(registry))[0], 'ready');
  });

  test('at once when there are none', async () => {
    assert.deepEqual(await new Process().look(), ['ready', undefined]);
  });
});
