import type { Gateway } from '../gateway.ts';
import type { Finding } from '../problem.ts';

/** What a rule looks at: the gateway with its defaults, and what its manifest says by itself. */
export interface Examined {
  readonly gateway: Gateway;
  /** The value that the manifest itself has at a pointer; undefined where a default stands in. */
  said(pointer: string): unknown;
}

/** Finds what no single field can show: AWS would refuse it twenty minutes later, or it makes no sense together. */
export type Rule = (examined: Examined) => readonly Finding[];
