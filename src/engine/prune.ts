import { isHopeless } from './consequences.ts';
import { OWNER_TAG, type Graph, type Node } from './graph.ts';
import { type Kinds, type Observed } from './kind.ts';
import type { Leave, NodeState, Step } from './step.ts';
import type { NodeId } from './ref.ts';
import { isScheduled, isSpare, nodeIdOf, type Mentions, type Snapshot, type Thing } from './snapshot.ts';

/** A live thing of ours that nobody wants and that stays. */
export interface Kept {
  readonly node: NodeId;
  readonly domain: string;
  readonly because: string;
  readonly live: Observed;
}

interface PruneInput {
  readonly graph: Graph;
  readonly kinds: Kinds;
  readonly snapshot: Snapshot;
  readonly allowData?: boolean;
  readonly crowded?: ReadonlySet<string>;
  readonly leave?: Leave;
  readonly things: readonly Thing[];
  readonly mentions: Mentions;
  /** The live things that stand for a node. */
  readonly claimed: ReadonlySet<Observed>;
  /** Further live things of a node that has one already. */
  readonly doubles: ReadonlyMap<Observed, Node>;
  readonly states: ReadonlyMap<NodeId, NodeState>;
  /** What becomes of the nodes. */
  readonly steps: readonly Step[];
}

/** Steps that remove what nobody wants, and what stays although nobody wants it. */
export function prune(input: PruneInput): { readonly steps: readonly Step[]; readonly kept: readonly Kept[] } {
  const unwanted = input.things.filter((thing) => isUnwanted(input, thing));
  const domains = new Map(
    Object.entries(input.kinds).flatMap(([domain, list]) => list.map((kind) => [kind.name, domain] as const)),
  );
  const removals = new Map(unwanted.map((thing) => [thing, removalOf(input, thing, domains)] as const));
  const reasons = keep(input, removals);
  const unready = [...input.states.values()].filter((state) => state.phase !== 'ready');
  const unknown = [...input.snapshot].filter(([, view]) => view.status === 'unknown').map(([kind]) => kind);

  const inTheWay = usersOf(input, unwanted);

  const steps: Step[] = [];
  const kept: Kept[] = [];
  for (const [thing, removal] of removals) {
    const { kind, live } = thing;
    const { node, domain } = removal;
    const because = reasons.get(thing);
    if (because !== undefined) {
      kept.push({ node, domain, because, live });
      continue;
    }
    if (kind.delete === undefined) continue;
    const outside = isOutside(input, thing);
    const holders = input.mentions.of(thing).map(nodeIdOf);
    const isCrowded = input.crowded?.has(kind.name) === true;
    const urgent = outside || isCrowded || input.doubles.has(live) || inTheWay.has(thing);
    const first = urgent ? [] : unready.filter((state) => state.domain === domain);
    steps.push({
      ...removal,
      waitsFor: [...new Set([...holders, ...first.map((state) => state.id)])].filter((id) => id !== node),
      blockedBy: [
        ...(outside ? [] : unknown.map((name) => `${name}/*`)),
        ...first.filter(isHopeless).map((state) => state.id),
      ],
    });
  }
  return { steps, kept };
}

/** Somebody's addition inside something exclusive of ours. */
const isOutside = ({ doubles }: PruneInput, { kind, live }: Thing): boolean =>
  kind.exclusive === true && live.tags?.[OWNER_TAG] === undefined && !doubles.has(live);

function removalOf(input: PruneInput, thing: Thing, domains: ReadonlyMap<string, string>): Step {
  const { kind, live } = thing;
  const outside = isOutside(input, thing);
  return {
    node: nodeIdOf(thing),
    kind: kind.name,
    domain: domains.get(kind.name) ?? '',
    action: 'delete',
    verb: 'delete',
    changes: [],
    waitsFor: [],
    blockedBy: [],
    because: input.doubles.has(live) ? 'another one took its place' : outside ? 'made outside' : 'no longer wanted',
    live,
    props: {},
    tags: {},
  };
}

/** Orphans that use, straight or through others, what has to go before its successor can come. */
function usersOf({ steps, things, mentions }: PruneInput, unwanted: readonly Thing[]): ReadonlySet<Thing> {
  const going = new Set(
    steps.filter((step) => step.action === 'replace' && step.verb === 'delete').map((step) => step.live),
  );
  const orphans = new Set(unwanted);
  const found = new Set<Thing>();
  const visit = (thing: Thing): void => {
    for (const user of mentions.of(thing)) {
      if (!orphans.has(user) || found.has(user)) continue;
      found.add(user);
      visit(user);
    }
  };
  for (const thing of things) if (going.has(thing.live)) visit(thing);
  return found;
}

/** Ours and in no node, or somebody's addition inside something exclusive of ours. */
function isUnwanted({ graph, claimed, doubles }: PruneInput, { kind, live }: Thing): boolean {
  if (claimed.has(live) || kind.scope === 'account' || live.foreign !== undefined) return false;
  if (isScheduled({ kind, live }) || live.phase === 'unseen') return false;
  if (doubles.has(live) || live.tags === undefined) return true;
  const owner = live.tags[OWNER_TAG];
  return owner === graph.owner || (owner === undefined && kind.exclusive === true);
}

/** What holds data stays unless it may go, what is to be left stays, and with both all that they need. */
function keep(
  { mentions, doubles, allowData, leave }: PruneInput,
  removals: ReadonlyMap<Thing, Step>,
): ReadonlyMap<Thing, string> {
  const reasons = new Map<Thing, string>();
  const holders = new Map([...removals.keys()].map((thing) => [thing, mentions.of(thing)] as const));
  for (const [thing, removal] of removals) {
    const left = leave?.(removal);
    if (left !== undefined) reasons.set(thing, left);
  }
  for (const thing of removals.keys()) {
    const { kind, live } = thing;
    if (kind.stateful !== true || (doubles.has(live) && isSpare(thing, mentions))) continue;
    if (kind.delete === undefined) reasons.set(thing, 'it holds data, and nothing here deletes it');
    else if (allowData !== true) reasons.set(thing, 'it holds data');
  }
  let growing = reasons.size > 0;
  while (growing) {
    growing = false;
    for (const [thing, mentioned] of holders) {
      const by = reasons.has(thing) ? undefined : mentioned.find((other) => reasons.has(other));
      if (by === undefined) continue;
      reasons.set(thing, `${nodeIdOf(by)} needs it`);
      growing = true;
    }
  }
  return reasons;
}
