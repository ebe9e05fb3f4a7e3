import type { Change } from './diff.ts';
import type { ReconcileError } from './errors.ts';
import type { Observed, Tags } from './kind.ts';
import type { NodeId } from './ref.ts';

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

/**
 * Why a step, or one change of it, is not made and what is found there stays; undefined when it is made. Asked before
 * anything is planned from the difference.
 */
export type Leave = (step: Step, change?: Change) => string | undefined;

/** A step that came to its end. `at` and `ms` say when it began and how long it took. */
export interface StepEvent {
  readonly step: Step;
  readonly at: number;
  readonly ms: number;
  readonly error?: ReconcileError;
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
