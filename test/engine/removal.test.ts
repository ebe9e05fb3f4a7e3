import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Graph } from '../../src/engine/graph.ts';
import type { Kinds } from '../../src/engine/kind.ts';
import { graphOf, planOf, run } from './toy-run.ts';
import { toyKind, ToyPlatform, type ToyProps } from './toy-platform.ts';
import { VirtualClock } from './virtual-clock.ts';

const props = (size: number, ...uses: readonly string[]): ToyProps => ({ size, shape: 'round', uses });
const platform = (): ToyPlatform => new ToyPlatform(new VirtualClock());
const changes = (toy: ToyPlatform): readonly string[] => toy.calls.filter((call) => !call.startsWith('list'));

const net = toyKind('Net');
const part = toyKind('Part', { createMs: 60_000 });
const other = toyKind('Other');
const kinds: Kinds = { network: [net, part], apart: [other] };

/** A net that is not wanted any more stands, as does another one. */
async function withOrphan(): Promise<ToyPlatform> {
  const toy = platform();
  await run(
    toy,
    kinds,
    graphOf((builder) => {
      builder.add(net, 'old', props(1));
      builder.add(net, 'main', props(1));
    }),
  );
  toy.calls.length = 0;
  return toy;
}

test('no deletion is tried while something that lives mentions the thing', async () => {
  const toy = platform();
  const graph = graphOf((builder) => {
    const main = builder.add(net, 'main', props(1));
    const own = builder.add(part, 'a', { ...props(1), uses: [main.ref('id')] });
    builder.add(other, 'b', { ...props(1), uses: [own.ref('id'), main.ref('id')] });
  });
  await run(toy, kinds, graph);
  toy.calls.length = 0;
  await run(toy, kinds, graph, { destroy: true });
  assert.deepEqual(changes(toy), ['delete Other/b', 'delete Part/a', 'delete Net/main']);
});

test('an orphan goes when its own domain is ready, whatever another one does', async () => {
  const toy = await withOrphan();
  const slow = graphOf((builder) => {
    builder.add(net, 'main', props(1));
    builder.add(part, 'a', props(1));
  });
  await run(toy, kinds, slow);
  assert.deepEqual(changes(toy), ['create Part/a', 'delete Net/old']);

  const again = await withOrphan();
  again.fault = (call) => (call === 'create Other/b' ? 'forbidden' : undefined);
  const failing = graphOf((builder) => {
    builder.add(net, 'main', props(1));
    builder.add(other, 'b', props(1));
  });
  assert.equal((await run(again, kinds, failing)).result, 'failed');
  assert.ok(changes(again).includes('delete Net/old'));
});

test("what somebody added inside something of ours goes at once, though the rest of its domain isn't ready", async () => {
  const toy = platform();
  const rule = toyKind('Rule', { exclusive: true });
  const all: Kinds = { network: [rule, part] };
  toy.put('Rule', props(1), {}, 0);
  const graph = graphOf((builder) => void builder.add(part, 'a', props(1)));
  assert.deepEqual(
    (await planOf(toy, all, graph)).steps.map((step) => [step.kind, step.action, step.waitsFor]),
    [
      ['Part', 'create', []],
      ['Rule', 'delete', []],
    ],
  );
});

/** What a run does when one list may not be read. */
async function blind(toy: ToyPlatform, list: string, graph: Graph): Promise<readonly string[]> {
  toy.fault = (call) => (call === `list ${list}` ? 'forbidden' : undefined);
  toy.calls.length = 0;
  assert.equal((await run(toy, kinds, graph)).result, 'failed');
  assert.equal(toy.calls.filter((call) => call === `list ${list}`).length, 1, 'what is forbidden is asked once');
  return changes(toy);
}

test('nothing is removed while a list may not be read: what is in it may need the thing', async () => {
  const main = graphOf((builder) => void builder.add(net, 'main', props(1)));
  assert.deepEqual(await blind(await withOrphan(), 'Other', main), []);
});

test('nothing is made, changed or removed of a kind whose list may not be read', async () => {
  const main = graphOf((builder) => {
    const own = builder.add(net, 'main', props(2));
    builder.add(part, 'a', { ...props(1), uses: [own.ref('id')] });
    builder.add(other, 'b', props(1));
  });
  assert.deepEqual(await blind(await withOrphan(), 'Net', main), ['create Other/b']);
});

test('what reads a value of something that may not be read is neither changed nor refused', async () => {
  const toy = platform();
  const graph = graphOf((builder) => {
    const main = builder.add(net, 'main', props(1));
    builder.add(part, 'a', { ...props(1), uses: [main.ref('id')] });
  });
  await run(toy, kinds, graph);
  toy.fault = (call) => (call === 'list Net' ? 'forbidden' : undefined);
  const plan = await planOf(toy, kinds, graph);
  assert.deepEqual(plan.steps, []);
  assert.equal(plan.states.get('Part/a')?.phase, 'blocked');
});

test('what is found through a list that may not be read is unknown too, and says so', async () => {
  const toy = platform();
  const inner = toyKind('Inner', { observe: async (look) => (await look.live(net)) && [] });
  const all: Kinds = { network: [net, inner] };
  toy.fault = (call) => (call === 'list Net' ? 'forbidden' : undefined);
  const { unknown, steps } = await planOf(
    toy,
    all,
    graphOf((builder) => void builder.add(inner, 'a', props(1))),
  );
  assert.deepEqual(
    [...unknown],
    [
      ['Net', 'you may not'],
      ['Inner', 'Net is unknown: you may not'],
    ],
  );
  assert.deepEqual(steps, []);
});

test('what has to go before its successor can come takes along what nobody wants of those that use it', async () => {
  const toy = platform();
  const lb = toyKind('Lb', { replace: 'delete-first' });
  const all: Kinds = { ingress: [lb, part] };
  const shaped = (shape: string, more: boolean) =>
    graphOf((builder) => {
      const main = builder.add(lb, 'main', { ...props(1), shape });
      if (more) builder.add(part, 'a', { ...props(1), uses: [main.ref('id')] });
    });
  await run(toy, all, shaped('round', true));
  assert.equal((await run(toy, all, shaped('square', false))).result, 'converged');
  assert.deepEqual(
    toy.things.map((thing) => [thing.kind, thing.props.shape]),
    [['Lb', 'square']],
  );
});

test('a refusal says what the kind says can be done', async () => {
  const toy = platform();
  const data = toyKind('Db', { stateful: true, replace: 'refuse', refusal: 'its shape is spec.shape' });
  const shaped = (shape: string) => graphOf((builder) => void builder.add(data, 'store', { ...props(1), shape }));
  await run(toy, { data: [data] }, shaped('round'));
  assert.deepEqual(
    (await planOf(toy, { data: [data] }, shaped('square'))).steps.map((step) => [step.action, step.because]),
    [['refuse', 'its shape is spec.shape']],
  );
});
