import { diff, fieldsOf, type Change } from './diff.ts';
import { needs, type Graph, type Node } from './graph.ts';
import type { AnyKind, Kinds, Observed, Tags } from './kind.ts';
import { foreignOwner, match } from './match.ts';
import { isRef, refsOf, resolve, type NodeId, type Ref } from './ref.ts';
import type { Mentions, Snapshot } from './snapshot.ts';
import type { Action, NodePhase, NodeState, Step, Verb } from './step.ts';

interface WalkInput {
  readonly graph: Graph;
  readonly kinds: Kinds;
  readonly snapshot: Snapshot;
  readonly stuck?: ReadonlyMap<NodeId, string>;
  readonly settling?: ReadonlySet<NodeId>;
}

/** A refused replacement, and the replaced nodes that it would have had to follow. */
export interface Refusal {
  readonly node: NodeId;
  readonly why: string;
  readonly causes: readonly NodeId[];
}

/** What one walk over the graph found. */
export interface Pass {
  readonly steps: readonly Step[];
  readonly states: ReadonlyMap<NodeId, NodeState>;
  readonly claimed: ReadonlySet<Observed>;
  readonly doubles: ReadonlyMap<Observed, Node>;
  readonly refusals: readonly Refusal[];
}

/**
 * Compares every node with its live thing, in an order where what a node needs comes before it.
 *
 * @param frozen replaced nodes that must stay as they are, with the reason
 */
export function walk(input: WalkInput, mentions: Mentions, frozen: ReadonlyMap<NodeId, string>): Pass {
  const { graph, kinds, snapshot } = input;
  const byName = new Map(
    Object.entries(kinds).flatMap(([domain, list]) => list.map((kind) => [kind.name, { kind, domain }] as const)),
  );
  const steps: Step[] = [];
  const states = new Map<NodeId, NodeState>();
  const claimed = new Set<Observed>();
  const doubles = new Map<Observed, Node>();
  const refusals: Refusal[] = [];
  const replaced = new Map<NodeId, readonly NodeId[]>();
  const refused = new Set<NodeId>();
  const moved = new Map<NodeId, readonly string[]>();

  const valueOf = (ref: Ref): unknown => {
    const live = states.get(ref.$ref)?.live;
    const open = replaced.has(ref.$ref) || moved.get(ref.$ref)?.includes(ref.output) === true;
    return open || live === undefined ? undefined : live.outputs[ref.output];
  };

  for (const node of graph.nodes.values()) {
    const entry = byName.get(node.kind);
    if (entry === undefined) throw new Error(`no kind is called ${node.kind}`);
    const { kind, domain } = entry;
    const props = resolve(node.props, valueOf) as Record<string, unknown>;
    const tags = resolve(node.tags, valueOf) as Tags;
    const set = (phase: NodePhase, live?: Observed, because?: string): void =>
      void states.set(node.id, {
        id: node.id,
        domain,
        phase,
        ...(live && { live }),
        ...(because !== undefined && { because }),
      });

    const view = snapshot.get(node.kind);
    if (view?.status !== 'known') {
      set('unknown', undefined, view?.because ?? 'not looked at');
      continue;
    }
    const names = new Set([node.name, ...node.formerly]);
    const named = view.live.filter((live) => names.has(live.name));
    const foreign = named.find((live) => foreignOwner(graph, kind, live) !== undefined);
    const found = match(
      kind,
      node,
      props,
      named.filter((live) => foreignOwner(graph, kind, live) === undefined),
      mentions,
    );
    const { live } = found;
    if (live !== undefined) claimed.add(live);
    for (const double of found.doubles) doubles.set(double, node);

    const order = waitsOf(node, props, tags, states, replaced);
    const step = (action: Action, verb: Verb, changes: readonly Change[], because?: string): void => {
      const interrupts = action === 'create' ? undefined : kind.interrupts?.([...fieldsOf(changes)]);
      steps.push({
        node: node.id,
        kind: kind.name,
        domain,
        action,
        verb,
        changes,
        ...order,
        props,
        tags,
        ...(live && { live }),
        ...(because !== undefined && { because }),
        ...(interrupts !== undefined && { interrupts }),
      });
    };
    const blocked = order.blockedBy.length > 0;
    const stuck = input.stuck?.get(node.id);

    if (live === undefined && foreign !== undefined) {
      set('stalled', undefined, `it exists and belongs to ${foreignOwner(graph, kind, foreign) ?? ''}`);
      continue;
    }
    if (live === undefined) {
      if (kind.create === undefined) {
        set('stalled', undefined, stuck ?? `${node.id} does not exist`);
        continue;
      }
      step('create', 'create', creation(kind, props));
      set(stuck !== undefined ? 'stalled' : blocked ? 'blocked' : 'missing', undefined, stuck);
      continue;
    }
    if (live.phase === 'deleting') {
      if (kind.restore !== undefined)
        step('update', 'restore', [{ path: '/phase', from: 'deleting', to: 'ready', replaces: false }]);
      else if (kind.create !== undefined)
        step('create', 'create', creation(kind, props), 'the old one is still being deleted');
      set('deleting', live, stuck);
      continue;
    }
    const changes = kind.scope === 'account' ? [] : [...diff(kind, props, live), ...tagChanges(kind, tags, live)];
    if (live.phase === 'failed' && (kind.mends !== true || changes.length === 0)) {
      const remade = kind.remake === true && kind.delete !== undefined;
      if (remade) {
        step('replace', 'delete', [], live.because);
        replaced.set(node.id, [node.id]);
      }
      set(remade && stuck === undefined ? 'pending' : 'stalled', live, stuck ?? live.because);
      continue;
    }

    const open = changes.filter(
      (change) => !refsOf(change.to).some((ref) => states.get(ref.$ref)?.phase === 'unknown'),
    );
    const forcing = open.filter((change) => change.replaces);
    if (forcing.length > 0) {
      const causes = [
        ...new Set(forcing.flatMap((change) => refsOf(change.to).flatMap((ref) => replaced.get(ref.$ref) ?? []))),
      ];
      // What it would be made for does not come.
      const lost = needs(node).find((id) => refused.has(id));
      const why =
        frozen.get(node.id) ??
        (kind.replace === 'refuse' ? (kind.refusal ?? 'it holds data and cannot be replaced') : undefined) ??
        (lost === undefined ? undefined : `it needs ${lost}, which is refused`);
      if (why !== undefined) {
        step('refuse', 'update', open, why);
        refused.add(node.id);
        refusals.push({ node: node.id, why, causes });
        set('stalled', live, why);
        continue;
      }
      replaced.set(node.id, [node.id, ...causes]);
      step(
        'replace',
        kind.replace === 'new-first' ? 'create' : 'delete',
        open,
        causes.length > 0 ? `follows ${causes.join(', ')}` : undefined,
      );
      set(stuck === undefined ? 'drifted' : 'stalled', live, stuck);
      continue;
    }
    if (open.length > 0) {
      step('update', 'update', open);
      moved.set(node.id, kind.moves?.([...fieldsOf(open)].filter((field) => field in props)) ?? []);
      set(stuck !== undefined ? 'stalled' : blocked ? 'blocked' : 'drifted', live, stuck);
      continue;
    }
    const pending = live.phase === 'pending' || (input.settling?.has(node.id) ?? false) || open.length < changes.length;
    set(stuck !== undefined ? 'stalled' : pending ? 'pending' : 'ready', live, stuck ?? live.because);
  }
  return { steps, states, claimed, doubles, refusals };
}

