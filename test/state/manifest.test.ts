import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { GraphBuilder, type Graph } from '../../src/engine/graph.ts';
import type { AnyKind, Observed } from '../../src/engine/kind.ts';
import { makePlan } from '../../src/engine/plan.ts';
import type { Outcome } from '../../src/engine/reconcile.ts';
import { systemClock } from '../../src/engine/timing.ts';
import { writeApplied } from '../../src/state/applied.ts';
import { readManifest, writeManifest } from '../../src/state/manifest.ts';
import { RunRecord, type Ending } from '../../src/state/run-record.ts';
import { memoryStore } from './memory-store.ts';

const box: AnyKind = {
  name: 'Box',
  immutable: [],
  replace: 'new-first',
  identifies: ['id'],
  actions: { read: [], write: [] },
  observe: async () => [],
  create: async () => live('red'),
  update: async () => undefined,
};

const live = (colour: string): Observed => ({ name: 'a', phase: 'ready', props: { colour }, outputs: { id: 'a' } });

function wanting(colour: string): Graph {
  const builder = new GraphBuilder('us-east-1/toys');
  builder.add(box, 'a', { colour });
  return builder.build();
}

const BEFORE = { spec: { colour: 'blue' } };
const NOW = { spec: { colour: 'red' } };

interface Run {
  readonly result: Outcome['result'];
  /** What lives at its end. */
  readonly found: string;
  readonly whole: Ending['whole'];
}

/** What is remembered of the manifest after a run for a red box; the one before it was for a blue one. */
async function after({ result, found, whole }: Run): Promise<unknown> {
  const store = memoryStore();
  const planOf = (graph: Graph, colour: string) =>
    makePlan({
      graph,
      kinds: { boxes: [box] },
      snapshot: new Map([['Box', { status: 'known', live: [live(colour)] }]]),
    });
  await writeManifest(store, BEFORE);
  await writeApplied(store, planOf(wanting('blue'), 'blue'), wanting('blue'));
  if (found === 'green') await writeApplied(store, planOf(wanting('red'), 'red'), wanting('red'));
  const graph = wanting('red');
  const record = new RunRecord({
    store,
    clock: systemClock,
    onWarning: assert.fail,
    edition: { manifest: {}, revision: '' },
    command: 'daemon',
    planId: '',
  });
  await record.end({ result, done: [], failures: [], plan: planOf(graph, found), graph, whole, conditions: undefined });
  return readManifest(store);
}

describe('the manifest that is remembered', () => {
  const whole = { manifest: NOW };
  const cases: readonly (readonly [title: string, run: Run, remembered: unknown])[] = [
    ['is the one that was carried out', { result: 'converged', found: 'red', whole }, NOW],
    ['is that, whatever else was found and left', { result: 'converged', found: 'green', whole }, NOW],
    ['stays while its successor failed', { result: 'failed', found: 'blue', whole }, BEFORE],
    ['stays while something of its successor waits', { result: 'converged', found: 'blue', whole }, BEFORE],
    ['stays when a part was carried out', { result: 'converged', found: 'red', whole: undefined }, BEFORE],
    [
      'is none when everything was taken down',
      { result: 'converged', found: 'red', whole: { manifest: undefined } },
      undefined,
    ],
  ];
  for (const [title, run, remembered] of cases) test(title, async () => assert.deepEqual(await after(run), remembered));

  test('is none when it cannot be read', async () => {
    for (const text of ['', '{', 'null\n'])
      assert.equal(await readManifest(memoryStore(new Map([['manifest.json', text]]))), undefined);
  });
});
