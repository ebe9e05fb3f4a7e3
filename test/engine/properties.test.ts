import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Graph } from '../../src/engine/graph.ts';
import type { Handle } from '../../src/engine/graph.ts';
import { NODE_TAG, OWNER_TAG } from '../../src/engine/graph.ts';
import { graphOf, OWNER, planOf, run } from './toy-run.ts';
import { foreignTags, toyKind, ToyPlatform, type Fault, type ToyKind, type ToyOutputs } from './toy-platform.ts';
import { VirtualClock } from './virtual-clock.ts';

const TOYS: readonly ToyKind[] = [
  toyKind('Plain'),
  toyKind('Slow', { createMs: 300_000, deleteMs: 60_000 }),
  toyKind('Late', { createMs: 5_000, late: true }),
  toyKind('Single', { replace: 'delete-first', deleteMs: 3_000 }),
  toyKind('Data', { createMs: 120_000, stateful: true, replace: 'refuse' }),
];
const KINDS = { first: TOYS.slice(0, 3), second: TOYS.slice(3) };

interface Wish {
  readonly kind: number;
  readonly size: number;
  readonly square: boolean;
  /** Earlier nodes that it refers to, and whether it waits until they are ready. */
  readonly uses: readonly { readonly of: number; readonly ready: boolean }[];
}

const wish = fc.record({
  kind: fc.nat(TOYS.length - 1),
  size: fc.integer({ min: 1, max: 3 }),
  square: fc.boolean(),
  uses: fc.array(fc.record({ of: fc.nat(20), ready: fc.boolean() }), { maxLength: 3 }),
});
const wishes = fc.array(wish, { minLength: 1, maxLength: 12 });
const faults = fc.array(
  fc.option(fc.constantFrom<Fault>('throttled', 'lost-answer', 'refused'), { nil: undefined, freq: 3 }),
  { maxLength: 40 },
);

function graphFrom(list: readonly Wish[], shapes: boolean): Graph {
  return graphOf((graph) => {
    const handles: Handle<ToyOutputs>[] = [];
    list.forEach((item, i) => {
      const kind = TOYS[item.kind] ?? TOYS[0];
      if (kind === undefined) return;
      const uses = item.uses
        .filter((use) => use.of < i)
        .flatMap((use) => handles[use.of]?.ref('id', use.ready ? { when: 'ready' } : undefined) ?? []);
      const shape = shapes && item.square ? 'square' : 'round';
      handles.push(
        graph.add(kind, `n${i}`, {
          size: item.size,
          shape,
          uses: [...new Map(uses.map((use) => [use.$ref, use])).values()],
        }),
      );
    });
  });
}

/** Every node lives once, as wished; with `extra`, nothing else of ours does. */
function assertStands(toy: ToyPlatform, graph: Graph, extra: boolean): void {
  const data = new Set(toy.things.filter((thing) => thing.kind === 'Data').flatMap((thing) => thing.props.uses));
  for (const node of graph.nodes.values()) {
    const all = toy.of(node.kind, node.name);
    // The old one of a replacement stays while kept data needs it.
    const [thing, ...more] = all.filter(
      (item) => all.length === 1 || item.props.shape === node.props['shape'] || !needsOf(toy, data, item.id),
    );
    assert.ok(thing, `${node.id} lives`);
    assert.deepEqual(more, [], `${node.id} lives once`);
    assert.equal(thing.props.size, node.props['size'], `${node.id} has its size`);
    if (node.kind !== 'Data') assert.equal(thing.props.shape, node.props['shape'], `${node.id} has its shape`);
  }
  if (!extra) return;
  const ours = toy.things.filter(
    (thing) => thing.tags[OWNER_TAG] === OWNER && thing.goneAt === Infinity && thing.kind !== 'Data',
  );
  for (const thing of ours)
    assert.ok(graph.nodes.has(thing.tags[NODE_TAG] ?? '') || needsOf(toy, data, thing.id), `${thing.id} is no orphan`);
}

function needsOf(toy: ToyPlatform, needed: ReadonlySet<string>, id: string): boolean {
  return needed.has(id) || toy.things.some((thing) => thing.props.uses.includes(id) && needsOf(toy, needed, thing.id));
}

function faulty(toy: ToyPlatform, list: readonly (Fault | undefined)[]): void {
  let i = 0;
  toy.fault = () => list[i++];
}

const changesOf = (toy: ToyPlatform): readonly string[] => toy.calls.filter((call) => !call.startsWith('list'));

test('any graph is built whatever fails on the way, and a second plan is empty', async () => {
  await fc.assert(
    fc.asyncProperty(wishes, faults, fc.constantFrom(0, 5_000, 30_000), async (list, fate, lag) => {
      const toy = new ToyPlatform(new VirtualClock());
      const graph = graphFrom(list, false);
      faulty(toy, fate);
      toy.lag = lag;
      const outcome = await run(toy, KINDS, graph);
      assert.equal(outcome.result, 'converged', outcome.failures.map((failure) => failure.error.message).join());
      assertStands(toy, graph, true);
      toy.lag = 0;
      assert.deepEqual((await planOf(toy, KINDS, graph)).steps, []);
    }),
    { numRuns: 25, endOnFailure: true },
  );
});

