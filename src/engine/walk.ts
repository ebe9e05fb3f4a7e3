import { changesOf, creation } from './changes.ts';
import { Consequences, type Waits } from './consequences.ts';
import { fieldsOf, type Change } from './diff.ts';
import { NODE_TAG, type Graph, type Node } from './graph.ts';
import type { AnyKind, Kinds, Observed, Tags } from './kind.ts';
import { foreignOwner, match } from './match.ts';
import { refsOf, resolve, type NodeId, type Ref } from './ref.ts';
import { identityOf, isSpare, type Mentions, type Snapshot } from './snapshot.ts';
import { leaveChanges } from './leave.ts';
import type { Action, Leave, NodePhase, NodeState, Step, Verb } from './step.ts';

interface WalkInput {
  readonly graph: Graph;
  readonly kinds: Kinds;
  readonly snapshot: Snapshot;
  readonly stuck?: ReadonlyMap<NodeId, string>;
  readonly settling?: ReadonlySet<NodeId>;
  readonly leave?: Leave;
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
  const done = new Walk(input, mentions, frozen);
  for (const node of input.graph.nodes.values()) done.visit(node);
  const { steps, states, claimed, doubles, refusals } = done;
  return { steps, states, claimed, doubles, refusals };
}

/** A node with what is known of its wish. */
interface Wish extends Waits {
  readonly node: Node;
  readonly kind: AnyKind;
  readonly domain: string;
  readonly props: Readonly<Record<string, unknown>>;
  readonly tags: Tags;
  readonly live: Observed | undefined;
  /** Why it cannot go on in this run. */
  readonly stuck: string | undefined;
}

type Here = Wish & { readonly live: Observed };

class Walk {
  readonly steps: Step[] = [];
  readonly claimed = new Set<Observed>();
  readonly doubles = new Map<Observed, Node>();
  readonly refusals: Refusal[] = [];
  readonly states: Map<NodeId, NodeState>;
  readonly #sofar: Consequences;
  readonly #input: WalkInput;
  readonly #mentions: Mentions;
  readonly #kinds: ReadonlyMap<string, { readonly kind: AnyKind; readonly domain: string }>;

