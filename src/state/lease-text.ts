import { ReconcileError, stalled } from '../engine/errors.ts';
import { ago, duration } from '../words.ts';
import type { Holder, LeaseOptions } from './lease.ts';
import type { LeaseRecord } from './lease-file.ts';
import { shortRevision } from './revision.ts';

type About = Pick<LeaseOptions, 'clock' | 'gateway' | 'store' | 'timing'>;

/** Somebody else may write to the gateway. */
export class LeaseHeld extends ReconcileError {
  readonly holder: Holder;

  constructor(holder: Holder, message: string) {
    super('stalled', 'LeaseHeld', message);
    this.holder = holder;
  }
}

/** `daemon of revision 3f2c1ab on build-7, process 4242, since 4 min ago` */
export const holderText = ({ command, revision, host, pid, since }: Holder, now: number): string =>
  `${command} of revision ${shortRevision(revision)} on ${host}, process ${pid}, since ${ago(now - Date.parse(since))}`;

export function leaseHeld(record: LeaseRecord, { gateway, clock, timing }: About): LeaseHeld {
  const now = clock.now();
  const renewed = ago(now - Date.parse(record.renewed));
  return new LeaseHeld(
    record,
    [
      `somebody else is changing ${gateway}: ${holderText(record, now)}; it said ${renewed} that it goes on. Nothing was changed.`,
      `Let it end, or wait for it with --lock-timeout <seconds>. If it has to go: end that process, and ${duration(timing.leaseTerm)} later at the latest its lease is over.`,
    ].join('\n'),
  );
}

export const leaseTaken = (record: LeaseRecord | undefined, { gateway, clock }: About): ReconcileError =>
  stalled(
    'LeaseLost',
    record === undefined
      ? `the lease of ${gateway} was overwritten with something that is none: this process changes nothing any more. Run it again.`
      : `the lease of ${gateway} went to ${holderText(record, clock.now())}: this process changes nothing any more. Let that one end, then run this again.`,
  );

export function leaseOverdue(silence: number, trouble: unknown, { gateway, store }: About): ReconcileError {
  const why =
    trouble instanceof Error
      ? `${store.place} could not be written (${trouble.message})`
      : 'this process was stopped or had no turn';
  return stalled(
    'LeaseLost',
    `the lease of ${gateway} was not renewed for ${duration(silence)}: ${why}. Somebody else may have it now, so this process changes nothing any more. Run it again.`,
  );
}
