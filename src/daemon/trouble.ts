import { backoff, type Clock, type Timing } from '../engine/timing.ts';

/** Trouble with one address: it is left alone ever longer, and the same is told of once. */
export class Trouble {
  readonly #clock: Clock;
  readonly #timing: Timing;
  #last: { readonly times: number; readonly until: number; readonly because: string } | undefined;

  constructor(clock: Clock, timing: Timing) {
    this.#clock = clock;
    this.#timing = timing;
  }

  /** True while the address is left alone. */
  get isFresh(): boolean {
    return this.#clock.now() < (this.#last?.until ?? 0);
  }

  end(): void {
    this.#last = undefined;
  }

  /** @returns false when it is what was met the last time */
  meet(because: string): boolean {
    const isNew = this.#last?.because !== because;
    const times = (this.#last?.times ?? 0) + 1;
    this.#last = { times, because, until: this.#clock.now() + backoff(times, this.#timing, 0) };
    return isNew;
  }
}
