import assert from 'node:assert/strict';
import test from 'node:test';
import { GraphBuilder, type Graph } from '../../src/engine/graph.ts';
import type { AnyKind, Observed } from '../../src/engine/kind.ts';
import { makePlan, type Plan } from '../../src/engine/plan.ts';
import { originOf, readApplied, writeApplied, type AppliedRecord, type Origin } from '../../src/state/applied.ts';
import { memoryStore } from './memory-store.ts';

const box: AnyKind = {
  name: 'Box',
  immutable: [],
  replace: 'new-first',
  identifies: ['id'],
  actions: { read: [], write: [] },
  observe: async () => [],
  create: async () => live('', {}),
  update: async () => undefined,
};
const kinds = { boxes: [box] };

const live = (name: string, props: Readonly<Record<string, unknown>>): Observed => ({
  name,
  phase: 'ready',
  props,
  outputs: { id: name },
});

function declare(boxes: Readonly<Record<string, Readonly<Record<string, unknown>>>>): Graph {
  const builder = new GraphBuilder('us-east-1/toys');
  for (const [name, props] of Object.entries(boxes)) builder.add(box, name, props);
  return builder.build();
}

const planOf = (graph: Graph, lives: readonly Observed[]): Plan =>
  makePlan({ graph, kinds, snapshot: new Map([['Box', { status: 'known', live: lives }]]) });

/** What is remembered after a run that ended with this. */
async function remembered(graph: Graph, lives: readonly Observed[]): Promise<AppliedRecord> {
  const store = memoryStore();
  await writeApplied(store, planOf(graph, lives), graph);
  return readApplied(store);
}

function originsOf(record: AppliedRecord, plan: Plan): readonly (readonly [string, Origin])[] {
  return plan.steps.flatMap((step) =>
    step.changes.map((change) => [change.path, originOf(record, step, change)] as const),
  );
}

const cases: readonly (readonly [title: string, wanted: string, found: string, origin: Origin])[] = [
  ["a value that moved in the manifest is the manifest's", 'red', 'blue', 'manifest'],
  ['a value that moved in AWS was moved outside', 'blue', 'green', 'outside'],
  ['a value that moved in both was moved by both', 'red', 'green', 'both'],
];
for (const [title, wanted, found, origin] of cases)
  test(title, async () => {
    const record = await remembered(declare({ a: { colour: 'blue', size: 1 } }), [
      live('a', { colour: 'blue', size: 1 }),
    ]);
    const plan = planOf(declare({ a: { colour: wanted, size: 1 } }), [live('a', { colour: found, size: 1 })]);
    assert.deepEqual(originsOf(record, plan), [['/colour', origin]]);
  });

test('without a record nobody knows', () => {
  assert.deepEqual(originsOf({}, planOf(declare({ a: { colour: 'red' } }), [live('a', { colour: 'blue' })])), [
    ['/colour', 'unknown'],
  ]);
});

test('what was there and is gone was removed outside; what never was is new', async () => {
  const graph = declare({ a: { colour: 'blue' }, b: { colour: 'blue' } });
  const record = await remembered(graph, [live('a', { colour: 'blue' })]);
  const [a, b] = planOf(graph, []).steps.map((step) => step.changes.map((change) => originOf(record, step, change)));
  assert.deepEqual([a, b], [['outside'], ['manifest']]);
});

test('what is not as it should be keeps what was remembered of it, and what nobody wants is forgotten', async () => {
  const store = memoryStore();
  const both = declare({ a: { colour: 'blue' }, b: { colour: 'blue' } });
  await writeApplied(store, planOf(both, [live('a', { colour: 'blue' }), live('b', { colour: 'blue' })]), both);
  const before = await readApplied(store);
  const one = declare({ a: { colour: 'red' } });
  await writeApplied(store, planOf(one, [live('a', { colour: 'blue' })]), one);
  assert.deepEqual(await readApplied(store), { 'Box/a': before['Box/a'] });
});

test('a run over a part of the graph forgets nothing of the rest', async () => {
  const store = memoryStore();
  const graph = declare({ a: { colour: 'blue' }, b: { colour: 'blue' } });
  const lives = [live('a', { colour: 'blue' }), live('b', { colour: 'blue' })];
  await writeApplied(store, planOf(graph, lives), graph);
  const snapshot = new Map([['Box', { status: 'known' as const, live: lives }]]);
  await writeApplied(store, makePlan({ graph, kinds, snapshot, only: new Set(['Box/a']) }), graph);
  assert.deepEqual(Object.keys(await readApplied(store)), ['Box/a', 'Box/b']);
});

test('values are remembered as hashes, never as themselves', async () => {
  const store = memoryStore();
  const graph = declare({ a: { colour: 'ultramarine' } });
  await writeApplied(store, planOf(graph, [live('a', { colour: 'ultramarine' })]), graph);
  assert(![...store.texts.values()].join().includes('ultramarine'));
});

for (const text of ['', '{"a":', 'null', '[]', '7'])
  test(`a record that says ${text || 'nothing'} is as good as none`, async () => {
    assert.deepEqual(await readApplied(memoryStore(new Map([['applied.json', text]]))), {});
  });
