import { toReconcileError } from '../aws/errors.ts';
import { sleepUnless } from '../engine/timing.ts';
import { isError, problemLine } from '../spec/problem.ts';
import type { AwsEvent } from './aws-event.ts';
import { isSameManifest, isSameWish, merge, readSource, type Reading, type Wish } from './catalogue.ts';
import { conditions, cycle, refuse, release } from './cycle.ts';
import { handle } from './handling.ts';
import { Keeper, type Shared } from './keeper.ts';
import { KnownGateways } from './known-gateways.ts';
import { Queue } from './queue.ts';
import { openRequests, readRequests, type Request } from './requests.ts';
import type { Source } from './source.ts';
import { listenForEvents } from './wake.ts';

export interface DaemonOptions extends Shared {
  readonly sources: readonly Source[];
  /** How many passes go on at a time. */
  readonly workers: number;
  /** The address of a queue of events. */
  readonly events: string | undefined;
}

/** Keeps any number of gateways as their sources say, until it is told to stop. */
export class Daemon {
  readonly #options: DaemonOptions;
  readonly #queue: Queue;
  readonly #keepers = new Map<string, Keeper>();
  readonly #readings = new Map<Source, Reading>();
  readonly #woken = new Map<string, number>();
  readonly #known: KnownGateways;
  #wishes: ReadonlyMap<string, Wish> = new Map();
  /** What earlier processes knew, until every source has been read. */
  #earlier: ReadonlyMap<string, Wish> = new Map();

