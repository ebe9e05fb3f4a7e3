import type { Connections } from '../aws/connections.ts';
import { toReconcileError } from '../aws/errors.ts';
import type { CallListener } from '../aws/middleware.ts';
import { openSession, type Session } from '../controller/session.ts';
import type { Sight } from '../controller/look.ts';
import { stalled } from '../engine/errors.ts';
import { Memory } from '../engine/memory.ts';
import { backoff, type Clock, type Timing } from '../engine/timing.ts';
import type { StatePlace } from '../state/place.ts';
import type { Store } from '../state/store.ts';
import type { AwsEvent } from './aws-event.ts';
import type { Board, GatewayReport } from './board.ts';
import type { Wish } from './catalogue.ts';
import { Flips } from './flips.ts';
import type { Hold } from './hold.ts';
import { partsOf } from './known-gateways.ts';
import { idsIn } from './known-ids.ts';
import { pastRuns } from './past-runs.ts';
import type { Log } from './log.ts';
import type { DaemonMetrics } from './metrics.ts';
import { noNotes, readNotes, writeNotes, type Notes } from './notes.ts';
import type { Standing } from './conditions.ts';
import type { Tracing } from './tracing.ts';

/** What every gateway of the daemon shares. */
export interface Shared {
  readonly board: Board;
  readonly metrics: DaemonMetrics;
  readonly tracing: Tracing;
  readonly log: Log;
  /** For what people are told; it may jump. */
  readonly clock: Clock;
  /** For how long something takes. */
  readonly steady: Clock;
  readonly timing: Timing;
  readonly random: () => number;
  /** Milliseconds between two looks at a quiet gateway. */
  readonly interval: number;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Where what is remembered is kept. */
  readonly place: StatePlace;
  readonly connections: Connections;
  readonly onCall: CallListener;
  /** Told of a gateway whenever a pass has ended. */
  readonly onReport: (report: GatewayReport, store: Store) => void;
}

/** What the conditions are told from. */
export type Seen = Pick<Standing, 'findings' | 'hold' | 'pause' | 'error'>;

export const unseen: Seen = { findings: undefined, hold: undefined, pause: undefined, error: undefined };

/** What the daemon holds of one gateway between two passes. */
export class Keeper {
  readonly key: string;
  readonly shared: Shared;
  #wish: Wish;
  #session: { readonly session: Session; readonly at: number; readonly text: string } | undefined;
  #notes: Notes | undefined;
  /** False when the last notes are in this process alone. */
  #isNoted = true;
  #flips: Flips | undefined;
  #seen:
    { readonly session: Session; readonly sight: Sight; readonly at: number; readonly goesOn: boolean } | undefined;
  #ids: ReadonlySet<string> | undefined;
  readonly memory: Memory;
  /** What waits for approval. */
  hold: Hold | undefined;
  /** What was last seen of it. */
  seen: Seen = unseen;
  /** What was left for others of the conditions. */
  recorded = '';
  /** Passes that went wrong since the last one that did not. */
  failures = 0;
  #report: GatewayReport;

