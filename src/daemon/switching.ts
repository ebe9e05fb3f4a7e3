import type { Session } from '../controller/session.ts';
import type { NodeId } from '../engine/ref.ts';
import type { Declared } from '../reconcilers/index.ts';

/** Nodes of the ways in that another one takes over from. */
export function switchingNodes(session: Session, { ways }: Declared): ReadonlySet<NodeId> {
  const { wanted, old, leaving } = ways;
  if (old.length + leaving.length === 0) return new Set();
  const all = session.declare({ wanted, old: [...old, ...leaving], leaving: [] }).graph.nodes;
  return new Set([...all.keys()].filter((id) => !session.wished.graph.nodes.has(id)));
}
