import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NODE_TAG } from '../../src/engine/graph.ts';
import { graphOf, OWNER, planOf, run } from './toy-run.ts';
import { foreignTags, toyKind, ToyPlatform, type ToyProps } from './toy-platform.ts';
import { VirtualClock } from './virtual-clock.ts';

const props = (size: number, ...uses: readonly string[]): ToyProps => ({ size, shape: 'round', uses });

const net = toyKind('Net');
const db = toyKind('Db', { createMs: 600_000, deleteMs: 120_000, stateful: true, replace: 'refuse' });
const service = toyKind('Service', { createMs: 60_000, late: true });
const kinds = { network: [net], data: [db], ecs: [service] };

const platform = (): ToyPlatform => new ToyPlatform(new VirtualClock());

const gateway = (size = 1) =>
  graphOf((graph) => {
    const main = graph.add(net, 'main', props(size));
    const store = graph.add(db, 'store', { ...props(size), uses: [main.ref('id')] });
    graph.add(service, 'web', { ...props(size), uses: [main.ref('id'), store.ref('address', { when: 'ready' })] });
  });

test('an empty platform gets everything in order, and a second plan is empty', async () => {
  const toy = platform();
  const outcome = await run(toy, kinds, gateway());
  assert.equal(outcome.result, 'converged');
  const changes = toy.calls.filter((call) => !call.startsWith('list'));
  assert.deepEqual(changes, ['create Net/main', 'create Db/store', 'create Service/web', 'update Service/web size']);
  assert.deepEqual((await planOf(toy, kinds, gateway())).steps, []);
});

test('a plan writes nothing', async () => {
  const toy = platform();
  await planOf(toy, kinds, gateway());
  assert.deepEqual(toy.calls, ['list Net', 'list Db', 'list Service']);
});

test('what waits for another node says so in the plan', async () => {
  const plan = await planOf(platform(), kinds, gateway());
  assert.deepEqual(
    plan.steps.map((step) => [step.node, step.waitsFor]),
    [
      ['Net/main', []],
      ['Db/store', ['Net/main']],
      ['Service/web', ['Net/main', 'Db/store']],
    ],
  );
});

test('destroy keeps what holds data and what that needs', async () => {
  const toy = platform();
  await run(toy, kinds, gateway());
  const outcome = await run(toy, kinds, gateway(), { destroy: true });
  assert.equal(outcome.result, 'converged');
  assert.deepEqual(
    outcome.plan.kept.map(({ node, because }) => [node, because]),
    [
      ['Net/main', 'Db/store needs it'],
      ['Db/store', 'it holds data'],
    ],
  );
  assert.deepEqual(
    toy.things.map((thing) => thing.kind),
    ['Net', 'Db'],
  );
});

test('destroy with data leaves nothing', async () => {
  const toy = platform();
  await run(toy, kinds, gateway());
  const outcome = await run(toy, kinds, gateway(), { destroy: true, allowData: true });
  assert.equal(outcome.result, 'converged');
  assert.deepEqual(toy.things, []);
});

test('a lost answer makes no second thing', async () => {
  const toy = platform();
  let lost = 0;
  toy.fault = (call) => (call.startsWith('create') && lost++ < 3 ? 'lost-answer' : undefined);
  const outcome = await run(toy, kinds, gateway());
  assert.equal(outcome.result, 'converged');
  assert.deepEqual(
    ['Net', 'Db', 'Service'].map((kind) => toy.things.filter((thing) => thing.kind === kind).length),
    [1, 1, 1],
  );
});

test('a change whose answer was lost is looked for before it is sent again', async () => {
  const toy = platform();
  let sent = 0;
  toy.fault = (call) => (call === 'update Service/web size' ? (sent++ === 0 ? 'lost-answer' : 'refused') : undefined);
  const outcome = await run(toy, kinds, gateway());
  assert.equal(outcome.result, 'converged');
  assert.equal(sent, 1);
  assert.deepEqual(outcome.failures, []);
});

