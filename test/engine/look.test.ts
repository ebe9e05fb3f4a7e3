import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ReconcileError } from '../../src/engine/errors.ts';
import type { Graph } from '../../src/engine/graph.ts';
import type { AnyKind, Kind } from '../../src/engine/kind.ts';
import { look } from '../../src/engine/look.ts';
import { format, type SecretRef } from '../../src/engine/ref.ts';
import type { Snapshot } from '../../src/engine/snapshot.ts';
import { toyKind, ToyPlatform, type ToyKind } from './toy-platform.ts';
import { graphOf, OWNER } from './toy-run.ts';
import { NODE_TAG, OWNER_TAG } from '../../src/engine/graph.ts';
import { VirtualClock } from './virtual-clock.ts';

interface DoorProps {
  readonly id: string;
  readonly url: string;
  readonly key: unknown;
  readonly list: readonly string[];
}

const net = toyKind('Net');
const secret = toyKind('Secret');

/** Keeps what it filled in. */
function doorKind(fills: unknown[]): Kind<DoorProps, { readonly id: string }, ToyPlatform> {
  return {
    name: 'Door',
    immutable: [],
    replace: 'refuse',
    identifies: [],
    actions: { read: [], write: [] },
    async observe({ nodes, fill }) {
      for (const { props } of nodes) fills.push(await fill(props));
      return nodes.map(({ name }) => ({
        name,
        phase: 'ready' as const,
        props: { id: undefined, url: undefined, key: undefined, list: undefined },
        outputs: { id: `door of ${name}` },
      }));
    },
  };
}

function world(): { toy: ToyPlatform; put: (kind: string, node: string) => string } {
  const toy = new ToyPlatform(new VirtualClock());
  const put = (kind: string, node: string): string =>
    toy.put(kind, { size: 1, shape: 'round', uses: [] }, { [OWNER_TAG]: OWNER, [NODE_TAG]: `${kind}/${node}` }, 0).id;
  return { toy, put };
}

/** A door that refers to two others by names with a slash. */
const graphWith = (door: Kind<DoorProps, { readonly id: string }, ToyPlatform>): Graph =>
  graphOf((graph) => {
    const own = graph.add(net, '/aws/main/a', { size: 1, shape: 'round', uses: [] });
    const other = graph.add(secret, 'db/password', { size: 1, shape: 'round', uses: [] });
    graph.add(door, 'front', {
      id: own.ref('id'),
      url: format`https://${own.ref('address')}/x`,
      key: { $secret: other.ref('id'), key: 'password' } satisfies SecretRef,
      list: [own.ref('id'), 'plain'],
    });
  });

async function lookAt(
  toy: ToyPlatform,
  kinds: readonly AnyKind[],
  graph: Graph,
  at: readonly string[] = kinds.map(({ name }) => name),
  known: Snapshot = new Map(),
): Promise<Snapshot> {
  const classify = (error: unknown): ReconcileError =>
    error instanceof ReconcileError ? error : new ReconcileError('stalled', 'Bug', String(error));
  return look({ env: toy, graph, kinds: { toys: kinds }, at: new Set(at), known, classify });
}

test('the very first look fills in what the lists of the same look have, whichever comes first', async () => {
  for (const order of [1, -1]) {
    const { toy, put } = world();
    const [id, key] = [put('Net', '/aws/main/a'), put('Secret', 'db/password')];
    put('Net', 'a');
    const fills: unknown[] = [];
    const door = doorKind(fills);
    const kinds: readonly AnyKind[] = [net, secret, door];
    const seen = await lookAt(toy, order > 0 ? kinds : [...kinds].reverse(), graphWith(door));
    assert.equal(seen.get('Door')?.status, 'known');
    assert.deepEqual(fills, [
      { id, url: `https://${id}.toy/x`, key: { $secret: key, key: 'password' }, list: [id, 'plain'] },
    ]);
  }
});

test('what is not there stays open, and the rest is filled in', async () => {
  const { toy, put } = world();
  const key = put('Secret', 'db/password');
  put('Net', 'a');
  const fills: unknown[] = [];
  const door = doorKind(fills);
  const graph = graphWith(door);
  const seen = await lookAt(toy, [net, secret, door], graph);
  assert.equal(seen.get('Door')?.status, 'known');
  const { id, url, list } = graph.nodes.get('Door/front')?.props ?? {};
  assert.deepEqual(fills, [{ id, url, list, key: { $secret: key, key: 'password' } }]);
});

test('a list of the same look counts, not what was known before; without one that does', async () => {
  const { toy, put } = world();
  const before = put('Net', '/aws/main/a');
  put('Secret', 'db/password');
  const fills: { readonly id: unknown }[] = [];
  const door = doorKind(fills);
  const kinds = [net, secret, door];
  const known = await lookAt(toy, kinds, graphWith(door));
  toy.remove(before, 0);
  const now = put('Net', '/aws/main/a');
  // The props of its nodes come filled with what was known: a graph's own are filled here.
  const raw: Kind<DoorProps, { readonly id: string }, ToyPlatform> = {
    ...door,
    observe: (seen) => door.observe({ ...seen, nodes: [{ name: 'front', props: propsOf(graphWith(door)) }] }),
  };
  const others: readonly ToyKind[] = [net, secret];
  await lookAt(toy, [...others, raw], graphWith(door), ['Net', 'Door'], known);
  await lookAt(toy, [...others, raw], graphWith(door), ['Door'], known);
  assert.deepEqual(
    fills.map(({ id }) => id),
    [before, now, before],
  );
});

const propsOf = (graph: Graph): DoorProps => graph.nodes.get('Door/front')?.props as unknown as DoorProps;

for (const [fault, final] of [
  ['throttled', false],
  ['forbidden', true],
] as const)
  test(`what is filled in from a list that is ${fault} is unknown itself, ${final ? 'for good' : 'for now'}`, async () => {
    const { toy, put } = world();
    put('Secret', 'db/password');
    toy.fault = (call) => (call === 'list Net' ? fault : undefined);
    const fills: unknown[] = [];
    const door = doorKind(fills);
    const seen = await lookAt(toy, [door, net, secret], graphWith(door));
    const because = final ? 'you may not' : 'slow down';
    assert.deepEqual(seen.get('Door'), { status: 'unknown', because: `Net is unknown: ${because}`, final });
    assert.deepEqual(fills, []);
    assert.equal(seen.get('Secret')?.status, 'known');
  });

test('where nothing refers to it, a list that cannot be read makes nothing unknown', async () => {
  const { toy } = world();
  toy.fault = (call) => (call === 'list Net' ? 'forbidden' : undefined);
  const fills: unknown[] = [];
  const door = doorKind(fills);
  const plain = { id: 'a', url: 'b', key: 'c', list: [] };
  const graph = graphOf((builder) => void builder.add(door, 'front', plain));
  const seen = await lookAt(toy, [net, door], graph);
  assert.equal(seen.get('Door')?.status, 'known');
  assert.deepEqual(fills, [plain]);
});
