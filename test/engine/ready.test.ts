import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pollAfter, timing } from '../../src/engine/timing.ts';
import { graphOf, planOf, run } from './toy-run.ts';
import { toyKind, ToyPlatform, type ToyProps } from './toy-platform.ts';
import { VirtualClock } from './virtual-clock.ts';

const SECOND = 1000;
const props = (size: number): ToyProps => ({ size, shape: 'round', uses: [] });
const platform = (): ToyPlatform => new ToyPlatform(new VirtualClock());

const net = toyKind('Net');
const service = toyKind('Service');
const kinds = { network: [net], ecs: [service] };

/** A net, and a service that reads its id; with `ready` once it is ready. */
const gateway = (main: ToyProps, ready: boolean) =>
  graphOf((graph) => {
    const own = graph.add(net, 'main', main);
    graph.add(service, 'web', { ...props(1), uses: [own.ref('id', ready ? { when: 'ready' } : undefined)] });
  });
const alone = (main: ToyProps) => graphOf((graph) => void graph.add(net, 'main', main));

/** What each step waits for when the net stands as it was and the service is new. */
async function waits(main: ToyProps, ready: boolean): Promise<readonly unknown[]> {
  const toy = platform();
  await run(toy, kinds, alone(props(1)));
  const plan = await planOf(toy, kinds, gateway(main, ready));
  return plan.steps.map((step) => [step.node, step.action, step.waitsFor]);
}

test('what is to change holds up who waits until it is ready, and not who only reads what stays', async () => {
  assert.deepEqual(await waits(props(2), false), [
    ['Net/main', 'update', []],
    ['Service/web', 'create', []],
  ]);
  assert.deepEqual(await waits(props(2), true), [
    ['Net/main', 'update', []],
    ['Service/web', 'create', ['Net/main']],
  ]);
});

test('what is to be replaced holds up both', async () => {
  for (const ready of [true, false])
    assert.deepEqual(await waits({ ...props(1), shape: 'square' }, ready), [
      ['Net/main', 'replace', []],
      ['Service/web', 'create', ['Net/main']],
    ]);
});

test('what is replaced is not ready for who only comes after it', async () => {
  const toy = platform();
  await run(toy, kinds, alone(props(1)));
  const after = graphOf((graph) => {
    const own = graph.add(net, 'main', { ...props(1), shape: 'square' });
    graph.add(service, 'web', props(1), { after: [own] });
  });
  assert.deepEqual((await planOf(toy, kinds, after)).steps.at(-1)?.waitsFor, ['Net/main']);
});

test('a change that was accepted makes ready only once a list shows it', async () => {
  const toy = platform();
  await run(toy, kinds, alone(props(1)));
  await toy.clock.sleep(60 * SECOND);
  toy.lag = 5 * SECOND;
  let changed = Infinity;
  const outcome = await run(toy, kinds, gateway(props(2), true), {
    onStep: ({ step, at }) => (changed = step.node === 'Net/main' ? at : changed),
  });
  assert.equal(outcome.result, 'converged');
  assert.ok((toy.of('Service', 'web')[0]?.createdAt ?? 0) >= changed + toy.lag);
});

test('drift that is left alone is ready, with the reason as a note', async () => {
  const toy = platform();
  await run(toy, kinds, alone(props(1)));
  toy.outside((things) => things.forEach((thing) => (thing.props = props(7))));
  const outcome = await run(toy, kinds, gateway(props(1), true), {
    leave: (_, change) => (change?.path === '/size' ? 'somebody is at it' : undefined),
  });
  assert.equal(outcome.result, 'converged');
  assert.equal(toy.of('Service', 'web').length, 1);
  const { phase, because } = outcome.plan.states.get('Net/main') ?? {};
  assert.deepEqual([phase, because], ['ready', '/size: somebody is at it']);
  assert.equal(toy.of('Net', 'main')[0]?.props.size, 7);
});

test('looks follow each other after a fortieth of the time, from a quarter of a second to fifteen', () => {
  const after = [0, SECOND, 100 * SECOND, 3600 * SECOND].map((elapsed) => pollAfter(elapsed, timing()));
  assert.deepEqual(after, [250, 250, 2500, 15 * SECOND]);
});
