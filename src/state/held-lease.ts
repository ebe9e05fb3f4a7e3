import { stalled, waiting } from '../engine/errors.ts';
import type { Holder, Lease, LeaseOptions } from './lease.ts';
import { readLease, writeLease, type LeaseRecord } from './lease-file.ts';
import { leaseOverdue, leaseTaken } from './lease-text.ts';

/** When the store was last asked to renew it and did. */
interface Renewal {
  readonly version: string;
  /** On the steady clock, and on the system's: before the store was asked. */
  readonly asked: number;
  readonly at: number;
}

/** A lease that renews itself until it is released or lost. */
export class HeldLease implements Lease {
  readonly #options: LeaseOptions;
  readonly #ended = new AbortController();
  readonly #lost = new AbortController();
  readonly #renewing: Promise<void>;
  #record: LeaseRecord;
  #last: Renewal;
  #trouble: unknown;
  #nap = new AbortController();

  constructor(options: LeaseOptions, record: LeaseRecord, last: Renewal) {
    this.#options = options;
    this.#record = record;
    this.#last = last;
    this.#renewing = this.#keep();
  }

  get holder(): Holder {
    return this.#record;
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  fence(): void {
    const { clock, timing } = this.#options;
    this.#lost.signal.throwIfAborted();
    if (this.#ended.signal.aborted) throw stalled('LeaseReleased', 'the run has ended: nothing is changed any more');
    if (this.#isOver()) throw this.#lose(this.#overdue());
    // A steady clock stands still while the machine sleeps, and the other one jumps.
    const silence = Math.max(this.#silence(), clock.now() - this.#last.at);
    if (silence < timing.leaseDeadline) return;
    // Only the store knows what happened meanwhile.
    this.#nap.abort();
    throw waiting('LeaseInDoubt', 'nothing is changed until the lease is renewed, which is overdue');
  }

  async release(): Promise<void> {
    const { store, clock, timing } = this.#options;
    if (this.#ended.signal.aborted) return;
    this.#ended.abort();
    this.#nap.abort();
    const give = async (): Promise<void> => {
      await this.#renewing;
      // Refused where somebody else has it.
      await writeLease(store, { ...this.#record, released: true }, this.#last.version);
    };
    const done = new AbortController();
    const given = give().then(
      () => done.abort(),
      () => done.abort(),
    );
    // A store that does not answer must not keep the process.
    await Promise.race([given, clock.sleep(timing.stop, done.signal)]);
  }

  async #keep(): Promise<void> {
    const { clock, timing } = this.#options;
    while (!this.#ended.signal.aborted && !this.#lost.signal.aborted) {
      this.#nap = new AbortController();
      await clock.sleep(this.#trouble === undefined ? timing.leaseRenew : timing.leaseWatch, this.#nap.signal);
      if (this.#ended.signal.aborted) return;
      const done = new AbortController();
      const renewed = this.#renew().finally(() => done.abort());
      await Promise.race([renewed, clock.sleep(Math.max(timing.leaseTerm - this.#silence(), 0), done.signal)]);
      if (this.#isOver()) this.#lose(this.#overdue());
    }
  }

  /** Says that this process lives. What the store cannot do now is tried again until the term is over. */
  async #renew(): Promise<void> {
    const { store, clock, steady, timing } = this.#options;
    const [asked, at] = [steady.now(), clock.now()];
    const until = new Date(at + timing.leaseTerm).toISOString();
    const record = { ...this.#record, renewed: new Date(at).toISOString(), until };
    try {
      const version = (await writeLease(store, record, this.#last.version)) ?? (await this.#again(record));
      this.#trouble = undefined;
      if (version === undefined) return;
      this.#record = record;
      this.#last = { version, asked, at };
    } catch (error) {
      this.#trouble = error;
    }
  }

  /** Somebody else wrote, or the store was lost with all that was in it. */
  async #again(record: LeaseRecord): Promise<string | undefined> {
    const { store } = this.#options;
    const standing = await readLease(store);
    if (standing.version === undefined) {
      const version = await writeLease(store, record, undefined);
      if (version !== undefined) return version;
    }
    this.#lose(leaseTaken(standing.record, this.#options));
    return undefined;
  }

  /** Since it was last renewed. */
  #silence(): number {
    return this.#options.steady.now() - this.#last.asked;
  }

  #isOver(): boolean {
    return !this.#ended.signal.aborted && this.#silence() >= this.#options.timing.leaseTerm;
  }

  #overdue(): Error {
    return leaseOverdue(this.#silence(), this.#trouble, this.#options);
  }

  #lose(error: Error): Error {
    this.#lost.abort(error);
    return this.#lost.signal.reason as Error;
  }
}