test('any change of the wish is reached, no data is deleted, and what others own is not touched', async () => {
  await fc.assert(
    fc.asyncProperty(wishes, wishes, faults, async (before, after, fate) => {
      const toy = new ToyPlatform(new VirtualClock());
      await run(toy, KINDS, graphFrom(before, false));
      const foreign = toy.put(
        'Plain',
        { size: 9, shape: 'round', uses: [] },
        foreignTags('toy-1/neighbour', 'Plain/theirs'),
        0,
      );
      const data = toy.things.filter((thing) => thing.kind === 'Data').map((thing) => thing.id);
      const graph = graphFrom(after, true);
      faulty(toy, fate);
      toy.calls.length = 0;
      const outcome = await run(toy, KINDS, graph);
      const refused = outcome.plan.steps.some((step) => step.action === 'refuse');
      if (!refused) {
        assert.equal(
          outcome.result,
          'converged',
          JSON.stringify(outcome.plan.steps.map((step) => [step.node, step.action, step.waitsFor])),
        );
        assertStands(toy, graph, true);
        toy.calls.length = 0;
        assert.deepEqual((await planOf(toy, KINDS, graph)).steps, []);
      }
      for (const id of data)
        assert.ok(
          toy.things.some((thing) => thing.id === id && thing.goneAt === Infinity),
          `${id} still holds its data`,
        );
      assert.deepEqual(toy.things.find((thing) => thing.id === foreign.id)?.props.size, 9);
    }),
    { numRuns: 25, endOnFailure: true },
  );
});

test('outside changes of any kind are undone', async () => {
  const damage = fc.array(fc.record({ at: fc.nat(11), what: fc.constantFrom('gone', 'size', 'tag') }), {
    maxLength: 4,
  });
  await fc.assert(
    fc.asyncProperty(wishes, damage, async (list, blows) => {
      const toy = new ToyPlatform(new VirtualClock());
      const graph = graphFrom(list, false);
      await run(toy, KINDS, graph);
      for (const { at, what } of blows) {
        const thing = toy.things[at];
        if (thing === undefined || thing.goneAt < Infinity) continue;
        if (what === 'size') toy.change(thing.id, { props: { ...thing.props, size: 99 } });
        else if (what === 'tag') toy.change(thing.id, { tags: { ...thing.tags, Name: 'mine now' } });
        else toy.outside((things) => things.delete(thing.id));
      }
      const outcome = await run(toy, KINDS, graph);
      assert.equal(outcome.result, 'converged');
      assertStands(toy, graph, true);
    }),
    { numRuns: 25, endOnFailure: true },
  );
});

test('a run that is cut off anywhere is finished by the next one', async () => {
  await fc.assert(
    fc.asyncProperty(wishes, fc.nat(30), async (list, after) => {
      const toy = new ToyPlatform(new VirtualClock());
      const graph = graphFrom(list, false);
      const stop = new AbortController();
      let steps = 0;
      await run(toy, KINDS, graph, { signal: stop.signal, onStep: () => ++steps > after && stop.abort() });
      const outcome = await run(toy, KINDS, graph, { unclean: true });
      assert.equal(outcome.result, 'converged');
      assertStands(toy, graph, true);
    }),
    { numRuns: 25, endOnFailure: true },
  );
});

test('destroy with data leaves nothing of ours, whatever fails on the way', async () => {
  await fc.assert(
    fc.asyncProperty(wishes, faults, async (list, fate) => {
      const toy = new ToyPlatform(new VirtualClock());
      const graph = graphFrom(list, false);
      await run(toy, KINDS, graph);
      faulty(toy, fate);
      const outcome = await run(toy, KINDS, graph, { destroy: true, allowData: true });
      assert.equal(outcome.result, 'converged');
      assert.deepEqual(toy.things, []);
    }),
    { numRuns: 25, endOnFailure: true },
  );
});

test('what is blocked names its cause', async () => {
  await fc.assert(
    fc.asyncProperty(wishes, fc.nat(11), async (list, bad) => {
      const toy = new ToyPlatform(new VirtualClock());
      const graph = graphFrom(list, false);
      const victim = [...graph.nodes.values()][bad % graph.nodes.size];
      toy.fault = (call) => (call === `create ${victim?.id ?? ''}` ? 'forbidden' : undefined);
      const outcome = await run(toy, KINDS, graph);
      assert.equal(outcome.result, 'failed');
      for (const step of outcome.plan.steps)
        assert.ok(step.node === victim?.id || step.blockedBy.length > 0, `${step.node} says what it waits for`);
      assert.equal(changesOf(toy).filter((call) => call === `create ${victim?.id ?? ''}`).length, 1);
    }),
    { numRuns: 25, endOnFailure: true },
  );
});
