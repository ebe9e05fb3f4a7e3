import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ReconcileError } from '../../src/engine/errors.ts';
import { TRIES } from '../../src/engine/failures.ts';
import { NODE_TAG } from '../../src/engine/graph.ts';
import { Secret } from '../../src/engine/secret.ts';
import type { StepEvent } from '../../src/engine/step.ts';
import { timing } from '../../src/engine/timing.ts';
import { graphOf, planOf, run } from './toy-run.ts';
import { toyKind, ToyPlatform, type ToyProps } from './toy-platform.ts';
import { VirtualClock } from './virtual-clock.ts';

const props = (size: number, ...uses: readonly string[]): ToyProps => ({ size, shape: 'round', uses });
const platform = (): ToyPlatform => new ToyPlatform(new VirtualClock());
const count = (toy: ToyPlatform, call: string): number => toy.calls.filter((each) => each === call).length;

test('a thing that takes ten minutes is looked at ever less often, and nothing else is looked at', async () => {
  const toy = platform();
  const slow = toyKind('Slow', { createMs: 600_000 });
  const quick = toyKind('Quick');
  const graph = graphOf((builder) => {
    builder.add(slow, 'a', props(1));
    builder.add(quick, 'b', props(1));
  });
  await run(toy, { all: [slow, quick] }, graph);
  assert(count(toy, 'list Slow') < 250, `${count(toy, 'list Slow')} looks in ten minutes`);
  assert(count(toy, 'list Quick') <= 2);
});

