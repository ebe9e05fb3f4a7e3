import { canonical, keysOf, type Change } from '../engine/diff.ts';
import type { Graph, Node } from '../engine/graph.ts';
import { kindsByName, type AnyKind, type Kinds } from '../engine/kind.ts';
import { refsOf, type NodeId } from '../engine/ref.ts';
import type { Step } from '../engine/step.ts';

/** What a manifest asks for: now, and when every switch in it is through. The same graph where there is none. */
export interface Asked {
  readonly graph: Graph;
  readonly end: Graph;
}

/** One edit of a manifest, tried: what is asked for without it alone, or with nothing but it. */
export interface Trial<Edit> {
  readonly edit: Edit;
  readonly how: 'without' | 'alone';
  readonly asked: Asked;
}

/** For steps as a whole, and for single changes of one, the edits they come from. */
export type Causes<Edit> = ReadonlyMap<Step | Change, readonly Edit[]>;

/** Something that one manifest may say otherwise than another: whether a node is there, or a value in it. */
interface Spot {
  readonly of: Step | Change;
  readonly valueIn: (asked: Asked) => string;
}

/**
 * Finds for each step and change the edits without which it would not be wanted. Those that explain all of it stand
 * alone, else those that have a part in it. What only follows another node has that one's edits. Pure.
 */
export function causesOf<Edit>(
  steps: readonly Step[],
  kinds: Kinds,
  { before, now }: { readonly before: Asked; readonly now: Asked },
  trials: Iterable<Trial<Edit>>,
): Causes<Edit> {
  const open = spotsOf(steps, kinds)
    .map(({ of, valueIn }) => ({ of, valueIn, before: valueIn(before), now: valueIn(now) }))
    .filter((spot) => spot.before !== spot.now)
    .map((spot) => ({ ...spot, whole: new Array<Edit>(), part: new Array<Edit>() }));
  for (const { edit, how, asked } of trials)
    for (const spot of open) {
      const [unmoved, moved] = how === 'without' ? [spot.now, spot.before] : [spot.before, spot.now];
      const value = spot.valueIn(asked);
      if (value === moved) spot.whole.push(edit);
      else if (value !== unmoved) spot.part.push(edit);
    }
  const direct = open.map(({ of, whole, part }) => [of, [...new Set(whole.length > 0 ? whole : part)]] as const);
  return withFollowers(steps, new Map(direct.filter(([, edits]) => edits.length > 0)));
}

function spotsOf(steps: readonly Step[], kinds: Kinds): readonly Spot[] {
  const byName = kindsByName(kinds);
  const moving = new Set(steps.map((step) => step.node));
  return steps.flatMap((step): readonly Spot[] => {
    const { action, node, kind: name, changes } = step;
    // What goes last of all in a switch stands in its first graph, whatever the manifest says.
    if (action === 'delete') return [{ of: step, valueIn: ({ end }) => String(end.nodes.has(node)) }];
    if (action === 'create') return [{ of: step, valueIn: ({ graph }) => String(graph.nodes.has(node)) }];
    const kind = byName.get(name);
    if (kind === undefined) return [];
    return changes.map((change): Spot => ({
      of: change,
      valueIn: ({ graph }) => textOf(valueAt(graph.nodes.get(node), kind, change.path), graph, moving),
    }));
  });
}

/** A value as text, with what it refers to as far as no step shows that: a lookup, or what was changed already. */
function textOf(value: unknown, { nodes }: Graph, moving: ReadonlySet<NodeId>): string {
  const settled = refsOf(value).filter(({ $ref }) => !moving.has($ref));
  return JSON.stringify([value, ...settled.map(({ $ref }) => nodes.get($ref)?.props)]);
}

function valueAt(node: Node | undefined, kind: AnyKind, path: string): unknown {
  if (node === undefined) return undefined;
  const keys = keysOf(path);
  const isTag = keys[0] === 'tags' && !('tags' in node.props);
  const whole: unknown = isTag ? { tags: node.tags } : canonical(kind, node.props);
  return keys.reduce<unknown>((inner, key) => {
    if (typeof inner !== 'object' || inner === null) return undefined;
    return new Map<string, unknown>(Object.entries(inner)).get(key);
  }, whole);
}

/** A change that is only another node's new output came of what moved that node. */
function withFollowers<Edit>(steps: readonly Step[], direct: Causes<Edit>): Causes<Edit> {
  const causes = new Map(direct);
  const ofNodes = new Map<NodeId, readonly Edit[]>();
  const ofNode = (id: NodeId): readonly Edit[] => {
    const found = ofNodes.get(id);
    if (found !== undefined) return found;
    ofNodes.set(id, []);
    const own = steps.filter((step) => step.node === id);
    const edits = [...new Set(own.flatMap((step) => [step, ...step.changes]).flatMap(of))];
    ofNodes.set(id, edits);
    return edits;
  };
  const of = (one: Step | Change): readonly Edit[] => {
    const found =
      causes.get(one) ?? ('to' in one ? [...new Set(refsOf(one.to).flatMap(({ $ref }) => ofNode($ref)))] : []);
    if (found.length > 0) causes.set(one, found);
    return found;
  };
  for (const step of steps) if (step.action !== 'create') step.changes.forEach(of);
  return causes;
}
