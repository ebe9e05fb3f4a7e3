import type { NodeId } from '../../engine/ref.ts';
import type { Way, Ways } from './ways.ts';

export type Nodes = readonly { readonly id: NodeId }[];

/** What the parts of the ways in are declared from. */
export interface Standing extends Ways {
  /** The wanted way, then those that still stand in full. */
  readonly all: readonly Way[];
  /** While another way stands: what says so, before anything of a new one is made. */
  readonly first: Nodes;
}

export const standingOf = (ways: Ways, marked: Nodes): Standing => ({
  ...ways,
  all: [ways.wanted, ...ways.old],
  first: ways.old.length > 0 ? marked : [],
});
