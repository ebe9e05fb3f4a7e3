import { sleepUnless, type Clock, type Timing } from '../engine/timing.ts';
import type { RunReport } from './board.ts';

export type Why = RunReport['why'];
export type Priority = 'changed' | 'periodic';

/** One pass that a gateway may make now. */
export interface Turn {
  readonly why: Why;
  /** Fires when the pass is to end between two calls. */
  readonly signal: AbortSignal;
  /** Says that the pass goes on. */
  beat(): void;
}

/** In how many milliseconds a gateway is due again, and why. */
export interface Next {
  readonly after: number;
  readonly why: 'interval' | 'retry';
}

export interface QueueOptions {
  /** A steady one: a clock that jumps would let gateways wait. */
  readonly clock: Clock;
  readonly timing: Timing;
  /** How many passes go on at a time. */
  readonly workers: number;
  /** Makes a pass; answers when the gateway is due again. Does not throw. */
  readonly work: (key: string, turn: Turn) => Promise<Next>;
  readonly onDepth: (priority: Priority, depth: number) => void;
  /** A pass was silent or took too long and is ended. */
  readonly onStuck: (key: string, message: string) => void;
}

interface Running {
  readonly stop: AbortController;
  readonly began: number;
  beatAt: number;
  /** Since when it has been asked to end. */
  stoppedAt: number | undefined;
}

interface Item {
  readonly key: string;
  dueAt: number;
  why: Why;
  running: Running | undefined;
  /** What came up while it was running. */
  again: Why | undefined;
  /** A look at everything that is to come, for a gateway that goes on waiting until then. */
  later: { readonly at: number; readonly why: Why } | undefined;
}

const RANK: Readonly<Record<Why, number>> = { revision: 5, request: 4, start: 3, event: 2, retry: 1, interval: 0 };

const priorityOf = (why: Why): Priority => (why === 'revision' || why === 'request' ? 'changed' : 'periodic');

/** Gives gateways their turns: what changed goes first, and what waits for its time costs nothing. */
export class Queue {
  readonly #options: QueueOptions;
  readonly #items = new Map<string, Item>();
  #wake: () => void = () => undefined;
  /** When the loop last went round, on the queue's clock. */
  beatAt: number;

  constructor(options: QueueOptions) {
    this.#options = options;
    this.beatAt = options.clock.now();
  }

