import assert from 'node:assert/strict';
import test from 'node:test';
import { timing } from '../../src/engine/timing.ts';
import { Queue, type Next, type QueueOptions, type Turn } from '../../src/daemon/queue.ts';
import { VirtualClock } from '../engine/virtual-clock.ts';

const times = timing();
const MINUTE = 60_000;

interface Begun {
  readonly key: string;
  readonly why: Turn['why'];
  readonly at: number;
}

/** A queue in virtual time, whose passes are noted. */
function open(
  work: (key: string, turn: Turn, clock: VirtualClock) => Promise<Next>,
  more: Partial<QueueOptions> = {},
): { readonly queue: Queue; readonly clock: VirtualClock; readonly begun: Begun[]; readonly stuck: string[] } {
  const clock = new VirtualClock();
  const began = clock.now();
  const begun: Begun[] = [];
  const stuck: string[] = [];
  const queue = new Queue({
    clock,
    timing: times,
    workers: 2,
    work: (key, turn) => {
      begun.push({ key, why: turn.why, at: clock.now() - began });
      return work(key, turn, clock);
    },
    onDepth: () => undefined,
    onStuck: (key, message) => stuck.push(`${key}: ${message}`),
    ...more,
  });
  return { queue, clock, begun, stuck };
}

/** Runs the queue for so long in virtual time. */
async function runFor(queue: Queue, clock: VirtualClock, ms: number): Promise<void> {
  const stop = new AbortController();
  void clock.sleep(ms).then(() => stop.abort());
  await queue.run(stop.signal);
}

const quiet: Next = { after: 5 * MINUTE, why: 'interval' };

test('every gateway has its turn again and again, at its own time', async () => {
  const { queue, clock, begun } = open(async (key) => ({ after: key === 'a' ? MINUTE : 2 * MINUTE, why: 'interval' }));
  queue.add('a', 'start');
  queue.add('b', 'start');
  await runFor(queue, clock, 4.5 * MINUTE);
  const of = (key: string): readonly number[] => begun.filter((one) => one.key === key).map(({ at }) => at / MINUTE);
  assert.deepEqual(of('a'), [0, 1, 2, 3, 4]);
  assert.deepEqual(of('b'), [0, 2, 4]);
});

test('a changed manifest goes before all that is merely due', async () => {
  const { queue, clock, begun } = open(
    async (_key, _turn, time) => {
      await time.sleep(1000);
      return quiet;
    },
    { workers: 1 },
  );
  for (let i = 0; i < 20; i += 1) queue.add(`g${i}`, 'start');
  void clock.sleep(2500).then(() => queue.ask('g19', 'revision'));
  await runFor(queue, clock, MINUTE);
  assert.equal(
    begun.findIndex(({ key }) => key === 'g19'),
    3,
  );
});

test('who has waited for long goes before what changes all the time', async () => {
  const { queue, clock, begun } = open(
    async (key, _turn, time) => {
      await time.sleep(10_000);
      if (key !== 'old') queueMicrotask(() => queue.ask(key, 'revision'));
      return quiet;
    },
    { workers: 1 },
  );
  for (const key of ['x', 'y', 'old']) queue.add(key, key === 'old' ? 'interval' : 'revision');
  await runFor(queue, clock, 5 * MINUTE);
  const turn = begun.find(({ key }) => key === 'old');
  assert.ok(turn !== undefined && turn.at <= times.starving + 20_000, `it began at ${turn?.at}`);
});

test('a hundred gateways and few workers: none starves, and a waiting one holds no worker', async () => {
  let most = 0;
  let now = 0;
  const { queue, clock, begun } = open(
    async (_key, _turn, time) => {
      now += 1;
      most = Math.max(most, now);
      await time.sleep(2000);
      now -= 1;
      return quiet;
    },
    { workers: 4 },
  );
  for (let i = 0; i < 100; i += 1) queue.add(`g${i}`, 'start');
  await runFor(queue, clock, 6 * MINUTE);
  assert.equal(new Set(begun.map(({ key }) => key)).size, 100);
  assert.equal(most, 4);
  assert.ok(begun.slice(0, 100).every(({ at }) => at <= 50_000));
});