  constructor(options: DaemonOptions) {
    const { steady, timing, workers, metrics, log, place, sources } = options;
    this.#options = options;
    this.#known = new KnownGateways({ place, sources: sources.map((source) => source.place), log });
    this.#queue = new Queue({
      clock: steady,
      timing,
      workers,
      work: (key, turn) => cycle(this.#keeper(key), turn),
      onDepth: (priority, depth) => metrics.queueDepth(priority, depth),
      onStuck: (key, message) => log.error({ gateway: key, alert: 'PassStuck' }, message),
    });
  }

  /** When the loop last went round, and whether every source has been read once. */
  get beat(): { readonly at: number; readonly sourcesRead: boolean } {
    const { clock, steady, sources } = this.#options;
    const at = clock.now() - (steady.now() - this.#queue.beatAt);
    return { at, sourcesRead: sources.every((source) => this.#readings.has(source)) };
  }

  /** Goes on until the signal fires; then every pass has ended, or has had its time to. */
  async run(signal: AbortSignal): Promise<void> {
    const { sources } = this.#options;
    const { events, log, environment, timing, clock, random } = this.#options;
    this.#earlier = await this.#known.read();
    const onEvent = (event: AwsEvent): readonly string[] => this.wake(event);
    const heard =
      events === undefined
        ? []
        : [listenForEvents({ url: events, environment, timing, clock, random, log, onEvent }, signal)];
    const loops = [...sources.map((source) => this.#follow(source, signal)), this.#listen(signal), ...heard];
    await this.#queue.run(signal);
    await Promise.race([
      Promise.all([...loops, this.#known.written]),
      this.#options.clock.sleep(this.#options.timing.gather),
    ]);
    await Promise.all(sources.map((source) => source.close()));
  }

  /** The gateway with this key, or with this name where there is only one. */
  find(key: string): Keeper | undefined {
    return this.#keepers.get(key);
  }

  /** Takes down what somebody asks and does it as soon as may be. */
  async ask(keeper: Keeper, request: Request): Promise<void> {
    const urgent = await handle(keeper, request);
    this.#queue.ask(keeper.key, 'request', { replace: urgent });
  }

  /** Lets those gateways look that something in AWS happened to; answers with them. */
  wake(event: AwsEvent): readonly string[] {
    const { steady, timing } = this.#options;
    const now = steady.now();
    return [...this.#keepers.values()].flatMap((keeper) => {
      if (!keeper.isAbout(event)) return [];
      // One action brings many events: the first wakes, and those that come too soon after it wait for their time.
      const calm = Math.max((this.#woken.get(keeper.key) ?? -Infinity) + timing.calm - now, 0);
      if (calm === 0) {
        this.#woken.set(keeper.key, now);
        this.#queue.ask(keeper.key, 'event');
      } else this.#queue.askWithin(keeper.key, 'event', calm);
      return [keeper.key];
    });
  }

  #keeper(key: string): Keeper {
    const keeper = this.#keepers.get(key);
    if (keeper === undefined) throw new Error(`no gateway is called ${key}`);
    return keeper;
  }

  /** Asks a source again and again, sooner when it hints that there is something new. */
  async #follow(source: Source, signal: AbortSignal): Promise<void> {
    const { clock, timing } = this.#options;
    const every = source.kind === 'git' ? timing.watchRepository : timing.watchFiles;
    let hint = new AbortController();
    const unsubscribe = source.onHint?.(() => hint.abort());
    let failure: string | undefined;
    while (!signal.aborted) {
      hint = new AbortController();
      failure = await this.#read(source, signal, failure);
      await sleepUnless(clock, every, [signal, hint.signal]);
      // Changes come in swarms.
      if (hint.signal.aborted) await clock.sleep(timing.gather, signal);
    }
    unsubscribe?.();
  }

  /** @returns why it could not be read, which is told once */
  async #read(source: Source, signal: AbortSignal, before: string | undefined): Promise<string | undefined> {
    const { board, metrics, log } = this.#options;
    const { place, kind } = source;
    try {
      const state = await source.next(signal);
      metrics.sourceRead(place, 'ok');
      const known = this.#readings.get(source);
      if (known?.revision === state.revision && before === undefined) {
        // Whoever could not be told of it the last time is told now.
        const report = board.source(place);
        if (report !== undefined) board.putSource(report);
        return undefined;
      }
      const reading = await readSource(place, kind === 'git', state);
      if (signal.aborted) return undefined;
      for (const problem of reading.problems)
        log[isError(problem) ? 'error' : 'warn']({ source: place }, problemLine(problem));
      const problems = reading.problems.filter(isError).map(problemLine);
      board.putSource({ place, kind, revision: state.revision, error: undefined, problems });
      if (known?.revision !== state.revision) log.info({ source: place, revision: state.revision }, 'read');
      const isFirst = known === undefined;
      this.#readings.set(source, reading);
      this.#apply(isFirst);
      return undefined;
    } catch (thrown) {
      if (signal.aborted) return undefined;
      const { message, code } = toReconcileError(thrown);
      metrics.sourceRead(place, 'error');
      if (message !== before) log.error({ source: place, code }, message);
      const revision = this.#readings.get(source)?.revision;
      board.putSource({ place, kind, revision, error: message, problems: board.source(place)?.problems ?? [] });
      return message;
    }
  }

  /** Gives every gateway what the sources say of it now. */
  #apply(isFirst: boolean): void {
    const { sources, log } = this.#options;
    const readings = sources.flatMap((source) => this.#readings.get(source) ?? []);
    // One that has moved to a source which was not read yet is not released.
    const isWhole = readings.length === sources.length;
    const known = isWhole ? new Map([...this.#earlier, ...this.#wishes]) : this.#wishes;
    const wishes = merge(readings, known);
    for (const [key, wish] of wishes) {
      if (isSameWish(known.get(key), wish) && this.#keepers.has(key)) continue;
      const before = this.#wishes.get(key);
      const keeper = this.#keepers.get(key) ?? new Keeper(wish, this.#options);
      this.#keepers.set(key, keeper);
      keeper.wish = wish;
      if (wish.state !== 'wanted') log.warn({ gateway: key, state: wish.state }, wish.because);
      conditions(keeper);
      if (wish.state === 'released') release(keeper, known.get(key)?.state !== 'released');
      else if (wish.loaded === undefined) refuse(keeper);
      if (wish.state === 'released' || wish.loaded === undefined) this.#queue.remove(key);
      else {
        const why = isFirst && before === undefined ? 'start' : 'revision';
        this.#queue.add(key, why);
        this.#queue.ask(key, why, { replace: !isSameManifest(before, wish) });
      }
    }
    this.#wishes = wishes;
    if (!isWhole) return;
    this.#earlier = new Map();
    this.#known.note(wishes);
  }

  /** Looks for what was asked by way of the store. */
  async #listen(signal: AbortSignal): Promise<void> {
    const { clock, timing } = this.#options;
    while (!signal.aborted) {
      await clock.sleep(timing.wishes, signal);
      for (const keeper of this.#keepers.values()) {
        if (signal.aborted) return;
        await this.#hear(keeper).catch((error: unknown) => {
          keeper.log.warn(`what was asked cannot be read: ${toReconcileError(error).message}`);
        });
      }
    }
  }

  async #hear(keeper: Keeper): Promise<void> {
    const { store } = keeper;
    if (store === undefined) return;
    const { handled } = await keeper.notes(store);
    for (const request of openRequests(await readRequests(store), handled?.id))
      await this.ask(keeper, request).catch((error: unknown) => {
        keeper.log.warn({ verb: request.verb, by: request.by }, toReconcileError(error).message);
      });
  }
}
