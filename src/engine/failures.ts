import type { ReconcileError } from './errors.ts';
import { kindOf } from './kind.ts';
import type { Plan } from './plan.ts';
import type { Step, Verb } from './step.ts';
import type { NodeId } from './ref.ts';
import { backoff, type Timing } from './timing.ts';

/** A step that did not go through, and when it may be tried again. */
export interface Failure {
  readonly node: NodeId;
  readonly verb: Verb;
  readonly error: ReconcileError;
  readonly since: number;
  readonly count: number;
  /** Undefined: not again in this run. */
  readonly retryAt?: number;
}

/** After so many real failures in a row it is no accident any more. */
export const TRIES = 8;

/** The failures of one run, by step. A step that goes through is forgotten. */
export class Failures {
  readonly #failures = new Map<string, Failure>();
  readonly #timing: Timing;
  readonly #random: () => number;

  constructor(timing: Timing, random: () => number) {
    this.#timing = timing;
    this.#random = random;
  }

  get all(): readonly Failure[] {
    return [...this.#failures.values()];
  }

  of(step: Step): Failure | undefined {
    return this.#failures.get(keyOf(step));
  }

  clear(step: Step): void {
    this.#failures.delete(keyOf(step));
  }

  /** Forgets what was to be tried again and is not asked for any more: it came about after all. */
  settle(plan: Plan): void {
    const open = new Set(plan.steps.map(keyOf));
    for (const [key, { node, retryAt }] of this.#failures)
      if (retryAt !== undefined && !open.has(key) && !plan.unknown.has(kindOf(node))) this.#failures.delete(key);
  }

  add(step: Step, error: ReconcileError, now: number): Failure {
    const last = this.of(step);
    const count = (last?.count ?? 0) + 1;
    const since = last?.since ?? now;
    const over =
      error.disposition === 'stalled' ||
      now - since > this.#timing.patience ||
      (error.disposition === 'failed' && count >= TRIES);
    const wait = Math.max(
      backoff(count, this.#timing, this.#random()),
      error.doubtful && step.verb === 'create' ? this.#timing.grace : 0,
    );
    const failure = { node: step.node, verb: step.verb, error, since, count, ...(!over && { retryAt: now + wait }) };
    this.#failures.set(keyOf(step), failure);
    return failure;
  }

  /** Kinds of which nothing more can be made until something of the same kind has gone. */
  get crowded(): ReadonlySet<string> {
    return new Set(this.all.filter((failure) => isCrowded(failure)).map((failure) => kindOf(failure.node)));
  }

  /** Something of this kind has gone: what found no room may be tried again. */
  makeRoom(kind: string): void {
    for (const [key, failure] of this.#failures)
      if (isCrowded(failure) && kindOf(failure.node) === kind) this.#failures.delete(key);
  }

  /** Nodes that will not come in this run, with the reason. What is only being removed holds up nobody. */
  get stuck(): ReadonlyMap<NodeId, string> {
    const stuck = new Map<NodeId, string>();
    for (const [key, failure] of this.#failures)
      if (failure.retryAt === undefined && key === failure.node) stuck.set(failure.node, failure.error.message);
    return stuck;
  }
}

const isCrowded = (failure: Failure): boolean => failure.verb === 'create' && failure.error.crowded;

/** The node, but for a removal, which several live things of one node may have. */
export function keyOf(step: Step): string {
  return step.action === 'delete' ? `${step.node} ${JSON.stringify(step.live?.outputs)}` : step.node;
}
