import { createHash } from 'node:crypto';
import { diff, fieldsOf, type Change } from './diff.ts';
import { needs, type Graph, type Node } from './graph.ts';
import type { AnyKind, Kinds, Observed, Tags } from './kind.ts';
import { foreignOwner, match } from './match.ts';
import { prune, type Kept } from './prune.ts';
import { isRef, refsOf, resolve, type NodeId, type Ref } from './ref.ts';
import { Mentions, thingsOf, type Snapshot, type Thing } from './snapshot.ts';

export type Action = 'create' | 'update' | 'replace' | 'delete' | 'refuse';

/** The call that a step makes next. A replacement makes two, in the order that its kind says. */
export type Verb = 'create' | 'update' | 'delete' | 'restore';

/** One thing to do. */
export interface Step {
  readonly node: NodeId;
  readonly kind: string;
  readonly domain: string;
  readonly action: Action;
  readonly verb: Verb;
  readonly changes: readonly Change[];
  /** Nodes that come first. */
  readonly waitsFor: readonly NodeId[];
  /** Nodes among them that will not come in this run. */
  readonly blockedBy: readonly NodeId[];
  /** Why, where the changes do not say it. */
  readonly because?: string;
  /** What users notice. */
  readonly interrupts?: string;
  readonly live?: Observed;
  readonly props: Readonly<Record<string, unknown>>;
  readonly tags: Tags;
}

export type NodePhase = 'ready' | 'pending' | 'drifted' | 'missing' | 'blocked' | 'stalled' | 'unknown' | 'deleting';

/** Where a node stands. */
export interface NodeState {
  readonly id: NodeId;
  readonly domain: string;
  readonly phase: NodePhase;
  readonly because?: string;
  readonly live?: Observed;
}

export interface Plan {
  readonly id: string;
  readonly owner: string;
  readonly steps: readonly Step[];
  readonly states: ReadonlyMap<NodeId, NodeState>;
  /** What no node wants and no step removes, with the reason. */
  readonly kept: readonly Kept[];
  /** Kinds that could not be read, with the reason. */
  readonly unknown: ReadonlyMap<string, string>;
}

export interface PlanInput {
  readonly graph: Graph;
  readonly kinds: Kinds;
  readonly snapshot: Snapshot;
  /** True when what holds data may be deleted. */
  readonly allowData?: boolean;
  /** Nodes that cannot go on in this run, with the reason. */
  readonly stuck?: ReadonlyMap<NodeId, string>;
  /** Kinds of which nothing can be made until one has gone: their orphans do not wait for the rest. */
  readonly crowded?: ReadonlySet<string>;
  /** Nodes that were changed a moment ago and have not been seen so. */
  readonly settling?: ReadonlySet<NodeId>;
  /** Limits the plan to these nodes and what they need; nothing is pruned then. */
  readonly only?: ReadonlySet<NodeId>;
  /** Part of the plan's id: plans of different versions are different plans. */
  readonly version?: string;
}

/** Compares what should be with what is. Pure. */
export function makePlan(input: PlanInput): Plan {
  const things = thingsOf(input.kinds, input.snapshot);
  const mentions = new Mentions(things);
  const frozen = new Map<NodeId, string>();
  const scope = input.only === undefined ? undefined : closure(input.graph, input.only);
  const compare = () => {
    const pass = walk(input, mentions, frozen);
    const pruned = scope === undefined ? prune({ ...input, ...pass, things, mentions }) : { steps: [], kept: [] };
    return { ...pass, pruned };
  };
  let pass = compare();
  while ([...pass.refusals, ...held(pass.steps, pass.pruned.kept, mentions, things)].some((refusal) => freeze(frozen, refusal))) pass = compare();
  const { steps, states, pruned } = pass;
  const all = [...steps.filter((step) => scope?.has(step.node) ?? true), ...pruned.steps];
  const unknown = new Map<string, string>();
  for (const [kind, view] of input.snapshot) if (view.status === 'unknown') unknown.set(kind, view.because);
  return {
    id: planId(all, input.version ?? ''),
    owner: input.graph.owner,
    steps: all,
    states: scope === undefined ? states : new Map([...states].filter(([id]) => scope.has(id))),
    kept: pruned.kept,
    unknown,
  };
}

/** A refused replacement, and the replaced nodes that it would have had to follow. */
interface Refusal {
  readonly node: NodeId;
  readonly why: string;
  readonly causes: readonly NodeId[];
}

interface Pass {
  readonly steps: readonly Step[];
  readonly states: ReadonlyMap<NodeId, NodeState>;
  readonly claimed: ReadonlySet<Observed>;
  readonly doubles: ReadonlyMap<Observed, Node>;
  readonly refusals: readonly Refusal[];
}

/** Replacements that begin with a deletion, of things that what stays for its data goes on using. */
function held(steps: readonly Step[], kept: readonly Kept[], mentions: Mentions, things: readonly Thing[]): readonly Refusal[] {
  const staying = new Map(kept.map((item) => [item.live, item.node]));
  return steps.flatMap((step) => {
    if (step.action !== 'replace' || step.verb !== 'delete') return [];
    const thing = things.find((item) => item.live === step.live);
    const by = thing === undefined ? undefined : mentions.of(thing).find((other) => staying.has(other.live));
    return by === undefined ? [] : [{ node: staying.get(by.live) ?? '', why: 'it holds data or is needed by it', causes: [step.node] }];
  });
}

