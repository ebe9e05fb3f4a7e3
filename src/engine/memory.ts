import { Beliefs } from './beliefs.ts';
import { Failures } from './failures.ts';
import { Pace } from './pace.ts';
import type { NodeId } from './ref.ts';
import type { KindView } from './snapshot.ts';
import type { Timing } from './timing.ts';

/**
 * What a run knows and no list shows. Handed from a run that stopped to wait to the one that goes on, it makes them
 * one. Lives in the process, is never stored.
 */
export class Memory {
  readonly beliefs = new Beliefs();
  readonly pace: Pace;
  /** Accepted changes that no list has shown, by what they set: the same again is a fight with ourselves. */
  readonly accepted = new Set<string>();
  /** How often a thing that ends up failed was made again. */
  readonly remakes = new Map<NodeId, number>();
  /** True when a run has ended whose calls are all known here. */
  warm = false;
  readonly #timing: Timing;
  readonly #random: () => number;
  #failures: Failures;

  constructor(timing: Timing, random: () => number) {
    this.#timing = timing;
    this.#random = random;
    this.pace = new Pace(timing, random);
    this.#failures = new Failures(timing, random);
  }

  get failures(): Failures {
    return this.#failures;
  }

  /** Ends the beliefs that these lists, asked for at `asked`, show or outlast. */
  see(snapshot: Iterable<readonly [string, KindView]>, asked: number): void {
    for (const [kind, view] of snapshot) {
      if (view.status !== 'known') continue;
      // What is shown may be asked for again.
      for (const { node, verb } of this.beliefs.check(kind, view.live, asked)) {
        for (const key of this.accepted) if (key.startsWith(`${node} ${verb} `)) this.accepted.delete(key);
        if (verb === 'delete') this.#failures.makeRoom(kind);
      }
    }
  }

  /** Lets everything be tried again; what was accepted and not seen is still believed. */
  forgive(): void {
    this.#failures = new Failures(this.#timing, this.#random);
    this.accepted.clear();
    this.remakes.clear();
  }
}
