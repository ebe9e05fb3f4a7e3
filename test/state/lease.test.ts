import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ReconcileError } from '../../src/engine/errors.ts';
import { steadyClock, systemClock, timing, type Clock } from '../../src/engine/timing.ts';
import { diskStore } from '../../src/state/disk-store.ts';
import { acquireLease, type Lease, type LeaseOptions } from '../../src/state/lease.ts';
import type { LeaseRecord } from '../../src/state/lease-file.ts';
import { Lock } from '../../src/state/lock.ts';
import type { Store } from '../../src/state/store.ts';
import { VirtualClock } from '../engine/virtual-clock.ts';
import { memoryStore } from './memory-store.ts';
import { short } from './short-lease.ts';

const program = fileURLToPath(new URL('./lease-holder.js', import.meta.url));
/** Short enough for real processes, each of which has hardly anything to do. */
const times = short(0.1);

describe('processes of one host', () => {
  let folder: string;
  let taken = 0;
  const children: ChildProcess[] = [];
  const fresh = (): string => join(folder, String((taken += 1)));

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mcpgw-lease-'));
  });
  after(async () => {
    for (const child of children) child.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  });

  /** A process that takes the lease, and what it has said so far. */
  function holder(
    own: string,
    patience = 0,
  ): { child: ChildProcess; said: string[]; until(start: string): Promise<string> } {
    const child = spawn(process.execPath, [program, own, '0.1', String(patience)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(child);
    const said: string[] = [];
    const waiting = new Set<() => void>();
    const wake = (): void => waiting.forEach((go) => go());
    const lines = createInterface({ input: child.stdout });
    lines.on('line', (line) => {
      said.push(line);
      wake();
    });
    let isOver = false;
    lines.on('close', () => {
      isOver = true;
      wake();
    });
    const until = async (start: string): Promise<string> => {
      for (;;) {
        const found = said.find((line) => line.startsWith(start));
        if (found !== undefined) return found;
        if (isOver) assert.fail(`it never said ${start}, but ${said.at(-1) ?? 'nothing'}`);
        await new Promise<void>((go) => waiting.add(go));
      }
    };
    return { child, said, until };
  }
  const take = (own: string, more: Partial<LeaseOptions> = {}): Promise<Lease> =>
    acquireLease({ ...about, store: diskStore(own), ...more });

  test('that race for it: one has it, and the others are told who', async () => {
    const own = fresh();
    const all = Array.from({ length: 4 }, () => holder(own));
    const firsts = await Promise.all(all.map((one) => one.until('')));
    assert.deepEqual(firsts.sort(), ['held 1', 'refused LeaseHeld', 'refused LeaseHeld', 'refused LeaseHeld']);
  });

  test('a holder that was killed is followed at once, under a higher number', async () => {
    const own = fresh();
    const first = holder(own);
    await first.until('wrote');
    const exit = once(first.child, 'exit');
    first.child.kill('SIGKILL');
    await exit;
    const began = performance.now();
    const lease = await take(own);
    assert.ok(performance.now() - began < times.leaseRenew);
    assert.equal(lease.holder.fence, 2);
    await lease.release();
  });

  test('a holder that was frozen past its lease writes nothing when it wakes, and the next has gone on meanwhile', async () => {
    const own = fresh();
    const first = holder(own);
    await first.until('wrote');
    first.child.kill('SIGSTOP');
    await systemClock.sleep(times.leaseTerm);
    const already = first.said.length;
    const lease = await take(own);
    assert.equal(lease.holder.fence, 2);
    first.child.kill('SIGCONT');
    assert.equal(await first.until('refused'), 'refused LeaseLost');
    assert.deepEqual(first.said.slice(already), ['refused LeaseLost']);
    lease.fence();
    await lease.release();
  });

  test('a holder that was frozen past its lease writes nothing although nobody else came', async () => {
    const first = holder(fresh());
    await first.until('wrote');
    first.child.kill('SIGSTOP');
    await systemClock.sleep(times.leaseTerm);
    const already = first.said.length;
    first.child.kill('SIGCONT');
    await first.until('refused');
    assert.deepEqual(first.said.slice(already), ['refused LeaseLost']);
  });

  test('who has patience waits for the one before, and goes on as soon as it has ended', async () => {
    const own = fresh();
    const first = holder(own);
    await first.until('wrote');
    const waited: string[] = [];
    const second = take(own, { patience: 60_000, onWait: ({ command, pid }) => waited.push(`${command} ${pid}`) });
    await systemClock.sleep(times.leaseTerm);
    first.child.kill('SIGTERM');
    const lease = await second;
    assert.equal(lease.holder.fence, 2);
    assert.deepEqual(waited, [`apply ${first.child.pid}`]);
    await lease.release();
  });

  test('the message names holder, host, command, revision and age, and what to do', async () => {
    const own = fresh();
    const first = holder(own);
    await first.until('wrote');
    await assert.rejects(take(own), (error: Error) => {
      assert.match(
        error.message,
        new RegExp(
          `^somebody else is changing us-east-1/mcp-gateway: apply of revision 3f2c1ab on \\S+, process ${first.child.pid}, since \\d+ s ago; it said \\d+ s ago that it goes on\\. Nothing was changed\\.\\n.*--lock-timeout <seconds>.*end that process`,
        ),
      );
      return true;
    });
  });
});