  add(key: string, why: Why): void {
    const now = this.#options.clock.now();
    if (this.#items.has(key)) return this.ask(key, why);
    this.#items.set(key, { key, dueAt: now, why, running: undefined, again: undefined, later: undefined });
    this.#wake();
  }

  remove(key: string): void {
    this.#items.get(key)?.running?.stop.abort();
    this.#items.delete(key);
  }

  /** Lets a gateway have its turn now. With `replace`, a pass that goes on ends first, between two calls. */
  ask(key: string, why: Why, { replace = false }: { readonly replace?: boolean } = {}): void {
    const item = this.#items.get(key);
    if (item === undefined) return;
    if (item.running !== undefined) {
      item.again = stronger(item.again, why);
      if (replace) item.running.stop.abort();
    } else {
      const now = this.#options.clock.now();
      item.why = item.dueAt <= now ? stronger(item.why, why) : why;
      item.dueAt = Math.min(item.dueAt, now);
    }
    this.#wake();
  }

  /** Lets a gateway have its turn in so many milliseconds, if it has none before. */
  askWithin(key: string, why: Why, ms: number): void {
    const item = this.#items.get(key);
    if (item === undefined || item.running !== undefined) return this.ask(key, why);
    const at = this.#options.clock.now() + ms;
    if (item.dueAt <= at) {
      // What only waits does not look at everything.
      if (item.why === 'retry') item.later ??= { at, why };
      return;
    }
    item.why = why;
    item.dueAt = at;
    this.#wake();
  }

  /** Goes round until the signal fires, then ends every pass and waits for them. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, timing } = this.#options;
    while (!signal.aborted) {
      const now = clock.now();
      this.beatAt = now;
      this.#watch(now);
      this.#begin(now);
      const times = [...this.#items.values()].map((item) => nextTime(item, now, timing));
      await this.#sleepUntil(Math.min(now + timing.pulse, ...times.filter((time) => time > now)), signal);
    }
    const running = [...this.#items.values()].flatMap((item) => item.running ?? []);
    for (const { stop } of running) stop.abort();
    const end = clock.now() + timing.stop;
    while (this.#active > 0 && clock.now() < end) await this.#sleepUntil(end);
  }

  get #active(): number {
    return [...this.#items.values()].filter((item) => item.running !== undefined).length;
  }

  #begin(now: number): void {
    const { workers, timing, onDepth } = this.#options;
    const due = [...this.#items.values()].filter((item) => item.running === undefined && item.dueAt <= now);
    const rank = ({ why, dueAt }: Item): number =>
      priorityOf(why) === 'changed' || now - dueAt > timing.starving ? 0 : 1;
    due.sort((a, b) => rank(a) - rank(b) || a.dueAt - b.dueAt);
    const begun = due.splice(0, Math.max(workers - this.#active, 0));
    for (const item of begun) this.#start(item, now);
    for (const priority of ['changed', 'periodic'] as const)
      onDepth(priority, due.filter((item) => priorityOf(item.why) === priority).length);
  }

  #start(item: Item, now: number): void {
    const { clock, work } = this.#options;
    const running: Running = { stop: new AbortController(), began: now, beatAt: now, stoppedAt: undefined };
    item.running = running;
    if (item.why !== 'retry') item.later = undefined;
    const turn = { why: item.why, signal: running.stop.signal, beat: () => (running.beatAt = clock.now()) };
    void work(item.key, turn).then((next) => {
      // Given up meanwhile: another pass may have begun.
      if (item.running === running) this.#ended(item, next);
    });
  }

  #ended(item: Item, { after, why }: Next): void {
    const { again, later } = item;
    item.running = undefined;
    item.again = undefined;
    item.dueAt = this.#options.clock.now() + (again === undefined ? after : 0);
    item.why = again ?? why;
    if (later !== undefined && later.at < item.dueAt) {
      item.dueAt = later.at;
      item.why = later.why;
    }
    this.#wake();
  }

  /** Ends what is silent or takes too long, and gives up what does not end. */
  #watch(now: number): void {
    const { timing, onStuck } = this.#options;
    for (const item of this.#items.values()) {
      const { running } = item;
      if (running === undefined) continue;
      const isSilent = now - running.beatAt >= timing.heartbeat;
      const isLate = now - running.began >= timing.pass;
      if (running.stop.signal.aborted) running.stoppedAt ??= now;
      else if (isSilent || isLate) {
        onStuck(
          item.key,
          isSilent ? 'the pass gave no sign of life and is ended' : 'the pass took too long and is ended',
        );
        running.stop.abort();
        running.stoppedAt = now;
      }
      if (running.stoppedAt !== undefined && now - running.stoppedAt >= timing.heartbeat)
        this.#ended(item, { after: timing.retryMin, why: 'interval' });
    }
  }

  async #sleepUntil(time: number, ...signals: readonly AbortSignal[]): Promise<void> {
    const { clock } = this.#options;
    const woken = new AbortController();
    this.#wake = () => woken.abort();
    await sleepUnless(clock, Math.max(time - clock.now(), 0), [...signals, woken.signal]);
  }
}

const stronger = (a: Why | undefined, b: Why): Why => (a === undefined || RANK[b] >= RANK[a] ? b : a);

/** When the queue has to do something about an item; what is due and waits for a worker is woken by the worker. */
function nextTime({ running, dueAt }: Item, now: number, timing: Timing): number {
  if (running === undefined) return dueAt;
  if (running.stoppedAt !== undefined) return running.stoppedAt + timing.heartbeat;
  if (running.stop.signal.aborted) return now + timing.heartbeat;
  return Math.min(running.beatAt + timing.heartbeat, running.began + timing.pass);
}
