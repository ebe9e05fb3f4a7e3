import assert from 'node:assert/strict';
import test from 'node:test';
import { Secret } from '../../src/engine/secret.ts';
import { EventLog } from '../../src/state/event-log.ts';
import { readEvents, type CallEvent } from '../../src/state/events.ts';
import { generationOf, noteAttempt, noteObserved } from '../../src/state/generation.ts';
import type { Store } from '../../src/state/store.ts';
import { memoryStore } from './memory-store.ts';

const event = (number: number, more: Partial<CallEvent> = {}): CallEvent => ({
  type: 'call',
  at: new Date(number).toISOString(),
  by: 'arn:aws:sts::123456789012:assumed-role/deploy/ci',
  command: 'apply',
  revision: '3f2c1ab',
  planId: '7c1e09d2',
  node: 'Vpc/main',
  verb: 'create',
  call: 'ec2:CreateVpc',
  result: 'ok',
  ms: number,
  ...more,
});
const logOf = (store: Store): EventLog => new EventLog(store, (error) => assert.fail(String(error)));
const numbersIn = async (store: Store): Promise<readonly number[]> =>
  (await readEvents(store)).events.map((one) => (one.type === 'call' ? one.ms : -1));

test('what is added is there, in order, for the next log too', async () => {
  const store = memoryStore();
  for (const numbers of [[1, 2, 3], [4], [5, 6]]) {
    const log = logOf(store);
    numbers.forEach((number) => log.add(event(number)));
    await log.flush();
  }
  assert.deepEqual(await numbersIn(store), [1, 2, 3, 4, 5, 6]);
  assert.equal((await store.list('log')).length, 1);
});

test('it grows in parts, and the oldest go', async () => {
  const store = memoryStore();
  const log = logOf(store);
  const long = 'x'.repeat(10_000);
  for (let number = 0; number < 700; number++) {
    log.add(event(number, { node: `Vpc/${long}` }));
    // A part is closed when something is added to one that is full.
    await log.flush();
  }
  const parts = await store.list('log');
  assert.ok(parts.length > 50 && parts.length <= 65, `${parts.length} parts`);
  const numbers = await numbersIn(store);
  assert.equal(numbers.at(-1), 699);
  assert.deepEqual(
    numbers,
    Array.from({ length: numbers.length }, (_, i) => 700 - numbers.length + i),
  );
});

test('half a line that a killed process left spoils no other', async () => {
  const store = memoryStore();
  await store.append('log/00000007-0000.jsonl', `${JSON.stringify(event(1))}\n{"type":"call","at":"2026`);
  assert.deepEqual(await numbersIn(store), [1]);
  const log = logOf(store);
  log.add(event(2));
  await log.flush();
  assert.deepEqual(await numbersIn(store), [1, 2]);
});

test('who follows it sees each event once, and none before its line is whole', async () => {
  const store = memoryStore();
  const log = logOf(store);
  log.add(event(1));
  await log.flush();
  const first = await readEvents(store);
  assert.equal(first.events.length, 1);
  const [part = ''] = await store.list('log');
  const line = `${JSON.stringify(event(2))}\n`;
  await store.append(part, line.slice(0, 20));
  const second = await readEvents(store, first.position);
  assert.equal(second.events.length, 0);
  await store.append(part, line.slice(20));
  await store.append('log/99999999-0000.jsonl', `${JSON.stringify(event(3))}\n`);
  const third = await readEvents(store, second.position);
  assert.deepEqual(third.events, [event(2), event(3)]);
  assert.equal((await readEvents(store, third.position)).events.length, 0);
});

test('no value of a secret that was opened gets into it', async () => {
  const store = memoryStore();
  const canary = new Secret('canary "in" a\\name').open();
  const log = logOf(store);
  log.add(event(1, { node: `Vpc/${canary}`, result: canary }));
  await log.flush();
  assert.ok(![...store.texts.values()].join('').includes('canary'));
  assert.equal((await readEvents(store)).events.length, 1);
});

test('what cannot be written is told of, and what comes later goes on', async () => {
  const inner = memoryStore();
  let isFull = true;
  const store: Store = {
    ...inner,
    append: (name, text) => (isFull ? Promise.reject(new Error('disk full')) : inner.append(name, text)),
  };
  const told: string[] = [];
  const log = new EventLog(store, (error) => told.push(String(error)));
  log.add(event(1));
  await log.flush();
  isFull = false;
  log.add(event(2));
  await log.flush();
  assert.deepEqual([told, await numbersIn(store)], [['Error: disk full'], [2]]);
});

test('a generation counts manifests, whatever commits they stand in', async () => {
  const store = memoryStore();
  const [one, two] = [{ size: 1 }, { size: 2 }];
  assert.equal((await generationOf(store, { manifest: one })).generation, 1);
  await noteAttempt(store, { manifest: one, revision: 'a' });
  await noteObserved(store, { manifest: one, revision: 'a' }, true);
  await noteAttempt(store, { manifest: one, revision: 'b' });
  await noteAttempt(store, { manifest: two, revision: 'c' });
  const tried = await generationOf(store, { manifest: two });
  assert.deepEqual(
    [tried.generation, tried.observedGeneration, tried.attemptedRevision, tried.appliedRevision],
    [2, 1, 'c', 'a'],
  );
  await noteObserved(store, { manifest: two, revision: 'c' }, false);
  const seen = await generationOf(store, { manifest: two });
  assert.deepEqual([seen.observedGeneration, seen.appliedRevision], [2, 'a']);
});
