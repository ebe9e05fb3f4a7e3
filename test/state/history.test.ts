import assert from 'node:assert/strict';
import test from 'node:test';
import { addHistory, endedWell, noteEnd, noteStart, readHistory, type HistoryEntry } from '../../src/state/history.ts';
import { memoryStore } from './memory-store.ts';

const entry = (ms: number): HistoryEntry => ({
  at: new Date(Date.parse('2026-11-21T12:00:00.000Z') + ms).toISOString(),
  command: 'apply',
  revision: 'sha256:0',
  planId: '7c1e09d2',
  result: 'converged',
  ms,
  steps: 3,
});

test('the last fifty runs stay, in order', async () => {
  const store = memoryStore();
  for (let i = 0; i < 53; i++) await addHistory(store, { ...entry(i), planId: String(i) });
  const runs = await readHistory(store);
  assert.deepEqual([runs.length, runs[0]?.ms, runs.at(-1)?.ms], [50, 3, 52]);
});

test('equal runs that follow each other are one, with their number, the first time and the last', async () => {
  const store = memoryStore();
  const quiet = (ms: number): HistoryEntry => ({ ...entry(ms), command: 'daemon', why: 'interval', steps: 0 });
  await addHistory(store, entry(1));
  for (const ms of [2, 3, 4]) await addHistory(store, quiet(ms));
  await addHistory(store, { ...quiet(5), errors: ['Vpc/main: refused'] });
  await addHistory(store, quiet(6));
  const runs = await readHistory(store);
  assert.deepEqual(
    runs.map(({ times = 1, ms }) => [times, ms]),
    [
      [1, 1],
      [3, 4],
      [1, 5],
      [1, 6],
    ],
  );
  assert.deepEqual([runs[1]?.firstAt, runs[1]?.at], [entry(2).at, entry(4).at]);
});

test('runs that end at the same moment are all there', async () => {
  const store = memoryStore();
  await Promise.all(['a', 'b', 'c'].map((planId) => addHistory(store, { ...entry(1), planId })));
  assert.deepEqual((await readHistory(store)).map(({ planId }) => planId).sort(), ['a', 'b', 'c']);
});

test('a history that cannot be read is an empty one, and grows again', async () => {
  const store = memoryStore(new Map([['history.json', '[{"at":']]));
  assert.deepEqual(await readHistory(store), []);
  await addHistory(store, entry(1));
  assert.equal((await readHistory(store)).length, 1);
});

test('a run ended well only when its end was noted', async () => {
  const store = memoryStore();
  assert.equal(await endedWell(store), undefined);
  await noteStart(store, '2026-11-21T12:00:00.000Z');
  assert.equal(await endedWell(store), false);
  await noteEnd(store, '2026-11-21T12:01:00.000Z');
  assert.equal(await endedWell(store), true);
  await noteStart(store, '2026-11-21T12:02:00.000Z');
  assert.equal(await endedWell(store), false);
});

test('a note that cannot be read says nothing good', async () => {
  assert.equal(await endedWell(memoryStore(new Map([['run.json', 'null']]))), false);
});
