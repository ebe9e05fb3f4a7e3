import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OWNER_TAG } from '../../src/engine/graph.ts';
import type { Tags } from '../../src/engine/kind.ts';
import { graphOf, OWNER, planOf, run } from './toy-run.ts';
import { foreignTags, toyKind, ToyPlatform, type ToyKind, type ToyProps } from './toy-platform.ts';
import { VirtualClock } from './virtual-clock.ts';

const props = (size: number): ToyProps => ({ size, shape: 'round', uses: [] });
const platform = (): ToyPlatform => new ToyPlatform(new VirtualClock());
const changes = (toy: ToyPlatform): readonly string[] => toy.calls.filter((call) => !call.startsWith('list'));

const plain = toyKind('Named');
const graph = (kind: ToyKind, size = 1) => graphOf((builder) => void builder.add(kind, 'x', props(size)));

/** A kind whose things are found by their name, whatever their tags say. */
const named = (options: Partial<ToyKind> & { readonly belongsTo?: string } = {}): ToyKind => ({
  ...plain,
  ...options,
  async observe(look) {
    const live = await plain.observe(look);
    return live.map((each) => ({ ...each, name: 'x', foreign: options.belongsTo }));
  },
});

/** What comes of a node whose name a thing with these tags bears. */
async function taken(kind: ToyKind, tags: Tags): Promise<{ readonly toy: ToyPlatform; readonly because: string }> {
  const toy = platform();
  toy.put('Named', props(7), tags, 0);
  const outcome = await run(toy, { all: [kind] }, graph(kind));
  assert.equal(outcome.result, 'failed');
  return { toy, because: outcome.plan.states.get('Named/x')?.because ?? '' };
}

for (const [title, kind, tags, owner] of [
  ['nobody', named(), {}, /belongs to somebody else \(it carries no mark/],
  [
    'another gateway',
    named({ adopts: true }),
    foreignTags('toy-1/other', 'Named/x'),
    /belongs to the gateway toy-1\/other/,
  ],
  ['another tool', named({ belongsTo: 'the stack "web"' }), { [OWNER_TAG]: OWNER }, /belongs to the stack "web"/],
] as const)
  test(`a name that ${title} holds is an error that says so, and nothing is done to its thing`, async () => {
    const { toy, because } = await taken(kind, tags);
    assert.match(because, owner);
    assert.deepEqual(changes(toy), []);
    await run(toy, { all: [kind] }, graph(kind), { destroy: true, allowData: true });
    assert.deepEqual(changes(toy), []);
  });

test('what nobody marked is taken over where its kind says so', async () => {
  const toy = platform();
  toy.put('Named', props(7), {}, 0);
  const kind = named({ adopts: true });
  assert.equal((await run(toy, { all: [kind] }, graph(kind))).result, 'converged');
  assert.deepEqual(
    toy.things.map((thing) => [thing.id, thing.props.size, thing.tags[OWNER_TAG]]),
    [['Named-1', 1, OWNER]],
  );
});

test('what the whole account shares is made when it is missing, and never tagged, changed or deleted', async () => {
  const toy = platform();
  const shared = named({ scope: 'account' });
  await run(toy, { all: [shared] }, graph(shared));
  assert.deepEqual(changes(toy), ['create Named/x']);
  toy.outside((things) => things.forEach((thing) => (thing.tags = {})));
  assert.deepEqual((await planOf(toy, { all: [shared] }, graph(shared, 2))).steps, []);
  const nothing = graphOf(() => undefined);
  assert.deepEqual((await planOf(toy, { all: [shared] }, nothing)).steps, []);
});

test('what cannot carry tags is ours by its place, and goes when no node wants it', async () => {
  const toy = platform();
  const untagged: ToyKind = {
    ...plain,
    async observe(look) {
      return (await plain.observe(look)).map((live) => ({ ...live, tags: undefined }));
    },
  };
  const nothing = graphOf(() => undefined);
  await run(toy, { all: [untagged] }, graph(untagged));
  assert.equal((await run(toy, { all: [untagged] }, nothing)).result, 'converged');
  assert.deepEqual(toy.things, []);
});