  constructor(wish: Wish, shared: Shared) {
    const { accountId, region, name } = partsOf(wish.key);
    this.key = wish.key;
    this.shared = shared;
    this.#wish = wish;
    this.memory = new Memory(shared.timing, shared.random);
    this.#report = {
      key: wish.key,
      accountId,
      region,
      name,
      file: wish.file,
      source: wish.place,
      generation: 0,
      observedGeneration: 0,
      attemptedRevision: undefined,
      appliedRevision: undefined,
      conditions: [],
      nodes: [],
      runs: [],
      held: undefined,
      pause: undefined,
      lastLook: undefined,
      nextLook: undefined,
      timeToReady: undefined,
      outputs: {},
      running: false,
    };
  }

  get wish(): Wish {
    return this.#wish;
  }

  /** A wish that is new ends what the passes before it were about. */
  set wish(wish: Wish) {
    this.#wish = wish;
    this.failures = 0;
    this.memory.forgive();
  }

  get report(): GatewayReport {
    return this.#report;
  }

  /** Adds to what is known, for everybody to see. */
  put(more: Partial<GatewayReport>): void {
    this.#report = { ...this.#report, file: this.#wish.file, source: this.#wish.place, ...more };
    this.shared.board.put(this.#report);
  }

  get log(): Log {
    const { attemptedRevision } = this.#report;
    return this.shared.log.child({
      gateway: this.key,
      ...(attemptedRevision !== undefined && { revision: attemptedRevision }),
    });
  }

  /** Connected, from before if that will do: a pass in which nothing changes costs no more than its look. */
  async session(): Promise<Session> {
    const { shared, wish } = this;
    if (wish.loaded === undefined)
      throw stalled('NoManifest', wish.state === 'wanted' ? 'there is no manifest' : wish.because);
    const text = fingerprintOf(wish);
    const now = shared.steady.now();
    const known = this.#session;
    if (known?.text === text && now - known.at < shared.timing.session) return known.session;
    const session = await openSession(wish.loaded, {
      environment: shared.environment,
      connections: shared.connections,
      commit: wish.commit,
      onCall: shared.onCall,
      onWarning: (message) => this.log.warn(message),
      place: shared.place,
    });
    this.#session = { session, at: now, text };
    if (this.#report.runs.length === 0) this.put({ runs: await pastRuns(session.store) });
    return session;
  }

  get store(): Store | undefined {
    return this.#session?.session.store;
  }

  /** What is known of a gateway whose run only waits: enough to go on, until it is time to look at everything again. */
  sightOf(session: Session): Sight | undefined {
    const { steady, interval } = this.shared;
    const seen = this.#seen;
    const isFresh = seen?.session === session && seen.goesOn && steady.now() - seen.at < interval;
    return isFresh ? seen.sight : undefined;
  }

  lastSight(session: Session): Sight | undefined {
    return this.#seen?.session === session ? this.#seen.sight : undefined;
  }

  /** True when an event is about something of this gateway that was seen, and that we did not do ourselves. */
  isAbout({ account, region, caller, mentions }: AwsEvent): boolean {
    const { session, sight } = this.#seen ?? {};
    if (session === undefined || sight === undefined || session.aws.accountId !== account) return false;
    // What is not of a region tells of itself in the one that has it all.
    if (session.aws.region !== region && region !== 'us-east-1') return false;
    if (caller !== undefined && caller === session.aws.caller) return false;
    this.#ids ??= idsIn(sight);
    return [...mentions].some((text) => this.#ids?.has(text));
  }

  /** Everything was looked at just now. */
  saw(session: Session, sight: Sight): void {
    this.#ids = undefined;
    this.#seen = { session, sight, at: this.shared.steady.now(), goesOn: false };
  }

  /** The run goes on from here when what it waits for has come. */
  keep(session: Session, sight: Sight): void {
    this.#seen = { session, sight, at: this.#seen?.at ?? this.shared.steady.now(), goesOn: true };
  }

  /** Lets everything be tried again, and all that is read once be read again. */
  forgive(): void {
    this.failures = 0;
    this.memory.forgive();
    this.disconnect();
  }

  /** Connects anew before the next pass. */
  disconnect(): void {
    this.#session = undefined;
  }

  async notes(store: Store): Promise<Notes> {
    this.#notes ??= await readNotes(store).catch((error: unknown) => {
      this.log.warn(`what was remembered in ${store.place} cannot be read: ${toReconcileError(error).message}`);
      return noNotes;
    });
    return this.#notes;
  }

  async note(store: Store, more: Partial<Notes>): Promise<void> {
    const before = await this.notes(store);
    const notes = { ...before, ...more };
    if (JSON.stringify(notes) === JSON.stringify(before)) return;
    this.#notes = notes;
    this.#isNoted = true;
    await writeNotes(store, notes).catch((error: unknown) => {
      this.#isNoted = false;
      this.log.warn(`the state in ${store.place} cannot be written: ${toReconcileError(error).message}`);
    });
  }

  /** Reads the notes anew when they are next asked for: another daemon may have looked after the gateway meanwhile. */
  refresh(): void {
    if (!this.#isNoted) return;
    this.#notes = undefined;
    this.#flips = undefined;
  }

  async flips(store: Store): Promise<Flips> {
    this.#flips ??= new Flips(this.shared.timing.flips, (await this.notes(store)).flips);
    return this.#flips;
  }

  /** Milliseconds until a gateway that goes on failing is tried again. */
  patience(): number {
    const { timing, random, interval } = this.shared;
    const times = { backoffMin: timing.retryMin, backoffMax: Math.max(timing.retryMax, interval) };
    return backoff(this.failures, times, random());
  }

  /** Milliseconds from a pass that took `ms` until the next look at a quiet gateway: within the interval, and not all at once. */
  rest(ms: number): number {
    const { interval, random } = this.shared;
    return Math.max(interval * (0.8 + random() * 0.15) - ms, interval / 2);
  }
}

/** What tells one manifest from the next. */
const fingerprintOf = ({ loaded, commit }: Wish): string =>
  JSON.stringify([loaded?.text, loaded?.gateway, loaded?.directory, commit]);
