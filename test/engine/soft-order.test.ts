import assert from 'node:assert/strict';
import test from 'node:test';
import { stalled } from '../../src/engine/errors.ts';
import type { Kinds } from '../../src/engine/kind.ts';
import { ToyPlatform, toyKind } from './toy-platform.ts';
import { graphOf, planOf, run } from './toy-run.ts';
import { VirtualClock } from './virtual-clock.ts';

const props = { size: 1, shape: 'round', uses: [] };

test('a node goes behind another one that can come, and is not held up by one that cannot', async () => {
  const platform = new ToyPlatform(new VirtualClock());
  const slow = toyKind('Slow', { createMs: 5000 });
  const broken = toyKind('Broken', { create: () => Promise.reject(stalled('Never', 'it cannot be made')) });
  const kinds: Kinds = { toys: [slow, broken, toyKind('Last')] };
  const graph = graphOf((builder) => {
    const behind = [builder.add(slow, 'a', props), builder.add(broken, 'b', props)];
    builder.add(toyKind('Last'), 'c', props, { behind });
  });
  assert.deepEqual((await planOf(platform, kinds, graph)).steps.find((step) => step.kind === 'Last')?.waitsFor, [
    'Slow/a',
    'Broken/b',
  ]);

  const { plan, result } = await run(platform, kinds, graph);
  assert.equal(result, 'failed');
  assert.equal(plan.states.get('Broken/b')?.phase, 'stalled');
  assert.equal(plan.states.get('Last/c')?.phase, 'ready');
  const [slowThing] = platform.of('Slow', 'a');
  const [lastThing] = platform.of('Last', 'c');
  assert.ok((lastThing?.createdAt ?? 0) >= (slowThing?.readyAt ?? Infinity), 'it did not wait for the slow one');
});

test('what failed and can be mended is changed when something else is wanted, and stalls only until then', async () => {
  const platform = new ToyPlatform(new VirtualClock());
  const kind = toyKind('Toy', {
    mends: true,
    async update(act, live, wanted) {
      await act.env.call('update Toy', () => act.env.change(live.outputs.id, { props: wanted, failed: false }));
    },
  });
  const kinds: Kinds = { toys: [kind, toyKind('User')] };
  const graph = (size: number) =>
    graphOf((builder) => {
      const toy = builder.add(kind, 'a', { ...props, size });
      builder.add(toyKind('User'), 'b', { ...props, uses: [toy.ref('id')] });
    });
  await run(platform, kinds, graph(1));
  platform.outside((things) => {
    for (const thing of things.values()) if (thing.kind === 'Toy') thing.failed = true;
  });
  const still = await planOf(platform, kinds, graph(1));
  assert.deepEqual(still.steps, [], 'what refers to it is left alone');
  assert.equal(still.states.get('Toy/a')?.phase, 'stalled');

  const mended = await run(platform, kinds, graph(2));
  assert.equal(mended.result, 'converged');
  assert.equal(platform.of('Toy', 'a')[0]?.props.size, 2);
});