/** What a new thing will be given, for people to read: everything but what is still open inside it. */
function creation(kind: AnyKind, props: Readonly<Record<string, unknown>>): readonly Change[] {
  return Object.entries(props)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([field, value]) => ({ path: `/${field}`, from: null, to: value, replaces: kind.immutable.includes(field) }));
}

function tagChanges(kind: AnyKind, tags: Tags, live: Observed): readonly Change[] {
  if (kind.retag === undefined || live.tags === undefined) return [];
  return Object.entries(tags)
    .filter(([key, value]) => live.tags?.[key] !== value && !isRef(value))
    .map(([key, value]) => ({ path: `/tags/${key}`, from: live.tags?.[key] ?? null, to: value, replaces: false }));
}

const HOPELESS: ReadonlySet<NodePhase> = new Set(['stalled', 'unknown', 'blocked']);

function waitsOf(
  node: Node,
  props: unknown,
  tags: unknown,
  states: ReadonlyMap<NodeId, NodeState>,
  replaced: ReadonlyMap<NodeId, unknown>,
): { readonly waitsFor: readonly NodeId[]; readonly blockedBy: readonly NodeId[] } {
  const ready = new Set([
    ...node.after,
    ...refsOf(node.props)
      .filter((ref) => ref.when === 'ready')
      .map((ref) => ref.$ref),
  ]);
  const behind = new Set(node.behind);
  const open = new Set(refsOf([props, tags]).map((ref) => ref.$ref));
  const isReady = (id: NodeId): boolean => states.get(id)?.phase === 'ready' && !replaced.has(id);
  const isHopeless = (id: NodeId): boolean => HOPELESS.has(states.get(id)?.phase ?? 'unknown');
  const isFailed = (id: NodeId): boolean => states.get(id)?.live?.phase === 'failed';
  const isHeldBy = (id: NodeId): boolean => open.has(id) || isFailed(id) || (ready.has(id) && !isReady(id));
  const waitsFor = needs(node).filter((id) => isHeldBy(id) || (behind.has(id) && !isReady(id) && !isHopeless(id)));
  return { waitsFor, blockedBy: waitsFor.filter((id) => isHeldBy(id) && isHopeless(id)) };
}