test('a list that lags behind does not make the run create twice', async () => {
  const toy = platform();
  toy.lag = 20_000;
  const outcome = await run(toy, kinds, gateway());
  assert.equal(outcome.result, 'converged');
  assert.equal(toy.things.length, 3);
});

test('a list that failed while the plan was made is read again', async () => {
  const toy = platform();
  const view = { status: 'unknown', because: 'slow down', final: false } as const;
  const seen = new Map(
    Object.values(kinds)
      .flat()
      .map((kind) => [kind.name, view] as const),
  );
  const outcome = await run(toy, kinds, gateway(), { snapshot: seen });
  assert.equal(outcome.result, 'converged');
  assert.equal(toy.things.length, 3);
});

test('a list that may not be read holds up what depends on it and nothing else', async () => {
  const toy = platform();
  toy.fault = (call) => (call === 'list Db' ? 'forbidden' : undefined);
  const outcome = await run(toy, kinds, gateway());
  assert.equal(outcome.result, 'failed');
  assert.deepEqual([...outcome.plan.unknown], [['Db', 'you may not']]);
  assert.deepEqual(
    toy.things.map((thing) => thing.kind),
    ['Net'],
  );
  assert.deepEqual(
    outcome.plan.steps.map((step) => [step.node, step.blockedBy]),
    [['Service/web', ['Db/store']]],
  );
});

test('what follows from a change stands in the plan and comes after it', async () => {
  const toy = platform();
  const family = toyKind('Family', {
    identifies: ['id'],
    moves: (fields) => (fields.includes('size') ? ['address'] : []),
    async update({ env, node }, live, wanted) {
      await env.call(`update ${node.id}`, () => {
        env.put('Family', wanted, node.tags, 0);
        env.remove(live.outputs.id, 0);
      });
    },
  });
  const all = { ecs: [family, service] };
  const sized = (size: number) =>
    graphOf((graph) => {
      const tasks = graph.add(family, 'tasks', props(size));
      graph.add(service, 'web', { ...props(1), uses: [tasks.ref('address')] });
    });
  await run(toy, all, sized(1));
  assert.deepEqual(
    (await planOf(toy, all, sized(2))).steps.map((step) => [step.node, step.action, step.waitsFor]),
    [
      ['Family/tasks', 'update', []],
      ['Service/web', 'update', ['Family/tasks']],
    ],
  );
});

test('a failure stops only what depends on it, and is reported', async () => {
  const toy = platform();
  toy.fault = (call) => (call === 'create Db/store' ? 'forbidden' : undefined);
  const graph = graphOf((builder) => {
    const main = builder.add(net, 'main', props(1));
    const store = builder.add(db, 'store', { ...props(1), uses: [main.ref('id')] });
    builder.add(service, 'web', { ...props(1), uses: [store.ref('id')] });
    builder.add(service, 'other', { ...props(1), uses: [main.ref('id')] });
  });
  const outcome = await run(toy, kinds, graph);
  assert.equal(outcome.result, 'failed');
  assert.deepEqual(
    outcome.failures.map((failure) => [failure.node, failure.error.code]),
    [['Db/store', 'AccessDenied']],
  );
  assert.deepEqual(
    toy.things.map((thing) => thing.tags[NODE_TAG]),
    ['Net/main', 'Service/other'],
  );
});

test('a new shape stands beside the old one before the old one goes', async () => {
  const toy = platform();
  const shaped = (shape: string) =>
    graphOf((graph) => {
      const main = graph.add(net, 'main', { ...props(1), shape });
      graph.add(service, 'web', { ...props(1), uses: [main.ref('id')] });
    });
  await run(toy, kinds, shaped('round'));
  toy.calls.length = 0;
  const outcome = await run(toy, kinds, shaped('square'));
  assert.equal(outcome.result, 'converged');
  assert.deepEqual(
    toy.calls.filter((call) => !call.startsWith('list')),
    ['create Net/main', 'update Service/web uses', 'delete Net/main'],
  );
  assert.equal(toy.of('Net', 'main').length, 1);
});

