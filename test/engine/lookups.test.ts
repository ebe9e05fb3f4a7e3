import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stalled } from '../../src/engine/errors.ts';
import type { Tags } from '../../src/engine/kind.ts';
import { toyKind, ToyPlatform, type ToyKind, type ToyProps } from './toy-platform.ts';
import { graphOf, run } from './toy-run.ts';
import { VirtualClock } from './virtual-clock.ts';

const HOUR = 3_600_000;
const props: ToyProps = { size: 1, shape: 'round', uses: [] };
const platform = (): ToyPlatform => new ToyPlatform(new VirtualClock());

const base = toyKind('Base', { createMs: 120_000 });
const user = toyKind('User');
const slow = toyKind('Slow', { createMs: 600_000 });

/** Something that nobody makes: it has come about when `isThere` says so. */
const lookup = (isThere: (toy: ToyPlatform) => boolean): ToyKind => ({
  name: 'Answer',
  immutable: [],
  replace: 'refuse',
  identifies: [],
  actions: { read: ['toy:List'], write: [] },
  async observe({ env, nodes }) {
    await env.call('list Answer', () => undefined);
    return nodes.map(({ name }) => ({
      name,
      phase: isThere(env) ? ('ready' as const) : ('pending' as const),
      because: isThere(env) ? undefined : 'nobody answers',
      props,
      outputs: { id: name, address: undefined },
    }));
  },
});

/** What is looked for comes after the base, somebody after it, and something slow beside them. */
const gateway = (first: ToyKind, answer: ToyKind) =>
  graphOf((graph) => {
    const found = graph.add(answer, 'a', props, { after: [graph.add(first, 'main', props)] });
    graph.add(user, 'u', props, { after: [found] });
    graph.add(slow, 'rest', props);
  });
const isBaseReady = (toy: ToyPlatform): boolean =>
  toy.of('Base', 'main').some((thing) => thing.readyAt <= toy.clock.now());
const looks = (toy: ToyPlatform): number => toy.calls.filter((call) => call === 'list Answer').length;

const stubborn: Readonly<Record<string, ToyKind>> = {
  'cannot be made': toyKind('Base', { create: () => Promise.reject(stalled('Never', 'it cannot be made')) }),
  'may not be read': toyKind('Base', { observe: () => Promise.reject(stalled('AccessDenied', 'you may not')) }),
};

for (const [how, first] of Object.entries(stubborn))
  test(`what nobody makes is not waited for when what it comes after ${how}`, async () => {
    const toy = platform();
    const answer = lookup(() => false);
    const outcome = await run(toy, { toys: [first, answer, user, slow] }, gateway(first, answer), { timeout: HOUR });
    assert.deepEqual([outcome.result, outcome.timedOut], ['failed', false]);
    const { phase, because, live } = outcome.plan.states.get('Answer/a') ?? {};
    assert.deepEqual([phase, because, live?.phase], ['blocked', 'nobody answers', 'pending']);
    assert.deepEqual(
      outcome.plan.steps.filter(({ kind }) => kind === 'User').map((step) => [step.node, step.blockedBy]),
      [['User/u', ['Answer/a']]],
    );
    assert.equal(outcome.plan.states.get('Slow/rest')?.phase, 'ready', 'the rest is finished');
    assert.deepEqual(toy.of('User', 'u'), []);
  });

test('what is being made already is waited for to its end, whatever became of what it comes after', async () => {
  const toy = platform();
  const first = stubborn['cannot be made'] ?? base;
  const kinds = { toys: [first, slow] };
  const graph = graphOf((builder) => {
    builder.add(slow, 'rest', props, { after: [builder.add(first, 'main', props)] });
  });
  toy.put('Slow', props, graph.nodes.get('Slow/rest')?.tags as Tags, 600_000);
  const outcome = await run(toy, kinds, graph, { timeout: HOUR });
  assert.deepEqual([outcome.result, outcome.timedOut], ['failed', false]);
  assert.equal(outcome.plan.states.get('Slow/rest')?.phase, 'ready');
});

test('what is there is ready, whatever became of what it comes after', async () => {
  const toy = platform();
  const answer = lookup(() => true);
  const first = stubborn['cannot be made'] ?? base;
  const outcome = await run(toy, { toys: [first, answer, user, slow] }, gateway(first, answer), { timeout: HOUR });
  assert.equal(outcome.plan.states.get('Answer/a')?.phase, 'ready');
  assert.equal(toy.of('User', 'u').length, 1);
});

test('what nobody makes is looked at until it is there, however long that takes by itself', async () => {
  const toy = platform();
  const begin = toy.clock.now();
  const answer = lookup(({ clock }) => clock.now() >= begin + HOUR / 2);
  const outcome = await run(toy, { toys: [base, answer, user, slow] }, gateway(base, answer), { timeout: HOUR });
  assert.equal(outcome.result, 'converged');
  assert.ok(looks(toy) > 10, `${looks(toy)} looks`);
});

test('what waits for something that may still come is looked at too', async () => {
  const toy = platform();
  const answer = lookup(isBaseReady);
  const outcome = await run(toy, { toys: [base, answer, user, slow] }, gateway(base, answer), { timeout: HOUR });
  assert.equal(outcome.result, 'converged');
});

test('what was not to be waited for goes on when what it comes after is known again', async () => {
  const toy = platform();
  let isBlocked = false;
  let refused = 0;
  toy.fault = (call) => (call === 'list Base' && refused++ < 4 ? 'throttled' : undefined);
  const answer = lookup(isBaseReady);
  const outcome = await run(toy, { toys: [base, answer, user, slow] }, gateway(base, answer), {
    timeout: HOUR,
    onProgress: ({ plan }) => (isBlocked ||= plan.states.get('Answer/a')?.phase === 'blocked'),
  });
  assert.ok(isBlocked);
  assert.equal(outcome.result, 'converged');
  assert.equal(toy.of('User', 'u').length, 1);
});

test('what lives and names something that may not be read is not waited for either', async () => {
  const toy = platform();
  const graph = graphOf((builder) => {
    const named = builder.add(base, 'main', props);
    builder.add(user, 'u', { ...props, uses: [named.ref('id')] });
    builder.add(slow, 'rest', props);
  });
  await run(toy, { toys: [base, user, slow] }, graph, { timeout: HOUR });
  const forbidden = stubborn['may not be read'] ?? base;
  const outcome = await run(toy, { toys: [forbidden, user, slow] }, graph, { timeout: HOUR });
  assert.deepEqual([outcome.result, outcome.timedOut], ['failed', false]);
  assert.equal(outcome.plan.states.get('User/u')?.phase, 'blocked');
  assert.deepEqual(outcome.plan.steps, []);
});
