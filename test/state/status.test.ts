import assert from 'node:assert/strict';
import test from 'node:test';
import { GraphBuilder } from '../../src/engine/graph.ts';
import type { AnyKind, Observed } from '../../src/engine/kind.ts';
import { makePlan } from '../../src/engine/plan.ts';
import type { KindView } from '../../src/engine/snapshot.ts';
import { dated, readConditions, writeConditions } from '../../src/state/conditions.ts';
import { EventLog } from '../../src/state/event-log.ts';
import { statusOf, type Condition } from '../../src/state/status.ts';
import { memoryStore } from './memory-store.ts';

const lookup: AnyKind = {
  name: 'Zone',
  immutable: [],
  replace: 'new-first',
  identifies: [],
  actions: { read: [], write: [] },
  observe: async () => [],
};
const box: AnyKind = { ...lookup, name: 'Box', create: async () => live('a'), update: async () => undefined };
const kinds = { places: [lookup], boxes: [box] };

const live = (name: string, more: Partial<Observed> = {}): Observed => ({
  name,
  phase: 'ready',
  props: { colour: 'blue' },
  outputs: {},
  ...more,
});

/** The conditions when two boxes and a zone are wanted and this lives. */
function conditionsOf(boxes: KindView): Readonly<Record<string, Condition>> {
  const graph = new GraphBuilder('us-east-1/toys');
  graph.add(lookup, 'z', {});
  for (const name of ['a', 'b']) graph.add(box, name, { colour: 'blue' });
  const zones: KindView = { status: 'known', live: [{ ...live('z'), props: {} }] };
  const plan = makePlan({
    graph: graph.build(),
    kinds,
    snapshot: new Map([
      ['Box', boxes],
      ['Zone', zones],
    ]),
  });
  return Object.fromEntries(statusOf(plan, kinds).conditions.map((condition) => [condition.type, condition]));
}

const known = (...things: readonly Observed[]): KindView => ({ status: 'known', live: things });
const brief = (condition: Condition | undefined): string => `${condition?.status} ${condition?.reason}`;

const cases: readonly (readonly [title: string, view: KindView, said: Readonly<Record<string, string>>])[] = [
  [
    'all is as wanted',
    known(live('a'), live('b')),
    {
      Ready: 'True AsWanted',
      Synced: 'True AsWanted',
      Healthy: 'True AsWanted',
      Drifted: 'False AsApplied',
      BoxesReady: 'True AsWanted',
    },
  ],
  [
    'nothing was made yet, lookups apart',
    known(),
    {
      Ready: 'False NotCreated',
      Synced: 'False ChangesPending',
      Drifted: 'False AsApplied',
      PlacesReady: 'True AsWanted',
    },
  ],
  [
    'something differs',
    known(live('a'), live('b', { props: { colour: 'red' } })),
    { Ready: 'False OutOfSync', Synced: 'False ChangesPending', Healthy: 'True AsWanted', Drifted: 'True Differs' },
  ],
  [
    'something is underway',
    known(live('a'), live('b', { phase: 'pending' })),
    { Ready: 'False NotHealthy', Synced: 'True AsWanted', Progressing: 'True Underway', Stalled: 'False Free' },
  ],
  [
    'something needs a person',
    known(live('a'), live('b', { phase: 'failed', because: 'out of paint' })),
    { Ready: 'False NotHealthy', Stalled: 'True NeedsAction', BoxesReady: 'False NotReady' },
  ],
  [
    'something could not be read',
    { status: 'unknown', because: 'not allowed', final: true },
    { Ready: 'Unknown Unreadable', Synced: 'Unknown Unreadable', Healthy: 'Unknown Unreadable' },
  ],
];
for (const [title, view, said] of cases)
  test(`when ${title}, the conditions say so`, () => {
    const found = conditionsOf(view);
    assert.deepEqual(Object.fromEntries(Object.keys(said).map((type) => [type, brief(found[type])])), said);
  });

test('a condition says what is the matter', () => {
  assert.equal(
    conditionsOf(known(live('a'), live('b', { phase: 'failed', because: 'out of paint' })))['Stalled']?.message,
    'Box/b is stalled: out of paint',
  );
});

const ready = (status: Condition['status']): Condition => ({ type: 'Ready', status, reason: 'x', message: '' });

test('a condition that has not moved keeps the time since when it is so', async () => {
  const store = memoryStore();
  const log = new EventLog(store, (error) => assert.fail(String(error)));
  const say = (status: Condition['status'], at: string): Promise<unknown> =>
    writeConditions(store, [ready(status)], { at, revision: '3f2c1ab', log });
  await say('False', 'monday');
  await say('False', 'tuesday');
  assert.equal((await readConditions(store))[0]?.lastTransitionTime, 'monday');
  await say('True', 'wednesday');
  assert.equal((await readConditions(store))[0]?.lastTransitionTime, 'wednesday');
});

test('a condition that has moved since the last run has no time, for nobody saw it move', () => {
  assert.deepEqual(dated([ready('False')], [{ ...ready('True'), lastTransitionTime: 'monday' }]), [ready('False')]);
});
