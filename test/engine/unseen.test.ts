import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stalled } from '../../src/engine/errors.ts';
import type { GraphBuilder } from '../../src/engine/graph.ts';
import { makePlan, summaryOf } from '../../src/engine/plan.ts';
import { toyKind, ToyPlatform, type ToyKind, type ToyOptions, type ToyProps } from './toy-platform.ts';
import { graphOf, planOf, run } from './toy-run.ts';
import { VirtualClock } from './virtual-clock.ts';

const HOUR = 3_600_000;
const props = (size: number, ...uses: readonly string[]): ToyProps => ({ size, shape: 'round', uses });
const platform = (): ToyPlatform => new ToyPlatform(new VirtualClock());

const server = toyKind('Server', { createMs: 60_000 });
const user = toyKind('User');
const slow = toyKind('Slow', { createMs: 600_000 });

/** Nothing is known of it until the server is ready: what it shows until then is guessed. */
function insideOf(options: ToyOptions = {}, guess: Partial<ToyProps> = { size: 99, shape: 'nobody knows' }): ToyKind {
  const plain = toyKind('Inside', options);
  return {
    ...plain,
    async observe(look) {
      const seen = await plain.observe(look);
      const { env } = look;
      if (env.of('Server', 'main').some((door) => door.readyAt <= env.clock.now())) return seen;
      const nodes = await look.fill(look.nodes);
      return nodes.map((node) => ({
        name: node.name,
        phase: 'unseen' as const,
        because: 'the server cannot be asked',
        props: { ...(node.props as ToyProps), ...guess },
        outputs: { id: undefined, address: 'known.before' },
      }));
    },
  };
}

const inside = insideOf();
const kinds = { toys: [server, inside, user, slow] };

/** A server, something inside, and what comes after that. */
const gateway = (size: number, more: (graph: GraphBuilder) => void = () => undefined) =>
  graphOf((graph) => {
    const door = graph.add(server, 'main', props(1));
    const own = graph.add(inside, 'a', props(size), { after: [door] });
    graph.add(user, 'u', props(size), { after: [own] });
    more(graph);
  });
const within = (size: number) => graphOf((graph) => void graph.add(inside, 'a', props(size)));

/** The server does not answer from now on; for so long, if it comes back by itself. */
const silence = (toy: ToyPlatform, ms = Infinity): void =>
  toy.outside((things) => {
    for (const thing of things.values()) if (thing.kind === 'Server') thing.readyAt = toy.clock.now() + ms;
  });
const changes = (toy: ToyPlatform): readonly string[] => toy.calls.filter((call) => !call.startsWith('list'));

test('of what is unseen nothing is planned, whatever its props say, and it is not ready', async () => {
  const toy = platform();
  await run(toy, kinds, gateway(1));
  silence(toy);
  const { steps, states } = await planOf(toy, kinds, gateway(2));
  assert.deepEqual(
    steps.map((step) => [step.node, step.action, step.waitsFor, step.blockedBy]),
    [['User/u', 'update', ['Inside/a'], []]],
  );
  const { phase, because, live } = states.get('Inside/a') ?? {};
  assert.deepEqual([phase, because, live?.phase], ['pending', 'the server cannot be asked', 'unseen']);
});

test('what is inside of something that is still to be made is missing like it, and counts as nothing', async () => {
  const plan = await planOf(platform(), kinds, gateway(1));
  assert.deepEqual(
    ['Server/main', 'Inside/a', 'User/u'].map((id) => plan.states.get(id)?.phase),
    ['missing', 'missing', 'missing'],
  );
  assert.equal(summaryOf(plan).unchanged, 0);
});

test('what was unseen and is absent is made as soon as it can be seen, and then what comes after it', async () => {
  const toy = platform();
  const outcome = await run(toy, kinds, gateway(1));
  assert.equal(outcome.result, 'converged');
  assert.deepEqual(changes(toy), ['create Server/main', 'create Inside/a', 'create User/u']);
  const [door] = toy.of('Server', 'main');
  const [own] = toy.of('Inside', 'a');
  const late = (own?.createdAt ?? 0) - (door?.readyAt ?? 0);
  assert.ok(late >= 0 && late < 10_000, `${late} ms after the server was ready`);
});

test('what was unseen and is there is changed where it differs, and never made a second time', async () => {
  const toy = platform();
  await run(toy, kinds, gateway(1));
  for (const size of [2, 2]) {
    toy.calls.length = 0;
    silence(toy, 60_000);
    const outcome = await run(toy, kinds, gateway(size), { timeout: HOUR });
    assert.equal(outcome.result, 'converged');
    assert.ok(toy.calls.filter((call) => call === 'list Inside').length > 2, 'it was looked at again');
    assert.deepEqual(
      ['Inside', 'User'].map((kind) => toy.things.filter((thing) => thing.kind === kind).map(({ id }) => id)),
      [['Inside-2'], ['User-3']],
    );
    assert.equal(toy.of('Inside', 'a')[0]?.props.size, 2);
  }
  assert.deepEqual(changes(toy), [], 'the second time nothing differed');
});

test('what was made a moment ago stays the only one while it is unseen', async () => {
  for (const guess of [{}, { shape: 'nobody knows' }]) {
    const toy = platform();
    const all = { toys: [server, insideOf({}, guess), user, slow] };
    let isMade = false;
    const outcome = await run(toy, all, gateway(1), {
      timeout: HOUR,
      onStep({ step }) {
        if (step.node === 'Inside/a' && !isMade) silence(toy, 60_000);
        isMade ||= step.node === 'Inside/a';
      },
    });
    assert.equal(outcome.result, 'converged');
    assert.deepEqual(changes(toy), ['create Server/main', 'create Inside/a', 'create User/u']);
  }
});

