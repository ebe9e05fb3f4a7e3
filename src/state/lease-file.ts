import type { Holder } from './lease.ts';
import { isAlive, processSpace } from './process.ts';
import type { Store } from './store.ts';

/** What the store says of a lease. */
export interface LeaseRecord extends Holder {
  /** Where `pid` means something. */
  readonly space: string;
  /** ISO 8601, by the holder's clock: when it last said that it lives, and until when it may write. */
  readonly renewed: string;
  readonly until: string;
  readonly released?: boolean;
}

export interface Standing {
  readonly record: LeaseRecord | undefined;
  readonly version: string | undefined;
}

const FILE = 'lease.json';

/** Ids of the leases that this process has and has not released. */
const ours = new Set<string>();

export async function readLease(store: Store): Promise<Standing> {
  const stored = await store.read(FILE);
  return { record: stored === undefined ? undefined : parsed(stored.text), version: stored?.version };
}

/** @returns the new version, or undefined when somebody else wrote first */
export function writeLease(
  store: Store,
  record: LeaseRecord,
  version: string | undefined,
): Promise<string | undefined> {
  // Before it is written: another run of this process may look at it at once.
  if (record.released === true) ours.delete(record.id);
  else ours.add(record.id);
  return store.swap(FILE, `${JSON.stringify(record, undefined, 1)}\n`, version);
}

/** True where it is certain: the holder was a process of this host, and is no more. */
export function isDead({ id, pid, space }: LeaseRecord): boolean {
  if (space !== processSpace()) return false;
  return pid === process.pid ? !ours.has(id) : !isAlive(pid);
}

/** True where the holder is a process of this host that still is there. */
export const isHere = (record: LeaseRecord): boolean => record.space === processSpace() && !isDead(record);

function parsed(text: string): LeaseRecord | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isLease =
      typeof value === 'object' && value !== null && 'id' in value && 'fence' in value && 'until' in value;
    return isLease ? (value as LeaseRecord) : undefined;
  } catch {
    return undefined;
  }
}
