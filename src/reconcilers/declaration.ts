import type { Names } from '../aws/names.ts';
import type { GraphBuilder } from '../engine/graph.ts';
import type { Gateway } from '../spec/gateway.ts';
import type { Ways } from './ingress/ways.ts';

/** What each domain's declaration is given: where nodes go, what the manifest says, and how things are called. */
export interface Declaration {
  readonly graph: GraphBuilder;
  readonly gateway: Gateway;
  readonly names: Names;
  /** The way in that is wanted, and those that stand besides. */
  readonly ways: Ways;
}