test('a replacement that a database would have to follow is refused, and nothing of it is begun', async () => {
  const toy = platform();
  const pinned = toyKind('Db', { stateful: true, replace: 'refuse', immutable: ['shape', 'uses'] });
  const part = toyKind('Part');
  const shaped = (shape: string) =>
    graphOf((graph) => {
      const main = graph.add(net, 'main', { ...props(1), shape });
      graph.add(pinned, 'store', { ...props(1), uses: [main.ref('id')] });
      // It would not fit into the net that stays.
      graph.add(part, 'a', { ...props(1), shape, uses: [main.ref('id')] });
    });
  const all = { network: [net, part], data: [pinned] };
  await run(toy, all, shaped('round'));
  toy.calls.length = 0;
  const outcome = await run(toy, all, shaped('square'));
  assert.equal(outcome.result, 'failed');
  assert.deepEqual(
    outcome.plan.steps.map((step) => [step.node, step.action]),
    [
      ['Net/main', 'refuse'],
      ['Part/a', 'refuse'],
    ],
  );
  assert.match(outcome.plan.steps[0]?.because ?? '', /Db\/store would have to follow/);
  assert.match(outcome.plan.steps[1]?.because ?? '', /it needs Net\/main, which is refused/);
  assert.deepEqual(
    toy.calls.filter((call) => !call.startsWith('list')),
    [],
  );
});

test('delete-first removes the old one and then makes the new one', async () => {
  const toy = platform();
  const lb = toyKind('Lb', { replace: 'delete-first', deleteMs: 5_000, interrupts: () => 'everything' });
  const all = { ingress: [lb] };
  const shaped = (shape: string) => graphOf((graph) => void graph.add(lb, 'main', { ...props(1), shape }));
  await run(toy, all, shaped('round'));
  const plan = await planOf(toy, all, shaped('square'));
  assert.deepEqual(
    plan.steps.map((step) => [step.action, step.interrupts]),
    [['replace', 'everything']],
  );
  const outcome = await run(toy, all, shaped('square'));
  assert.equal(outcome.result, 'converged');
  assert.deepEqual(
    toy.things.map((thing) => thing.props.shape),
    ['square'],
  );
});

test("an addition inside something exclusive goes, somebody else's things stay", async () => {
  const toy = platform();
  const rule = toyKind('Rule', { exclusive: true });
  const all = { network: [net, rule] };
  const graph = graphOf((builder) => void builder.add(net, 'main', props(1)));
  await run(toy, all, graph);
  toy.put('Rule', props(1), {}, 0);
  toy.put('Net', props(1), foreignTags('toy-1/other', 'Net/main'), 0);
  const plan = await planOf(toy, all, graph);
  assert.deepEqual(
    plan.steps.map((step) => [step.kind, step.action, step.because]),
    [['Rule', 'delete', 'made outside']],
  );
  await run(toy, all, graph);
  assert.deepEqual(
    toy.things.map((thing) => thing.kind),
    ['Net', 'Net'],
  );
});

test('a name that another gateway holds is an error that names it', async () => {
  const toy = platform();
  const named = toyKind('Named', {
    async observe({ env }) {
      return env.list('Named').map((thing) => ({
        name: 'x',
        phase: 'ready',
        props: thing.props,
        outputs: { id: thing.id, address: 'a' },
        tags: thing.tags,
      }));
    },
  });
  toy.put('Named', props(1), foreignTags('toy-1/other', 'Named/x'), 0);
  const outcome = await run(
    toy,
    { all: [named] },
    graphOf((graph) => void graph.add(named, 'x', props(1))),
  );
  assert.equal(outcome.result, 'failed');
  assert.match(outcome.plan.states.get('Named/x')?.because ?? '', /belongs to the gateway toy-1\/other/);
});

