import { createHash } from 'node:crypto';
import { needs, type Graph } from './graph.ts';
import type { Kinds } from './kind.ts';
import { prune, type Kept } from './prune.ts';
import type { NodeId } from './ref.ts';
import { Mentions, thingsOf, type Snapshot, type Thing } from './snapshot.ts';
import type { Action, Leave, NodeState, Step } from './step.ts';
import { walk, type Refusal } from './walk.ts';

/** What would be done, and where everything stands. */
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
  readonly leave?: Leave;
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
  while (
    [...pass.refusals, ...held(pass.steps, pass.pruned.kept, mentions, things)].some((refusal) =>
      freeze(frozen, refusal),
    )
  )
    pass = compare();
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

/** A plan with the deletions of a later one, which come when everything of the first stands. */
export function withEnding(plan: Plan, later: Plan, version: string): Plan {
  const going = new Set(plan.steps.filter((step) => step.action === 'delete').map((step) => step.live));
  const first = [...plan.states.values()].filter((state) => state.phase !== 'ready').map((state) => state.id);
  const ending = later.steps
    .filter((step) => step.action === 'delete' && !going.has(step.live))
    .map((step) => ({ ...step, waitsFor: [...new Set([...step.waitsFor, ...first])] }));
  const steps = [...plan.steps, ...ending];
  return { ...plan, steps, id: planId(steps, version) };
}

/** Replacements that begin with a deletion, of things that what stays for its data goes on using. */
function held(
  steps: readonly Step[],
  kept: readonly Kept[],
  mentions: Mentions,
  things: readonly Thing[],
): readonly Refusal[] {
  const staying = new Map(kept.map((item) => [item.live, item.node]));
  return steps.flatMap((step) => {
    if (step.action !== 'replace' || step.verb !== 'delete') return [];
    const thing = things.find((item) => item.live === step.live);
    const by = thing === undefined ? undefined : mentions.of(thing).find((other) => staying.has(other.live));
    return by === undefined
      ? []
      : [{ node: staying.get(by.live) ?? '', why: 'it holds data or is needed by it', causes: [step.node] }];
  });
}

function freeze(frozen: Map<NodeId, string>, refusal: Refusal): boolean {
  const fresh = refusal.causes.filter((cause) => !frozen.has(cause));
  for (const cause of fresh) frozen.set(cause, `${refusal.node} would have to follow: ${refusal.why}`);
  return fresh.length > 0;
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
  // In whatever order AWS lists things.
  const content = steps.map(({ node, action, changes }) => JSON.stringify({ node, action, changes })).sort();
  return createHash('sha256').update(JSON.stringify({ version, content })).digest('hex').slice(0, 8);
}

/** How many live things there are for what the graph wants, by what happens to them. */
export function summaryOf(plan: Plan): Readonly<Record<Action | 'blocked' | 'unchanged', number>> {
  const summary = { create: 0, update: 0, replace: 0, delete: 0, refuse: 0, blocked: 0, unchanged: 0 };
  for (const step of plan.steps)
    summary[step.action === 'refuse' ? 'refuse' : step.blockedBy.length > 0 ? 'blocked' : step.action] += 1;
  const touched = new Set(plan.steps.map((step) => step.node));
  summary.unchanged = [...plan.states.values()].filter(
    (state) => !touched.has(state.id) && state.live !== undefined && state.live.phase !== 'unseen',
  ).length;
  return summary;
}