function freeze(frozen: Map<NodeId, string>, refusal: Refusal): boolean {
  const fresh = refusal.causes.filter((cause) => !frozen.has(cause));
  for (const cause of fresh) frozen.set(cause, `${refusal.node} would have to follow: ${refusal.why}`);
  return fresh.length > 0;
}

function walk(input: PlanInput, mentions: Mentions, frozen: ReadonlyMap<NodeId, string>): Pass {
  const { graph, kinds, snapshot } = input;
  const byName = new Map(Object.entries(kinds).flatMap(([domain, list]) => list.map((kind) => [kind.name, { kind, domain }] as const)));
  const steps: Step[] = [];
  const states = new Map<NodeId, NodeState>();
  const claimed = new Set<Observed>();
  const doubles = new Map<Observed, Node>();
  const refusals: Refusal[] = [];
  const replaced = new Map<NodeId, readonly NodeId[]>();
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
      void states.set(node.id, { id: node.id, domain, phase, ...(live && { live }), ...(because !== undefined && { because }) });

    const view = snapshot.get(node.kind);
    if (view?.status !== 'known') {
      set('unknown', undefined, view?.because ?? 'not looked at');
      continue;
    }
    const names = new Set([node.name, ...node.formerly]);
    const named = view.live.filter((live) => names.has(live.name));
    const foreign = named.find((live) => foreignOwner(graph, kind, live) !== undefined);
    const found = match(kind, node, props, named.filter((live) => foreignOwner(graph, kind, live) === undefined), mentions);
    const { live } = found;
    if (live !== undefined) claimed.add(live);
    for (const double of found.doubles) doubles.set(double, node);

    const order = waitsOf(node, props, tags, states, replaced);
    const step = (action: Action, verb: Verb, changes: readonly Change[], because?: string): void => {
      const interrupts = action === 'create' ? undefined : kind.interrupts?.([...fieldsOf(changes)]);
      steps.push({
        node: node.id, kind: kind.name, domain, action, verb, changes, ...order, props, tags,
        ...(live && { live }), ...(because !== undefined && { because }), ...(interrupts !== undefined && { interrupts }),
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
      if (kind.restore !== undefined) step('update', 'restore', [{ path: '/phase', from: 'deleting', to: 'ready', replaces: false }]);
      else if (kind.create !== undefined) step('create', 'create', creation(kind, props), 'the old one is still being deleted');
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

    const open = changes.filter((change) => !refsOf(change.to).some((ref) => states.get(ref.$ref)?.phase === 'unknown'));
    const forcing = open.filter((change) => change.replaces);
    if (forcing.length > 0) {
      const causes = [...new Set(forcing.flatMap((change) => refsOf(change.to).flatMap((ref) => replaced.get(ref.$ref) ?? [])))];
      const why = frozen.get(node.id) ?? (kind.replace === 'refuse' ? (kind.refusal ?? 'it holds data and cannot be replaced') : undefined);
      if (why !== undefined) {
        step('refuse', 'update', open, why);
        refusals.push({ node: node.id, why, causes });
        set('stalled', live, why);
        continue;
      }
      replaced.set(node.id, [node.id, ...causes]);
      step('replace', kind.replace === 'new-first' ? 'create' : 'delete', open, causes.length > 0 ? `follows ${causes.join(', ')}` : undefined);
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
  const ready = new Set([...node.after, ...refsOf(node.props).filter((ref) => ref.when === 'ready').map((ref) => ref.$ref)]);
  const behind = new Set(node.behind);
  const open = new Set(refsOf([props, tags]).map((ref) => ref.$ref));
  const isReady = (id: NodeId): boolean => states.get(id)?.phase === 'ready' && !replaced.has(id);
  const isHopeless = (id: NodeId): boolean => HOPELESS.has(states.get(id)?.phase ?? 'unknown');
  const isFailed = (id: NodeId): boolean => states.get(id)?.live?.phase === 'failed';
  const isHeldBy = (id: NodeId): boolean => open.has(id) || isFailed(id) || (ready.has(id) && !isReady(id));
  const waitsFor = needs(node).filter((id) => isHeldBy(id) || (behind.has(id) && !isReady(id) && !isHopeless(id)));
  return { waitsFor, blockedBy: waitsFor.filter((id) => isHeldBy(id) && isHopeless(id)) };
}

function closure(graph: Graph, only: ReadonlySet<NodeId>): ReadonlySet<NodeId> {
  const found = new Set<NodeId>();
  const visit = (id: NodeId): void => {
    const node = graph.nodes.get(id);
    if (node === undefined || found.has(id)) return;
    found.add(id);
    needs(node).forEach(visit);
  };
  only.forEach(visit);
  return found;
}

/** Eight letters and digits that stand for what the steps would do. */
function planId(steps: readonly Step[], version: string): string {
  const content = steps.map(({ node, action, changes }) => ({ node, action, changes }));
  return createHash('sha256').update(JSON.stringify({ version, content })).digest('hex').slice(0, 8);
}

/** How many live things there are for what the graph wants, by what happens to them. */
export function summaryOf(plan: Plan): Readonly<Record<Action | 'blocked' | 'unchanged', number>> {
  const summary = { create: 0, update: 0, replace: 0, delete: 0, refuse: 0, blocked: 0, unchanged: 0 };
  for (const step of plan.steps) summary[step.action === 'refuse' ? 'refuse' : step.blockedBy.length > 0 ? 'blocked' : step.action] += 1;
  const touched = new Set(plan.steps.map((step) => step.node));
  summary.unchanged = [...plan.states.values()].filter((state) => !touched.has(state.id) && state.live !== undefined).length;
  return summary;
}