const about = {
  gateway: 'us-east-1/mcp-gateway',
  clock: systemClock,
  steady: steadyClock,
  timing: times,
  command: 'apply',
  revision: '3f2c1ab',
};

/** A clock that is ahead of another by so many milliseconds, and can be set. */
class Skewed implements Clock {
  ahead = 0;
  readonly #of: Clock;
  constructor(of: Clock) {
    this.#of = of;
  }
  now(): number {
    return this.#of.now() + this.ahead;
  }
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return this.#of.sleep(ms, signal);
  }
}

/** Two hosts: time runs by itself, and each has a clock of its own. */
function hosts(): {
  store: ReturnType<typeof memoryStore>;
  steady: VirtualClock;
  here: Skewed;
  take(more?: Partial<LeaseOptions>): Promise<Lease>;
} {
  const store = memoryStore();
  const steady = new VirtualClock();
  const here = new Skewed(steady);
  const real = timing();
  const take = (more: Partial<LeaseOptions> = {}): Promise<Lease> =>
    acquireLease({ ...about, store, steady, clock: here, timing: real, ...more });
  return { store, steady, here, take };
}

/** What a holder on another host, whose clock is `ahead`, leaves in the store when it renews. */
function recordOf(steady: Clock, ahead = 0): LeaseRecord {
  const now = steady.now() + ahead;
  const iso = new Date(now).toISOString();
  const until = new Date(now + timing().leaseTerm).toISOString();
  return {
    id: 'other',
    host: 'build-7',
    pid: 1,
    space: 'build-7',
    command: 'daemon',
    revision: 'a',
    since: iso,
    fence: 7,
    renewed: iso,
    until,
  };
}

const elapsed = async (steady: Clock, act: () => Promise<unknown>): Promise<number> => {
  const began = steady.now();
  await act();
  return steady.now() - began;
};

const HOUR = 3_600_000;
const skews: readonly (readonly [string, number])[] = [
  ['whose clock agrees', 0],
  ['whose clock is an hour ahead', HOUR],
  ['whose clock is an hour behind', -HOUR],
];
for (const [title, ahead] of skews) {
  test(`a holder on another host ${title} and who was killed is followed within the term`, async () => {
    const { store, steady, take } = hosts();
    await store.write('lease.json', JSON.stringify(recordOf(steady, ahead)));
    const ms = await elapsed(steady, async () => {
      const lease = await take();
      assert.equal(lease.holder.fence, 8);
      await lease.release();
    });
    assert.ok(ms >= timing().leaseDeadline, `${ms}`);
    assert.ok(ms <= timing().leaseTerm, `${ms}`);
  });

  test(`a holder on another host ${title} and who lives keeps it`, async () => {
    const { store, steady, take } = hosts();
    await store.write('lease.json', JSON.stringify(recordOf(steady, ahead)));
    void steady
      .sleep(timing().leaseRenew)
      .then(() => store.write('lease.json', JSON.stringify(recordOf(steady, ahead))));
    await assert.rejects(take(), { code: 'LeaseHeld' });
  });
}

test('a process that ended long ago on another host is followed once it was silent for long enough', async () => {
  const { store, steady, take } = hosts();
  await store.write('lease.json', JSON.stringify(recordOf(steady, -24 * HOUR)));
  const ms = await elapsed(steady, async () => (await take()).release());
  assert.ok(ms <= timing().leaseDeadline + timing().leaseWatch, `${ms}`);
});

test('one that was released is free at once', async () => {
  const { steady, take } = hosts();
  await (await take()).release();
  const ms = await elapsed(steady, async () => (await take()).release());
  assert.equal(ms, 0);
});

for (const text of ['', '{"id":', 'null', '7', '{}'])
  test(`a lease that says ${text || 'nothing'} is nobody's`, async () => {
    const { store, take } = hosts();
    await store.write('lease.json', text);
    await (await take()).release();
  });

test('it is renewed for as long as it is held', async () => {
  const { store, steady, take } = hosts();
  const lease = await take();
  await steady.sleep(10 * timing().leaseTerm);
  lease.fence();
  const record = JSON.parse(store.texts.get('lease.json') ?? '') as LeaseRecord;
  assert.ok(Date.parse(record.until) > steady.now());
  await lease.release();
});

test('when its own clock jumps ahead nothing is written before the next renewal, and then it goes on', async () => {
  const { steady, here, take } = hosts();
  const lease = await take();
  here.ahead = HOUR;
  assert.throws(() => lease.fence(), { code: 'LeaseInDoubt', disposition: 'waiting' });
  await steady.sleep(1);
  lease.fence();
  here.ahead = -HOUR;
  lease.fence();
  await lease.release();
});

