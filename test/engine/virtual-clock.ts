import type { Clock } from '../../src/engine/timing.ts';

/** A clock that jumps to the next timer as soon as the program has nothing else to do. */
export class VirtualClock implements Clock {
  #now = 1_000_000;
  #timers: { readonly at: number; readonly fire: () => void }[] = [];
  #ticking = false;
  #ticks = 0;

  now(): number {
    return this.#now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((done) => {
      if (signal?.aborted === true) return done();
      const timer = { at: this.#now + ms, fire: done };
      this.#timers.push(timer);
      signal?.addEventListener('abort', () => {
        this.#timers = this.#timers.filter((other) => other !== timer);
        done();
      });
      this.#tick();
    });
  }

  #tick(): void {
    if (this.#ticking) return;
    this.#ticking = true;
    setImmediate(() => {
      this.#ticking = false;
      const next = this.#timers.sort((a, b) => a.at - b.at).shift();
      if (next === undefined) return;
      this.#now = Math.max(this.#now, next.at);
      // A run that does not end is a fault of the engine: it must not hang the tests.
      if (++this.#ticks > 100_000) throw new Error('a hundred thousand timers and no end');
      next.fire();
      this.#tick();
    });
  }
}
