import assert from 'node:assert/strict';
import { test } from 'node:test';
import { estimate } from '../../src/engine/estimate.ts';
import type { Graph } from '../../src/engine/graph.ts';
import type { Kinds } from '../../src/engine/kind.ts';
import { graphOf, planOf, run } from './toy-run.ts';
import { toyKind, ToyPlatform, type ToyKind, type ToyProps } from './toy-platform.ts';
import { VirtualClock } from './virtual-clock.ts';

const props = (size: number, ...uses: readonly string[]): ToyProps => ({ size, shape: 'round', uses });
const platform = (): ToyPlatform => new ToyPlatform(new VirtualClock());

const net = toyKind('Net');
const part = toyKind('Part');
const pinned = toyKind('Db', { stateful: true, replace: 'refuse', immutable: ['shape', 'uses'] });

/** Insists that a run from here changes nothing and fails. */
async function assertUntouched(toy: ToyPlatform, kinds: Kinds, graph: Graph): Promise<void> {
  toy.calls.length = 0;
  const outcome = await run(toy, kinds, graph);
  assert.equal(outcome.result, 'failed');
  assert.deepEqual(
    toy.calls.filter((call) => !call.startsWith('list')),
    [],
  );
}

test('what is new below something refused is not begun, and names it', async () => {
  const toy = platform();
  const kinds = { network: [net, part], data: [pinned] };
  const shaped = (shape: string, parts: readonly string[]) =>
    graphOf((graph) => {
      const main = graph.add(net, 'main', { ...props(1), shape });
      graph.add(pinned, 'store', { ...props(1), uses: [main.ref('id')] });
      for (const name of parts) {
        const own = graph.add(part, name, { ...props(1), uses: [main.ref('id')] });
        graph.add(part, `${name}-inner`, props(1), { after: [own] });
      }
    });
  await run(toy, kinds, shaped('round', ['a']));
  const wanted = shaped('square', ['a', 'b']);
  const plan = await planOf(toy, kinds, wanted);
  assert.equal(estimate(plan, kinds).seconds, 0);
  assert.deepEqual(
    plan.steps.map((step) => [step.node, step.action, step.blockedBy]),
    [
      ['Net/main', 'refuse', []],
      ['Part/b', 'create', ['Net/main']],
      ['Part/b-inner', 'create', ['Part/b']],
    ],
  );
  await assertUntouched(toy, kinds, wanted);
});

test('what would be replaced for something that cannot be had is refused, and nothing is removed for it', async () => {
  const toy = platform();
  const place: ToyKind = {
    name: 'Place',
    immutable: [],
    replace: 'new-first',
    identifies: [],
    actions: { read: [], write: [] },
    async observe({ nodes }) {
      return nodes.map(({ name }) => ({
        name,
        phase: name === 'there' ? 'failed' : 'ready',
        because: name === 'there' ? 'nobody moves' : undefined,
        props: props(1),
        outputs: { id: `place-${name}`, address: name },
      }));
    },
  };
  const pinnedPart = toyKind('Part', { immutable: ['uses'] });
  const kinds = { network: [place, pinnedPart] };
  const placed = (name: string) =>
    graphOf((graph) => {
      const at = graph.add(place, name, props(1));
      const own = graph.add(pinnedPart, 'a', { ...props(1), uses: [at.ref('id')] });
      graph.add(pinnedPart, 'b', { ...props(1), uses: [own.ref('id')] });
      graph.add(pinnedPart, `only-${name}`, { ...props(1), uses: [at.ref('id')] });
    });
  await run(toy, kinds, placed('here'));
  const wanted = placed('there');
  assert.deepEqual(
    (await planOf(toy, kinds, wanted)).steps.map((step) => [step.node, step.action, step.because, step.blockedBy]),
    [
      ['Part/a', 'refuse', 'it needs Place/there, which is stalled', []],
      ['Part/only-there', 'create', undefined, ['Place/there']],
      ['Part/only-here', 'delete', 'no longer wanted', ['Place/there', 'Part/a', 'Part/only-there']],
    ],
  );
  await assertUntouched(toy, kinds, wanted);
});

test('what only goes behind something refused is made all the same', async () => {
  const toy = platform();
  const kinds = { network: [part], data: [pinned] };
  const shaped = (shape: string, more: boolean) =>
    graphOf((graph) => {
      const store = graph.add(pinned, 'store', { ...props(1), shape });
      if (more) graph.add(part, 'a', props(1), { behind: [store] });
    });
  await run(toy, kinds, shaped('round', false));
  await run(toy, kinds, shaped('square', true));
  assert.equal(toy.of('Part', 'a').length, 1);
});
