import assert from 'node:assert/strict';
import { test } from 'node:test';
import { graphOf, run } from './toy-run.ts';
import { toyKind, ToyPlatform, type ToyKind, type ToyProps } from './toy-platform.ts';
import { VirtualClock } from './virtual-clock.ts';

const SECOND = 1000;
const props = (size: number, ...uses: readonly string[]): ToyProps => ({ size, shape: 'round', uses });
const platform = (): ToyPlatform => new ToyPlatform(new VirtualClock());

/** A change of size is underway from `from` to `until` after the call, and is seen from `seen` on; all in seconds. */
function slowKind(
  toy: ToyPlatform,
  { from = 0, until = 0, seen = 0, ...options }: Partial<ToyKind> & { from?: number; until?: number; seen?: number },
): ToyKind {
  const plain = toyKind('Db');
  let since = -Infinity;
  let old = 0;
  return {
    ...plain,
    async observe(look) {
      const past = (toy.clock.now() - since) / SECOND;
      return (await plain.observe(look)).map((live) => ({
        ...live,
        phase: past >= from && past < until ? 'pending' : live.phase,
        props: { ...live.props, size: past < seen ? old : live.props.size },
      }));
    },
    async update(act, live, wanted, changed) {
      await plain.update?.(act, live, wanted, changed);
      since = toy.clock.now();
      old = live.props.size ?? 0;
    },
    ...options,
  };
}

const updatesOf = (toy: ToyPlatform): number => toy.calls.filter((call) => call.startsWith('update')).length;

test('what is slow to show a change is waited for', async () => {
  const toy = platform();
  const db = slowKind(toy, { from: 5, until: 100, slowToShow: true });
  const graph = (size: number) => graphOf((builder) => void builder.add(db, 'store', props(size)));
  await run(toy, { data: [db] }, graph(1));
  const began = toy.clock.now();
  const outcome = await run(toy, { data: [db] }, graph(2));
  assert.equal(outcome.result, 'converged');
  assert.ok(toy.clock.now() - began >= 100 * SECOND);
});

test('a change that is underway is not sent again, however long it takes', async () => {
  const toy = platform();
  const db = slowKind(toy, { until: 1200, seen: 1200 });
  const graph = (size: number) => graphOf((builder) => void builder.add(db, 'store', props(size)));
  await run(toy, { data: [db] }, graph(1));
  const outcome = await run(toy, { data: [db] }, graph(2));
  assert.equal(outcome.result, 'converged');
  assert.equal(updatesOf(toy), 1);
});

test('a change that is over and shows nothing did not take effect', async () => {
  const toy = platform();
  const db = slowKind(toy, { until: 600, seen: Infinity });
  const graph = (size: number) => graphOf((builder) => void builder.add(db, 'store', props(size)));
  await run(toy, { data: [db] }, graph(1));
  const outcome = await run(toy, { data: [db] }, graph(2));
  assert.equal(outcome.result, 'failed');
  assert.match(outcome.failures[0]?.error.message ?? '', /did not take effect: size/);
  assert.equal(updatesOf(toy), 1);
});

test('what a deletion leaves behind is seen before its needs are deleted, and keeps them', async () => {
  const toy = platform();
  const key = toyKind('Key', { stateful: true });
  const copy: ToyKind = {
    ...toyKind('Copy', { stateful: true }),
    create: undefined,
    update: undefined,
    delete: undefined,
  } as never;
  const plain = toyKind('Db', { stateful: true, deleteMs: 60 * SECOND });
  const db: ToyKind = {
    ...plain,
    leaves: ['Copy'],
    async delete(act, live) {
      await plain.delete?.(act, live);
      toy.put('Copy', { ...props(1), uses: live.props.uses ?? [] }, { ...live.tags, 'mcpgw:node': 'Copy/last' }, 0);
    },
  };
  const graph = graphOf((builder) => {
    const own = builder.add(key, 'own', props(1));
    builder.add(db, 'store', { ...props(1), uses: [own.ref('id')] });
  });
  const kinds = { data: [key, db, copy] };
  await run(toy, kinds, graph);
  const outcome = await run(toy, kinds, graph, { destroy: true, allowData: true });
  assert.equal(outcome.result, 'converged');
  assert.deepEqual(
    toy.things.map((thing) => thing.kind),
    ['Key', 'Copy'],
  );
  assert.deepEqual(
    outcome.plan.kept.map(({ node, because }) => `${node}: ${because}`),
    ['Key/own: Copy/last needs it', 'Copy/last: it holds data, and nothing here deletes it'],
  );
});