  constructor(input: WalkInput, mentions: Mentions, frozen: ReadonlyMap<NodeId, string>) {
    this.#input = input;
    this.#mentions = mentions;
    this.#sofar = new Consequences(frozen);
    this.states = this.#sofar.states;
    this.#kinds = new Map(
      Object.entries(input.kinds).flatMap(([domain, list]) => list.map((kind) => [kind.name, { kind, domain }])),
    );
  }

  visit(node: Node): void {
    const { graph, snapshot, stuck } = this.#input;
    const entry = this.#kinds.get(node.kind);
    if (entry === undefined) throw new Error(`no kind is called ${node.kind}`);
    const { kind, domain } = entry;
    const view = snapshot.get(node.kind);
    if (view?.status !== 'known') {
      const because = view?.because ?? 'not looked at';
      return void this.states.set(node.id, { id: node.id, domain, phase: 'unknown', because });
    }
    const valueOf = (ref: Ref): unknown => this.#sofar.valueOf(ref);
    const props = resolve(node.props, valueOf) as Record<string, unknown>;
    const tags = resolve(node.tags, valueOf) as Tags;
    const names = new Set([node.name, ...node.formerly]);
    const named = view.live.filter((live) => names.has(live.name));
    const foreign = named.find((live) => foreignOwner(graph, kind, live) !== undefined);
    const own = named.filter((live) => foreignOwner(graph, kind, live) === undefined);
    const { live, doubles } = match(kind, node, props, own, this.#mentions);
    if (live !== undefined) this.claimed.add(live);
    for (const double of doubles) this.doubles.set(double, node);

    const waits = this.#sofar.waitsOf(node, [props, tags], live === undefined);
    const wish = { node, kind, domain, props, tags, live, stuck: stuck?.get(node.id), ...waits };
    const rivals =
      kind.stateful === true ? doubles.filter((double) => !isSpare({ kind, live: double }, this.#mentions)) : [];
    if (live !== undefined && rivals.length > 0) return this.#contest({ ...wish, live }, rivals);
    if (live !== undefined) return this.#compare({ ...wish, live });
    if (foreign === undefined) return this.#missing(wish);
    this.#sofar.noteLost(node.id, 'stalled');
    this.#set(wish, 'stalled', `it exists and belongs to ${foreignOwner(graph, kind, foreign) ?? ''}`);
  }

  /** Several things with data claim to be this one: which of them is right is not for a program to say. */
  #contest(here: Here, rivals: readonly Observed[]): void {
    const all = [here.live, ...rivals].map((live) => identityOf(here.kind, live));
    const why = `${all.join(' and ')} all stand for it, and each may hold data: delete what is not needed, or take its tag ${NODE_TAG} away`;
    this.#step(here, 'refuse', 'update', [], why);
    this.#sofar.noteLost(here.node.id, 'refused');
    this.#set(here, 'stalled', why);
  }

  #missing(wish: Wish): void {
    const { node, kind, props, stuck, blockedBy } = wish;
    if (kind.create === undefined) {
      this.#sofar.noteLost(node.id, 'stalled');
      return this.#set(wish, 'stalled', stuck ?? `${node.id} does not exist`);
    }
    const step = this.#stepOf(wish, 'create', 'create', creation(props));
    const left = this.#input.leave?.(step);
    if (left !== undefined) {
      this.#sofar.noteLost(node.id, 'stalled');
      return this.#set(wish, 'stalled', left);
    }
    if (blockedBy.some((id) => this.#sofar.isLost(id))) this.#sofar.noteLost(node.id, 'blocked');
    this.steps.push(step);
    this.#set(wish, stuck !== undefined ? 'stalled' : blockedBy.length > 0 ? 'blocked' : 'missing', stuck);
  }

  #compare(here: Here): void {
    const { node, kind, props, tags, live, stuck, blockedBy } = here;
    if (live.phase === 'deleting') return this.#leaving(here);
    if (live.phase === 'unseen') return this.#unseen(here);
    const changes = changesOf(kind, props, tags, live);
    if (live.phase === 'failed' && (kind.mends !== true || changes.length === 0)) return this.#failed(here);
    const readable = changes.filter(
      (change) => !refsOf(change.to).some((ref) => this.states.get(ref.$ref)?.phase === 'unknown'),
    );
    const { open, left, step } = leaveChanges(this.#stepOf(here, 'update', 'update', readable), this.#input.leave);
    if (open.some((change) => change.replaces)) return this.#replace({ ...here, props: step.props }, open);
    if (open.length > 0) {
      this.steps.push(step);
      this.#sofar.noteMoved(node.id, kind.moves?.([...fieldsOf(open)].filter((field) => field in props)) ?? []);
      return this.#set(here, stuck !== undefined ? 'stalled' : blockedBy.length > 0 ? 'blocked' : 'drifted', stuck);
    }
    const isSettling = this.#input.settling?.has(node.id) ?? false;
    const isComing = live.phase === 'pending' || isSettling;
    const isOpen = changes.length > readable.length;
    // What nobody makes comes about by what it waits for, or not at all; so does a value that cannot be read.
    const isHopeless = blockedBy.length > 0 && (isComing ? kind.create === undefined : isOpen);
    const phase = isHopeless ? 'blocked' : isComing || isOpen ? 'pending' : 'ready';
    this.#set(here, stuck === undefined ? phase : 'stalled', stuck ?? live.because ?? left);
  }

  #unseen(here: Here): void {
    const { node, live, stuck, waitsFor, blockedBy } = here;
    if (blockedBy.length > 0) this.#sofar.noteLost(node.id, 'blocked');
    // What it is inside of is still to be made: nobody has to look until then.
    const isMissing = waitsFor.some((id) => this.states.get(id)?.phase === 'missing');
    const phase = blockedBy.length > 0 ? 'blocked' : isMissing ? 'missing' : 'pending';
    this.#set(here, stuck === undefined ? phase : 'stalled', stuck ?? live.because);
  }

  #leaving(here: Here): void {
    const { kind, props, stuck } = here;
    if (kind.restore !== undefined)
      this.#step(here, 'update', 'restore', [{ path: '/phase', from: 'deleting', to: 'ready', replaces: false }]);
    else if (kind.create !== undefined)
      this.#step(here, 'create', 'create', creation(props), 'the old one is still being deleted');
    this.#set(here, 'deleting', stuck);
  }

  #failed(here: Here): void {
    const { node, kind, live, stuck } = here;
    const remade = kind.remake === true && kind.delete !== undefined;
    if (remade) {
      this.#step(here, 'replace', 'delete', [], live.because);
      this.#sofar.noteReplaced(node.id);
    }
    if (kind.create === undefined) this.#sofar.noteLost(node.id, 'stalled');
    this.#set(here, remade && stuck === undefined ? 'pending' : 'stalled', stuck ?? live.because);
  }

  #replace(here: Here, changes: readonly Change[]): void {
    const { node, kind, stuck } = here;
    const causes = this.#sofar.causesOf(changes.filter((change) => change.replaces));
    const why = this.#sofar.refusalOf(node, kind);
    if (why !== undefined) {
      this.#step(here, 'refuse', 'update', changes, why);
      this.#sofar.noteLost(node.id, 'refused');
      this.refusals.push({ node: node.id, why, causes });
      return this.#set(here, 'stalled', why);
    }
    this.#sofar.noteReplaced(node.id, causes);
    const verb = kind.replace === 'new-first' ? 'create' : 'delete';
    this.#step(here, 'replace', verb, changes, causes.length > 0 ? `follows ${causes.join(', ')}` : undefined);
    this.#set(here, stuck === undefined ? 'drifted' : 'stalled', stuck);
  }

  #set({ node, domain, live }: Wish, phase: NodePhase, because?: string): void {
    const what = { ...(live && { live }), ...(because !== undefined && { because }) };
    this.states.set(node.id, { id: node.id, domain, phase, ...what });
  }

  #step(wish: Wish, action: Action, verb: Verb, changes: readonly Change[], because?: string): void {
    this.steps.push(this.#stepOf(wish, action, verb, changes, because));
  }

  #stepOf(wish: Wish, action: Action, verb: Verb, changes: readonly Change[], because?: string): Step {
    const { node, kind, domain, props, tags, live, waitsFor, blockedBy } = wish;
    const isBegun = action !== 'refuse';
    const interrupts = isBegun && action !== 'create' ? kind.interrupts?.([...fieldsOf(changes)]) : undefined;
    return {
      node: node.id,
      kind: kind.name,
      domain,
      action,
      verb,
      changes,
      waitsFor: isBegun ? waitsFor : [],
      blockedBy: isBegun ? blockedBy : [],
      props,
      tags,
      ...(live && { live }),
      ...(because !== undefined && { because }),
      ...(interrupts !== undefined && { interrupts }),
    };
  }
}