test('a change that is accepted but never shows is stalled by name', async () => {
  const toy = platform();
  const deaf = toyKind('Deaf', { async update() {} });
  const all = { all: [deaf] };
  await run(
    toy,
    all,
    graphOf((graph) => void graph.add(deaf, 'x', props(1))),
  );
  const outcome = await run(
    toy,
    all,
    graphOf((graph) => void graph.add(deaf, 'x', props(2))),
  );
  assert.equal(outcome.result, 'failed');
  assert.match(outcome.failures[0]?.error.message ?? '', /did not take effect: size/);
});

test('two live things of one node become one', async () => {
  const toy = platform();
  const graph = graphOf((builder) => void builder.add(net, 'main', props(1)));
  await run(toy, kinds, graph);
  toy.put('Net', props(1), { ...toy.things[0]?.tags }, 0);
  const outcome = await run(toy, kinds, graph);
  assert.equal(outcome.result, 'converged');
  assert.deepEqual(
    toy.things.map((thing) => thing.id),
    ['Net-1'],
  );
});

test('a former name is retagged, never made again', async () => {
  const toy = platform();
  await run(
    toy,
    kinds,
    graphOf((graph) => void graph.add(net, 'old', props(1))),
  );
  const outcome = await run(
    toy,
    kinds,
    graphOf((graph) => void graph.add(net, 'new', props(1), { formerly: ['old'] })),
  );
  assert.equal(outcome.result, 'converged');
  assert.deepEqual(
    toy.things.map((thing) => [thing.id, thing.tags[NODE_TAG]]),
    [['Net-1', 'Net/new']],
  );
});

test('an interrupt stops between calls and the next run goes on', async () => {
  const toy = platform();
  const stop = new AbortController();
  const outcome = await run(toy, kinds, gateway(), {
    signal: stop.signal,
    onStep: ({ step }) => step.node === 'Db/store' && stop.abort(),
  });
  assert.equal(outcome.result, 'interrupted');
  assert.equal(outcome.plan.states.get('Db/store')?.phase, 'pending');
  assert.equal((await run(toy, kinds, gateway())).result, 'converged');
  assert.equal(toy.things.length, 3);
});

test('a thing that never recovers is made again when its kind says so', async () => {
  const toy = platform();
  const nat = toyKind('Nat', { remake: true });
  const graph = graphOf((builder) => void builder.add(nat, 'a', props(1)));
  await run(toy, { all: [nat] }, graph);
  toy.outside((things) => things.forEach((thing) => (thing.failed = true)));
  const outcome = await run(toy, { all: [nat] }, graph);
  assert.equal(outcome.result, 'converged');
  assert.deepEqual(
    toy.things.map((thing) => thing.id),
    ['Nat-2'],
  );
});

test('a thing that fails whenever it is made is given up after some rounds', async () => {
  const toy = platform();
  const nat = toyKind('Nat', { remake: true });
  const graph = graphOf((builder) => void builder.add(nat, 'a', props(1)));
  toy.fault = (call) => {
    if (call.startsWith('list')) toy.outside((things) => things.forEach((thing) => (thing.failed = true)));
    return undefined;
  };
  await run(toy, { all: [nat] }, graph);
  const outcome = await run(toy, { all: [nat] }, graph);
  assert.equal(outcome.result, 'failed');
  assert.match(outcome.failures[0]?.error.message ?? '', /made 4 times and failed each time/);
});

test('a time limit ends the run and says so', async () => {
  const outcome = await run(platform(), kinds, gateway(), { timeout: 30_000 });
  assert.deepEqual([outcome.result, outcome.timedOut], ['failed', true]);
});

test('the owner stands in the plan', async () => {
  assert.equal((await planOf(platform(), kinds, gateway())).owner, OWNER);
});
