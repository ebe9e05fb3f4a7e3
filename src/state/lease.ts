import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { ReconcileError } from '../engine/errors.ts';
import type { Clock, Timing } from '../engine/timing.ts';
import { HeldLease } from './held-lease.ts';
import { isDead, isHere, readLease, writeLease, type LeaseRecord, type Standing } from './lease-file.ts';
import { leaseHeld } from './lease-text.ts';
import { processSpace } from './process.ts';
import type { Store } from './store.ts';

/** Who may write to a gateway. */
export interface Holder {
  /** Random; one process may hold several leases one after the other. */
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  /** `apply`, `destroy` or `daemon`. */
  readonly command: string;
  readonly revision: string;
  /** ISO 8601. */
  readonly since: string;
  /** Grows with every holder. */
  readonly fence: number;
}

export interface LeaseOptions {
  readonly store: Store;
  /** For messages: `<region>/<name>`. */
  readonly gateway: string;
  readonly clock: Clock;
  /** Does not jump when somebody sets the system's clock. */
  readonly steady: Clock;
  readonly timing: Timing;
  readonly command: string;
  readonly revision: string;
  /** How long to wait for a holder that lives, in ms; 0 by default. One that is silent is always waited for. */
  readonly patience?: number;
  readonly signal?: AbortSignal;
  /** Told once when somebody else holds it and is waited for; whether it is known to live. */
  readonly onWait?: (holder: Holder, lives: boolean) => void;
}

/** The right to write to one gateway, renewed until it is released. */
export interface Lease {
  readonly holder: Holder;
  /** Fires when somebody else may have it; its reason is the error of `fence`. */
  readonly lost: AbortSignal;
  /** @throws {ReconcileError} when this process may not write any more, or not before the next renewal */
  fence(): void;
  /** Ends it, so that the next need not wait. Never throws. */
  release(): Promise<void>;
}

/**
 * Takes the lease of a gateway. A holder that renews it, or that certainly lives, is not waited for unless `patience`
 * says so; one that is silent is waited for until it must have stopped by itself. Clocks of hosts differ, so silence is
 * what was watched here, and the time that the holder wrote only makes it longer.
 *
 * @throws {LeaseHeld} when somebody else has it; {ReconcileError} `Interrupted` when the signal fired
 * @throws whatever the store throws
 */
export async function acquireLease(options: LeaseOptions): Promise<Lease> {
  for (;;) {
    const lease = await take(options, await awaitLease(options));
    if (lease !== undefined) return lease;
  }
}

/** Waits as `acquireLease` does until nobody has it, and writes nothing. */
export async function awaitLease(options: Omit<LeaseOptions, 'command' | 'revision'>): Promise<Standing> {
  const { store, clock, steady, timing, signal, patience = 0 } = options;
  const began = steady.now();
  let watched: { readonly version: string | undefined; readonly since: number } | undefined;
  let isTold = false;
  for (;;) {
    const standing = await readLease(store);
    const { record, version } = standing;
    const now = steady.now();
    const isRenewed = watched !== undefined && watched.version !== version;
    if (watched === undefined || isRenewed) watched = { version, since: now };
    if (record === undefined || isFree(record, now - watched.since, options)) return standing;
    const lives = isRenewed || (isHere(record) && clock.now() < Date.parse(record.until));
    if (lives && now - began >= patience) throw leaseHeld(record, options);
    if (!isTold) options.onWait?.(record, lives);
    isTold = true;
    await clock.sleep(timing.leaseWatch, signal);
    if (signal?.aborted === true) throw new ReconcileError('failed', 'Interrupted', 'interrupted');
  }
}

/** @param silence how long it has been watched, unchanged, on a clock that does not jump */
function isFree(
  record: LeaseRecord,
  silence: number,
  { clock, timing }: Pick<LeaseOptions, 'clock' | 'timing'>,
): boolean {
  if (record.released === true || isDead(record) || silence >= timing.leaseTerm) return true;
  return silence >= timing.leaseDeadline && clock.now() >= Date.parse(record.until);
}

/** Undefined when somebody else was quicker. */
async function take(options: LeaseOptions, { record: last, version }: Standing): Promise<Lease | undefined> {
  const { store, clock, steady, timing, command, revision } = options;
  const now = clock.now();
  const asked = steady.now();
  const record: LeaseRecord = {
    id: randomUUID(),
    host: hostname(),
    pid: process.pid,
    space: processSpace(),
    command,
    revision,
    since: new Date(now).toISOString(),
    fence: (last?.fence ?? 0) + 1,
    renewed: new Date(now).toISOString(),
    until: new Date(now + timing.leaseTerm).toISOString(),
  };
  const taken = await writeLease(store, record, version);
  if (taken === undefined) return undefined;
  return new HeldLease(options, record, { version: taken, asked, at: now });
}