test('a run waits no longer than it may for what stays unseen', async () => {
  const toy = platform();
  const outcome = await run(toy, kinds, within(1), { timeout: HOUR });
  assert.deepEqual([outcome.result, outcome.timedOut], ['failed', true]);
  assert.deepEqual(changes(toy), []);
});

for (const how of ['cannot be made', 'has failed', 'is unknown'] as const)
  test(`when what it comes after ${how}, the unseen is blocked, and the run ends with all the rest done`, async () => {
    const toy = platform();
    const stubborn = toyKind('Base', {
      ...(how === 'cannot be made' && { create: () => Promise.reject(stalled('Never', 'it cannot be made')) }),
      ...(how === 'is unknown' && { observe: () => Promise.reject(stalled('AccessDenied', 'you may not')) }),
    });
    const all = { toys: [stubborn, ...kinds.toys] };
    const graph = graphOf((builder) => {
      const base = builder.add(stubborn, 'main', props(1));
      const own = builder.add(inside, 'a', props(1), { after: [base] });
      const next = builder.add(user, 'u', props(1), { after: [own] });
      builder.add(user, 'v', props(1), { after: [next] });
      builder.add(user, 'w', props(1), { after: [builder.add(slow, 'rest', props(1))] });
    });
    if (how === 'has failed') {
      await run(
        toy,
        all,
        graphOf((builder) => void builder.add(stubborn, 'main', props(1))),
      );
      toy.outside((things) => things.forEach((thing) => (thing.failed = true)));
    }
    toy.calls.length = 0;
    const outcome = await run(toy, all, graph, { timeout: HOUR });
    assert.deepEqual([outcome.result, outcome.timedOut], ['failed', false]);
    const phases = ['Inside/a', 'User/u', 'User/v', 'Slow/rest', 'User/w'].map(
      (id) => outcome.plan.states.get(id)?.phase,
    );
    assert.deepEqual(phases, ['blocked', 'blocked', 'blocked', 'ready', 'ready']);
    assert.equal(outcome.plan.states.get('Inside/a')?.because, 'the server cannot be asked');
    assert.deepEqual(
      outcome.plan.steps.filter((step) => step.kind === 'User').map((step) => [step.node, step.blockedBy]),
      [
        ['User/u', ['Inside/a']],
        ['User/v', ['User/u']],
      ],
    );
    assert.deepEqual(
      changes(toy).filter((call) => !call.endsWith('Base/main')),
      ['create Slow/rest', 'create User/w'],
    );
  });

test('an unseen thing that was blocked goes on when what it comes after is known again', async () => {
  const toy = platform();
  let refused = 0;
  toy.fault = (call) => (call === 'list Server' && refused++ < 3 ? 'throttled' : undefined);
  const outcome = await run(toy, kinds, gateway(1), { timeout: HOUR });
  assert.equal(outcome.result, 'converged');
  assert.ok(refused > 3);
});

test('what is new and only reads a value of the unseen is held up once that is blocked', async () => {
  const toy = platform();
  const graph = graphOf((builder) => {
    const own = builder.add(inside, 'a', props(1), { after: [builder.add(server, 'main', props(1))] });
    builder.add(user, 'u', { ...props(1), uses: [own.ref('address')] });
  });
  const blockers = async () =>
    (await planOf(toy, kinds, graph)).steps.filter(({ kind }) => kind === 'User').map((step) => step.blockedBy);
  assert.deepEqual(await blockers(), [[]]);
  toy.fault = (call) => (call === 'list Server' ? 'forbidden' : undefined);
  assert.deepEqual(await blockers(), [['Inside/a']]);
});

test('what went wrong for good stays said when the thing cannot be seen any more', async () => {
  const toy = platform();
  const { snapshot } = await run(toy, kinds, gateway(1), { timeout: 0 });
  const stuck = new Map([['Inside/a', 'you may not']]);
  const { phase, because } = makePlan({ graph: gateway(1), kinds, snapshot, stuck }).states.get('Inside/a') ?? {};
  assert.deepEqual([phase, because], ['stalled', 'you may not']);
});

test('what is unseen and nobody wants is not pruned', async () => {
  const toy = platform();
  const all = {
    toys: [server, user, slow, { ...inside, observe: (look) => inside.observe({ ...look, nodes: [a, b] }) } as ToyKind],
  };
  const [a, b] = [
    { name: 'a', props: props(1) },
    { name: 'b', props: props(1) },
  ];
  const both = graphOf((graph) => [a, b].forEach(({ name }) => graph.add(inside, name, props(1))));
  const phases = [...(await planOf(toy, all, both)).states.values()].map((state) => state.live?.phase);
  assert.deepEqual(phases, ['unseen', 'unseen']);
  const { steps, kept } = await planOf(toy, all, within(1));
  assert.deepEqual([steps, kept], [[], []]);
});

for (const options of [{}, { stateful: true, replace: 'refuse' }] as const)
  test(`destroy leaves what is unseen and takes what it would use, with ${JSON.stringify(options)}`, async () => {
    const toy = platform();
    const hidden = insideOf(options);
    const all = { toys: [server, hidden, user, slow] };
    await run(
      toy,
      all,
      graphOf((graph) => void graph.add(user, 'u', props(1))),
    );
    const whole = graphOf((builder) => {
      const used = builder.add(user, 'u', props(1));
      builder.add(hidden, 'a', { ...props(1), uses: [used.ref('id')] });
    });
    toy.calls.length = 0;
    const outcome = await run(toy, all, whole, { destroy: true, timeout: HOUR });
    assert.equal(outcome.result, 'converged');
    assert.deepEqual(changes(toy), ['delete User/u']);
    assert.deepEqual(outcome.plan.kept, []);
  });