test('when the machine slept while somebody else took it, it is lost', async () => {
  const { store, steady, here, take } = hosts();
  const lease = await take();
  here.ahead = HOUR;
  await store.write('lease.json', JSON.stringify(recordOf(steady, HOUR)));
  assert.throws(() => lease.fence(), { code: 'LeaseInDoubt' });
  await steady.sleep(1);
  assert.throws(() => lease.fence(), /went to daemon of revision a on build-7, process 1/);
  assert.equal(lease.lost.aborted, true);
  await lease.release();
  assert.equal((JSON.parse(store.texts.get('lease.json') ?? '') as LeaseRecord).host, 'build-7');
});

/** A store whose swaps can be made to fail or to hang. */
function moody(store: Store): { store: Store; mood: { swap?: () => Promise<never> } } {
  const mood: { swap?: () => Promise<never> } = {};
  return { mood, store: { ...store, swap: (...all) => mood.swap?.() ?? store.swap(...all) } };
}

test('a store that fails for a moment costs nothing', async () => {
  const { store: inner, steady, take } = hosts();
  const { store, mood } = moody(inner);
  const lease = await take({ store });
  mood.swap = () => Promise.reject(new Error('disk full'));
  await steady.sleep(timing().leaseDeadline - 2 * timing().leaseWatch);
  lease.fence();
  await steady.sleep(3 * timing().leaseWatch);
  assert.throws(() => lease.fence(), { code: 'LeaseInDoubt', disposition: 'waiting' });
  delete mood.swap;
  await steady.sleep(timing().leaseTerm);
  lease.fence();
  await lease.release();
});

const troubles: readonly (readonly [string, () => Promise<never>, RegExp])[] = [
  ['that goes on failing', () => Promise.reject(new Error('disk full')), /memory could not be written \(disk full\)/],
  ['that does not answer', () => new Promise(() => undefined), /was not renewed for 30 s/],
];
for (const [title, swap, said] of troubles)
  test(`a store ${title} costs the lease when the term is over, and nothing is written from before that`, async () => {
    const { store: inner, steady, take } = hosts();
    const { store, mood } = moody(inner);
    const lease = await take({ store });
    mood.swap = swap;
    await steady.sleep(timing().leaseDeadline);
    assert.throws(() => lease.fence(), { code: 'LeaseInDoubt' });
    await new Promise((resolve) => lease.lost.addEventListener('abort', resolve));
    assert.ok(steady.now() <= 1_000_000 + timing().leaseTerm);
    assert.throws(() => lease.fence(), said);
    await lease.release();
  });

test('when the whole store is lost the holder goes on', async () => {
  const { store, steady, take } = hosts();
  const lease = await take();
  store.texts.clear();
  await steady.sleep(timing().leaseTerm);
  lease.fence();
  assert.ok(store.texts.has('lease.json'));
  await lease.release();
});

test('when the whole store is lost and somebody else begins, the first one stops', async () => {
  const { store, steady, take } = hosts();
  const lease = await take();
  await steady.sleep(1);
  store.texts.clear();
  await store.write('lease.json', JSON.stringify(recordOf(steady)));
  await steady.sleep(timing().leaseRenew);
  assert.throws(() => lease.fence(), { code: 'LeaseLost' });
  await lease.release();
});

test('nothing is written any more once it was released', async () => {
  const { take } = hosts();
  const lease = await take();
  await lease.release();
  await lease.release();
  assert.throws(() => lease.fence(), { code: 'LeaseReleased' });
});

test('who is interrupted while it waits has nothing', async () => {
  const { store, steady, take } = hosts();
  await store.write('lease.json', JSON.stringify(recordOf(steady)));
  await assert.rejects(take({ signal: AbortSignal.abort() }), ReconcileError);
});

describe('what was seen before the lease was taken', () => {
  const taken = (lock: Lock, all: ReturnType<typeof hosts>): ReturnType<Lock['acquire']> =>
    lock.acquire({ ...about, steady: all.steady, clock: all.here, timing: timing() });

  test('holds when nobody else had it since, however often this process had', async () => {
    const all = hosts();
    const lock = new Lock(all.store);
    await lock.noteLook();
    for (let i = 0; i < 3; i++) {
      const { lease, isStale } = await taken(lock, all);
      assert.equal(isStale, false);
      await lease.release();
    }
  });

  test('is old when somebody else had it since', async () => {
    const all = hosts();
    const lock = new Lock(all.store);
    await lock.noteLook();
    await (await all.take()).release();
    const { lease, isStale } = await taken(lock, all);
    assert.equal(isStale, true);
    await lease.release();
  });

  test('is old when somebody held it at that time', async () => {
    const all = hosts();
    const lock = new Lock(all.store);
    const other = await all.take();
    await lock.noteLook();
    await other.release();
    const { lease, isStale } = await taken(lock, all);
    assert.equal(isStale, true);
    await lease.release();
  });
});