test('a new revision ends the pass that goes on, and has the next turn', async () => {
  let aborted = 0;
  const { queue, clock, begun } = open(async (_key, { signal }, time) => {
    await time.sleep(10 * MINUTE, signal);
    if (signal.aborted) aborted += 1;
    return quiet;
  });
  queue.add('a', 'start');
  void clock.sleep(1000).then(() => queue.ask('a', 'revision', { replace: true }));
  await runFor(queue, clock, 2000);
  assert.deepEqual(
    begun.map(({ why, at }) => [why, at]),
    [
      ['start', 0],
      ['revision', 1000],
    ],
  );
  assert.equal(aborted, 2, 'the second ended with the queue');
});

test('what comes up during a pass is done right after it', async () => {
  const { queue, clock, begun } = open(async (_key, _turn, time) => {
    await time.sleep(5000);
    return quiet;
  });
  queue.add('a', 'start');
  void clock.sleep(1000).then(() => queue.ask('a', 'event'));
  await runFor(queue, clock, MINUTE);
  assert.deepEqual(
    begun.map(({ why, at }) => [why, at]),
    [
      ['start', 0],
      ['event', 5000],
    ],
  );
});

test('a pass that gives no sign of life is ended, given up, and tried again', async () => {
  let passes = 0;
  const { queue, clock, begun, stuck } = open(async () => {
    passes += 1;
    if (passes === 1) await new Promise(() => undefined);
    return quiet;
  });
  queue.add('a', 'start');
  await runFor(queue, clock, 30 * MINUTE);
  assert.equal(stuck.length, 1);
  assert.ok((begun[1]?.at ?? Infinity) <= 2 * times.heartbeat + times.retryMin);
});

test('a pass that goes on for ever is ended when its time is over', async () => {
  const { queue, clock, stuck } = open(async (_key, { signal, beat }, time) => {
    while (!signal.aborted) {
      await time.sleep(MINUTE);
      beat();
    }
    return quiet;
  });
  queue.add('a', 'start');
  await runFor(queue, clock, times.pass + 2 * MINUTE);
  assert.deepEqual(stuck, ['a: the pass took too long and is ended']);
});

test('who is taken out has no further turn', async () => {
  const { queue, clock, begun } = open(async () => ({ after: 1000, why: 'interval' }));
  queue.add('a', 'start');
  void clock.sleep(2500).then(() => queue.remove('a'));
  await runFor(queue, clock, MINUTE);
  assert.equal(begun.length, 3);
});

test('an event that comes too soon, while something is waited for, is not lost', async () => {
  const waiting = async (): Promise<Next> => ({ after: begun.length < 3 ? 1000 : 5 * MINUTE, why: 'retry' });
  const { queue, clock, begun } = open(waiting);
  queue.add('a', 'start');
  void clock.sleep(500).then(() => queue.askWithin('a', 'event', 5000));
  await runFor(queue, clock, MINUTE);
  assert.deepEqual(
    begun.map(({ why, at }) => `${why} ${at}`),
    ['start 0', 'retry 1000', 'retry 2000', 'event 5500'],
  );
});

test('what is asked for later is not done again when everything was looked at meanwhile', async () => {
  const { queue, clock, begun } = open(async () => ({ after: begun.length < 2 ? 1000 : 5 * MINUTE, why: 'retry' }));
  queue.add('a', 'start');
  void clock.sleep(500).then(() => queue.askWithin('a', 'event', 5000));
  void clock.sleep(3000).then(() => queue.ask('a', 'request'));
  await runFor(queue, clock, MINUTE);
  assert.deepEqual(
    begun.map(({ why, at }) => `${why} ${at}`),
    ['start 0', 'retry 1000', 'request 3000'],
  );
});
