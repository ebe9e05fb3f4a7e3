import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NODE_TAG } from '../../src/engine/graph.ts';
import type { Outcome } from '../../src/engine/reconcile.ts';
import { graphOf, run } from './toy-run.ts';
import { toyKind, ToyPlatform, type ToyKind, type ToyProps } from './toy-platform.ts';
import { VirtualClock } from './virtual-clock.ts';

const SECOND = 1000;
const props = (size: number, ...uses: readonly string[]): ToyProps => ({ size, shape: 'round', uses });
const platform = (): ToyPlatform => new ToyPlatform(new VirtualClock());
const count = (toy: ToyPlatform, call: string): number => toy.calls.filter((each) => each === call).length;

const net = toyKind('Net');
const one = (kind: ToyKind) => graphOf((graph) => void graph.add(kind, 'main', props(1)));

test('a create whose answer was lost is looked for until lists have had time to show it', async () => {
  const toy = platform();
  toy.lag = 5 * SECOND;
  let lost = 0;
  toy.fault = (call) => (call === 'create Net/main' && lost++ === 0 ? 'lost-answer' : undefined);
  assert.equal((await run(toy, { all: [net] }, one(net))).result, 'converged');
  assert.equal(count(toy, 'create Net/main'), 1);
});

test('a run that makes nothing nameless does not wait for what the last one may have made', async () => {
  const toy = platform();
  const { nameless: _, ...named } = toyKind('Named');
  const began = toy.clock.now();
  await run(toy, { all: [named] }, one(named), { unclean: true });
  assert.equal(count(toy, 'create Named/main'), 1);
  assert.ok(toy.clock.now() - began < SECOND);
});

test('each call has a token of its own', async () => {
  const toy = platform();
  const tokens: string[] = [];
  const kind = toyKind('Net', {
    async create(act, wanted) {
      tokens.push(act.token);
      if (tokens.length === 1) await act.env.call('throttled', () => undefined);
      return (await net.create?.(act, wanted)) as never;
    },
  });
  toy.fault = (call) => (call === 'throttled' ? 'throttled' : undefined);
  const graph = graphOf((builder) => ['a', 'b'].forEach((name) => void builder.add(kind, name, props(1))));
  assert.equal((await run(toy, { all: [kind] }, graph)).result, 'converged');
  assert.equal(new Set(tokens).size, 3);
  for (const token of tokens) assert.match(token, /^[a-z0-9]{32}$/);
});

test('of two live things the one that others mention stays, however young it is', async () => {
  const toy = platform();
  const user = toyKind('User');
  const graph = graphOf((builder) => {
    const main = builder.add(net, 'main', props(1));
    builder.add(user, 'a', { ...props(1), uses: [main.ref('id')] });
  });
  const all = { all: [net, user] };
  await run(toy, all, graph);
  const second = toy.put('Net', props(1), { ...toy.of('Net', 'main')[0]?.tags }, 0);
  toy.outside((things) => things.forEach((thing) => thing.kind === 'User' && (thing.props = props(1, second.id))));
  toy.calls.length = 0;
  assert.equal((await run(toy, all, graph)).result, 'converged');
  assert.deepEqual(
    toy.of('Net', 'main').map((thing) => thing.id),
    [second.id],
  );
  assert.equal(count(toy, 'update User/a uses'), 0);
});

/** Two live things of one node that holds data; with `used`, somebody mentions both. */
async function contested(
  kind: ToyKind,
  used: boolean,
): Promise<{ readonly toy: ToyPlatform; readonly outcome: Outcome }> {
  const toy = platform();
  const user = toyKind('User');
  const graph = graphOf((builder) => {
    const main = builder.add(kind, 'main', props(1));
    builder.add(user, 'new', { ...props(1), uses: [main.ref('id')] });
  });
  await run(toy, { data: [kind] }, one(kind));
  toy.put('Data', props(1), { ...toy.of('Data', 'main')[0]?.tags }, 0);
  if (used) toy.put('User', props(1, 'Data-1', 'Data-2'), { [NODE_TAG]: 'User/theirs' }, 0);
  return { toy, outcome: await run(toy, { data: [kind, user] }, graph) };
}

test('of two things with data the one that nothing mentions goes where a repeated create can have made it', async () => {
  const { toy, outcome } = await contested(toyKind('Data', { stateful: true, replace: 'refuse' }), false);
  assert.equal(outcome.result, 'converged');
  assert.deepEqual(
    toy.of('Data', 'main').map((thing) => thing.id),
    ['Data-1'],
  );
});

for (const [title, nameless, used] of [
  ['that have names of their own', false, false],
  ['that are both in use', true, true],
] as const)
  test(`two things with data ${title} are refused, both by name, and nothing is made for them`, async () => {
    const { nameless: _, ...data } = toyKind('Data', { stateful: true, replace: 'refuse' });
    const { toy, outcome } = await contested(nameless ? { ...data, nameless } : data, used);
    assert.equal(outcome.result, 'failed');
    assert.deepEqual(
      outcome.plan.steps.map((step) => [step.node, step.action, step.blockedBy]),
      [
        ['Data/main', 'refuse', []],
        ['User/new', 'create', ['Data/main']],
      ],
    );
    assert.match(outcome.plan.states.get('Data/main')?.because ?? '', /Data-1 and Data Data-2 all stand for it/);
    assert.equal(toy.of('Data', 'main').length, 2);
  });

test('what a second thing is called carries a hash, and no two stand under one name', async () => {
  const toy = platform();
  const plain = toyKind('Named');
  const named: ToyKind = {
    ...plain,
    immutable: ['size'],
    unique: { field: 'shape', limit: 10 },
    async create(act, wanted) {
      assert.ok(!toy.things.some((thing) => thing.props.shape === wanted.shape), `${wanted.shape} stands already`);
      return (await plain.create?.(act, wanted)) as never;
    },
  };
  const sized = (size: number) => graphOf((graph) => void graph.add(named, 'main', props(size)));
  const nameAfter = async (size: number): Promise<string> => {
    assert.equal((await run(toy, { all: [named] }, sized(size))).result, 'converged');
    assert.equal(toy.things.length, 1);
    return toy.things[0]?.props.shape ?? '';
  };
  assert.equal(await nameAfter(1), 'round');
  assert.match(await nameAfter(2), /^rou-[0-9a-f]{6}$/);
  // The same wish has the same hash, which the old thing bears.
  toy.outside((things) => things.forEach((thing) => (thing.props = { ...thing.props, size: 9 })));
  assert.equal(await nameAfter(2), 'round');
});