test('what holds a thing that will not go is named', async () => {
  const toy = platform();
  const used = toyKind('Used', { holders: async () => ["eni-1 (somebody's)"] });
  const graph = graphOf((builder) => void builder.add(used, 'a', props(1)));
  await run(toy, { all: [used] }, graph);
  toy.put('Stranger', props(1, 'Used-1'), {}, 0);
  const outcome = await run(toy, { all: [used] }, graph, { destroy: true });
  assert.equal(outcome.result, 'failed');
  assert.match(outcome.failures[0]?.error.message ?? '', /still held by eni-1 \(somebody's\)/);
});

test('what is scheduled for deletion is gone for destroy, and had back when it is wanted again', async () => {
  const toy = platform();
  const kept = toyKind('Kept', {
    deleteMs: 7 * 86_400_000,
    async restore({ env, node }, live) {
      await env.call(`restore ${node.id}`, () => env.change(live.outputs.id, { goneAt: Infinity }));
    },
  });
  const all = { all: [kept] };
  const graph = graphOf((builder) => void builder.add(kept, 'a', props(1)));
  await run(toy, all, graph);
  assert.equal((await run(toy, all, graph, { destroy: true })).result, 'converged');
  assert.equal((await run(toy, all, graph)).result, 'converged');
  assert.equal(count(toy, 'create Kept/a'), 1);
  assert.equal(count(toy, 'restore Kept/a'), 1);
});

test('what is wanted while it is being deleted is made once it is gone', async () => {
  const toy = platform();
  const slow = toyKind('Slow', { deleteMs: 120_000 });
  const graph = graphOf((builder) => void builder.add(slow, 'a', props(1)));
  await run(toy, { all: [slow] }, graph);
  const leaving = toy.clock.now();
  await run(toy, { all: [slow] }, graph, { destroy: true, wait: false });
  assert.deepEqual(
    (await planOf(toy, { all: [slow] }, graph)).steps.map((step) => [step.action, step.because]),
    [['create', 'the old one is still being deleted']],
  );
  assert.equal((await run(toy, { all: [slow] }, graph)).result, 'converged');
  assert.equal(count(toy, 'create Slow/a'), 2);
  assert.ok((toy.of('Slow', 'a')[0]?.createdAt ?? 0) >= leaving + 120_000);
});

test('what failed for good stalls with the reason, and is neither made again nor changed', async () => {
  const toy = platform();
  const plain = toyKind('Db');
  const db: typeof plain = {
    ...plain,
    async observe(look) {
      return (await plain.observe(look)).map((live) => ({ ...live, because: 'its disk is full' }));
    },
  };
  const sized = (size: number) => graphOf((builder) => void builder.add(db, 'a', props(size)));
  await run(toy, { all: [db] }, sized(1));
  toy.outside((things) => things.forEach((thing) => (thing.failed = true)));
  toy.calls.length = 0;
  const outcome = await run(toy, { all: [db] }, sized(2));
  assert.equal(outcome.result, 'failed');
  const { phase, because } = outcome.plan.states.get('Db/a') ?? {};
  assert.deepEqual([phase, because], ['stalled', 'its disk is full']);
  assert.deepEqual(new Set(toy.calls), new Set(['list Db']));
});

test('an orphan whose quota a new thing needs goes first', async () => {
  const toy = platform();
  const scarce = toyKind('Scarce', {
    async create(act, wanted) {
      if (act.env.things.filter((thing) => thing.kind === 'Scarce').length >= 1)
        throw new ReconcileError('stalled', 'Full', 'no more than one', { crowded: true });
      const made = act.env.put('Scarce', wanted, act.node.tags, 0);
      return {
        name: act.node.name,
        phase: 'ready',
        props: wanted,
        outputs: { id: made.id, address: made.id },
        tags: act.node.tags,
      };
    },
  });
  const named = (name: string) => graphOf((builder) => void builder.add(scarce, name, props(1)));
  await run(toy, { all: [scarce] }, named('old'));
  const outcome = await run(toy, { all: [scarce] }, named('new'));
  assert.equal(outcome.result, 'converged');
  assert.deepEqual(
    toy.things.map((thing) => thing.tags[NODE_TAG]),
    ['Scarce/new'],
  );
});

test('without a record of a clean end a nameless thing is looked for twice before it is made', async () => {
  const toy = platform();
  const net = toyKind('Net');
  const other = toyKind('Other');
  const all = { all: [net, other] };
  const both = graphOf((builder) => {
    builder.add(net, 'a', props(1));
    builder.add(other, 'b', props(1));
  });
  await run(toy, all, both);
  // The process died after this create, and lists do not show it yet.
  toy.outside((things) => things.delete('Other-2'));
  toy.lag = 5_000;
  toy.put('Other', props(1), { 'mcpgw:gateway': 'toy-1/test', [NODE_TAG]: 'Other/b', Name: 'test-b' }, 0);
  const outcome = await run(toy, all, both, { unclean: true });
  assert.equal(outcome.result, 'converged');
  assert.equal(toy.of('Other', 'b').length, 1);
  assert.equal(count(toy, 'create Other/b'), 1);
});

test('a fence that falls stops every change', async () => {
  const toy = platform();
  const net = toyKind('Net');
  const fence = (): void => {
    throw new ReconcileError('stalled', 'LostLease', 'somebody else writes now');
  };
  const outcome = await run(
    toy,
    { all: [net] },
    graphOf((builder) => void builder.add(net, 'a', props(1))),
    { fence },
  );
  assert.equal(outcome.result, 'failed');
  assert.deepEqual(toy.things, []);
});

test('a secret reaches the call and nothing else', async () => {
  const toy = platform();
  const seen: string[] = [];
  const locked = toyKind('Locked', {
    async create(act, wanted) {
      const { password } = wanted as unknown as { readonly password: Secret };
      seen.push(password.open());
      const made = act.env.put('Locked', props(1), act.node.tags, 0);
      return {
        name: act.node.name,
        phase: 'ready',
        props: props(1),
        outputs: { id: made.id, address: made.id },
        tags: act.node.tags,
      };
    },
  });
  const secret = { password: { $secret: 'arn:secret' } };
  const graph = graphOf((builder) => void builder.add(locked, 'a', { ...props(1), ...secret }));
  const events: StepEvent[] = [];
  const plan = await planOf(toy, { all: [locked] }, graph);
  const outcome = await run(toy, { all: [locked] }, graph, {
    openSecret: async () => new Secret('correct horse'),
    onStep: (event) => events.push(event),
  });
  assert.deepEqual(seen, ['correct horse']);
  assert.equal(outcome.result, 'converged');
  assert(!JSON.stringify([plan.steps, outcome, events]).includes('correct horse'));
});

test('all that fails is reported, not only the first of it', async () => {
  const toy = platform();
  const net = toyKind('Net');
  const names = ['a', 'b', 'c'];
  toy.fault = (call) => (call === 'create Net/a' || call === 'create Net/c' ? 'forbidden' : undefined);
  const graph = graphOf((builder) => names.forEach((name) => void builder.add(net, name, props(1))));
  const { failures } = await run(toy, { all: [net] }, graph);
  assert.deepEqual(
    failures.map((failure) => failure.node),
    ['Net/a', 'Net/c'],
  );
});

test('what fails again and again is given up, what is refused for now only after a long time', async () => {
  const toy = platform();
  const net = toyKind('Net');
  const graph = graphOf((builder) => ['a', 'b'].forEach((name) => void builder.add(net, name, props(1))));
  const began = toy.clock.now();
  toy.fault = (call) => (call === 'create Net/a' ? 'throttled' : call === 'create Net/b' ? 'refused' : undefined);
  assert.equal((await run(toy, { all: [net] }, graph)).result, 'failed');
  assert.equal(count(toy, 'create Net/a'), TRIES);
  assert.ok(count(toy, 'create Net/b') > TRIES);
  assert.ok(toy.clock.now() - began > timing().patience);
});

test('a limited plan takes along what is needed and prunes nothing', async () => {
  const toy = platform();
  const net = toyKind('Net');
  const all = { all: [net] };
  await run(
    toy,
    all,
    graphOf((builder) => void builder.add(net, 'orphan', props(1))),
  );
  const graph = graphOf((builder) => {
    const main = builder.add(net, 'main', props(1));
    builder.add(net, 'inner', { ...props(1), uses: [main.ref('id')] });
    builder.add(net, 'aside', props(1));
  });
  const outcome = await run(toy, all, graph, { only: new Set(['Net/inner']) });
  assert.equal(outcome.result, 'converged');
  assert.deepEqual(
    toy.things.map((thing) => thing.tags[NODE_TAG]),
    ['Net/orphan', 'Net/main', 'Net/inner'],
  );
});
