import type { Graph } from '../engine/graph.ts';
import type { Kinds } from '../engine/kind.ts';
import type { NodeId } from '../engine/ref.ts';
import { CommandError } from './command-error.ts';

/** The nodes that `--only` names: whole domains, kinds or single nodes. Undefined when it was not given. */
export function selectNodes(
  names: readonly string[] | undefined,
  graph: Graph,
  kinds: Kinds,
): ReadonlySet<NodeId> | undefined {
  if (names === undefined || names.length === 0) return undefined;
  const chosen = new Set<NodeId>();
  for (const name of names) {
    const own = new Set(kinds[name]?.map((kind) => kind.name) ?? [name]);
    const found = [...graph.nodes.values()].filter((node) => node.id === name || own.has(node.kind));
    if (found.length === 0)
      throw new CommandError(
        `--only ${name}: no domain, kind or node is called so; domains are ${Object.keys(kinds).join(', ')}`,
      );
    for (const node of found) chosen.add(node.id);
  }
  return chosen;
}
