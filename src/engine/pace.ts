import type { Belief } from './beliefs.ts';
import { TRIES, type Failure } from './failures.ts';
import { kindOf } from './kind.ts';
import type { Plan } from './plan.ts';
import type { NodeId } from './ref.ts';
import type { KindView } from './snapshot.ts';
import { backoff, pollAfter, type Timing } from './timing.ts';

/** Knows when each kind was looked at, and says when it is to be looked at again. */
export class Pace {
  readonly #timing: Timing;
  readonly #random: () => number;
  readonly #looking = new Set<string>();
  readonly #lookedAt = new Map<string, number>();
  readonly #unknownTries = new Map<string, number>();
  readonly #pendingSince = new Map<NodeId, number>();

  constructor(timing: Timing, random: () => number) {
    this.#timing = timing;
    this.#random = random;
  }

  get isLooking(): boolean {
    return this.#looking.size > 0;
  }

  /** Since when each node has been underway. */
  get pendingSince(): ReadonlyMap<NodeId, number> {
    return this.#pendingSince;
  }

  lookedAt(kind: string): number {
    return this.#lookedAt.get(kind) ?? 0;
  }

  begin(kinds: Iterable<string>): void {
    for (const kind of kinds) this.#looking.add(kind);
  }

  end(kind: string, view: KindView, now: number): void {
    this.#looking.delete(kind);
    this.#lookedAt.set(kind, now);
    const tries = (this.#unknownTries.get(kind) ?? 0) + 1;
    this.#unknownTries.set(kind, view.status === 'known' ? 0 : view.final ? TRIES : tries);
  }

  /** Notes what a plan shows to be underway. */
  note(plan: Plan, now: number): void {
    const pending = new Set<NodeId>();
    for (const state of plan.states.values())
      if (state.phase === 'pending' || (isUnderway(state.live?.phase) && state.phase !== 'blocked'))
        pending.add(state.id);
    for (const step of plan.steps) if (step.live?.phase === 'deleting') pending.add(step.node);
    for (const id of this.#pendingSince.keys()) if (!pending.has(id)) this.#pendingSince.delete(id);
    for (const id of pending) if (!this.#pendingSince.has(id)) this.#pendingSince.set(id, now);
  }

  /**
   * When each kind is to be looked at again; nothing for kinds that are still.
   *
   * @param quiet nothing runs and nothing can be begun: time to see what was only believed
   */
  due(
    beliefs: readonly Belief[],
    failures: readonly Failure[],
    quiet: boolean,
    now: number,
  ): ReadonlyMap<string, number> {
    const due = new Map<string, number>();
    const at = (kind: string, time: number): void => {
      if (!this.#looking.has(kind)) due.set(kind, Math.min(due.get(kind) ?? Infinity, time));
    };
    const poll = (kind: string, since: number): void => {
      const last = this.lookedAt(kind);
      at(kind, last <= since ? since + this.#timing.pollMin : last + pollAfter(now - since, this.#timing));
    };
    for (const [id, since] of this.#pendingSince) poll(kindOf(id), since);
    for (const belief of beliefs) if (belief.verb !== 'create' || quiet) poll(belief.kind.name, belief.since);
    for (const { node, retryAt } of failures)
      if (retryAt !== undefined && this.lookedAt(kindOf(node)) < retryAt) at(kindOf(node), retryAt);
    for (const [kind, tries] of this.#unknownTries)
      if (tries > 0 && tries < TRIES) at(kind, this.lookedAt(kind) + backoff(tries, this.#timing, this.#random()));
    return due;
  }
}

const isUnderway = (phase: string | undefined): boolean => phase === 'pending' || phase === 'deleting';
