import { diff } from './diff.ts';
import { OWNER_TAG, type Graph, type Node } from './graph.ts';
import type { AnyKind, Observed } from './kind.ts';
import { identityOf, type Mentions } from './snapshot.ts';

/** The live thing that stands for a node, and further ones that claim the same. */
export interface Match {
  readonly live?: Observed;
  readonly doubles: readonly Observed[];
}

/**
 * Chooses among the live things that carry a node's name: first one that need not be replaced, then one that
 * others mention, then the oldest. One that is being deleted or cannot be seen counts only when there is no other.
 */
export function match(
  kind: AnyKind,
  node: Node,
  props: Readonly<Record<string, unknown>>,
  candidates: readonly Observed[],
  mentions: Mentions,
): Match {
  const staying = candidates.filter(({ phase }) => phase !== 'deleting' && phase !== 'unseen');
  if (candidates.length < 2 || staying.length === 0) return one(candidates);
  const rank = (live: Observed): readonly (number | string)[] => [
    diff(kind, props, live).some((change) => change.replaces) ? 1 : 0,
    mentions.of({ kind, live }).length > 0 ? 0 : 1,
    live.name === node.name ? 0 : 1,
    live.createdAt ?? 0,
    identityOf(kind, live),
  ];
  const [live, ...doubles] = staying
    .map((item) => ({ item, rank: rank(item) }))
    .sort((a, b) => order(a.rank, b.rank))
    .map(({ item }) => item);
  return live === undefined ? one([]) : { live, doubles };
}

function one([live]: readonly Observed[]): Match {
  return live === undefined ? { doubles: [] } : { live, doubles: [] };
}

function order(a: readonly (number | string)[], b: readonly (number | string)[]): number {
  const i = a.findIndex((part, at) => part !== b[at]);
  const [left, right] = [a[i], b[i]];
  return i < 0 || left === undefined || right === undefined ? 0 : left < right ? -1 : 1;
}

/** Whose a live thing is when it is not this gateway's; undefined when it is, or when nothing tells. */
export function foreignOwner(graph: Graph, kind: AnyKind, live: Observed): string | undefined {
  if (kind.scope === 'account') return undefined;
  if (live.foreign !== undefined) return live.foreign;
  if (live.tags === undefined || kind.retag === undefined) return undefined;
  const owner = live.tags[OWNER_TAG];
  if (owner === graph.owner) return undefined;
  // What stands inside something exclusive of ours is ours, marked or not.
  if (owner === undefined && (kind.adopts === true || kind.exclusive === true)) return undefined;
  return owner === undefined ? 'somebody else (it carries no mark of a gateway)' : `the gateway ${owner}`;
}
