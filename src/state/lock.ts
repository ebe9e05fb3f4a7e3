import { acquireLease, awaitLease, type Lease, type LeaseOptions } from './lease.ts';
import { isDead, readLease } from './lease-file.ts';
import type { Store } from './store.ts';

/** The lease of a gateway, and what this process knows of who had it before: whether what was seen still holds. */
export class Lock {
  readonly #store: Store;
  /** The last holder there was when everything was looked at; undefined when that is not known. */
  #fence: number | undefined;

  constructor(store: Store) {
    this.#store = store;
  }

  /** To be called before everything is looked at. Writes nothing. */
  async noteLook(): Promise<void> {
    this.#fence = undefined;
    const { record } = await readLease(this.#store);
    const isFree = record === undefined || record.released === true || isDead(record);
    if (isFree) this.#fence = record?.fence ?? 0;
  }

  /** Waits until nobody has it, so that a look is worth while. Writes nothing; throws as `acquire` does. */
  async untilFree(options: Omit<LeaseOptions, 'store' | 'command' | 'revision'>): Promise<void> {
    await awaitLease({ ...options, store: this.#store });
  }

  /** `isStale`: somebody else may have written since the last look. Throws as `acquireLease` does. */
  async acquire(options: Omit<LeaseOptions, 'store'>): Promise<{ readonly lease: Lease; readonly isStale: boolean }> {
    const lease = await acquireLease({ ...options, store: this.#store });
    const { fence } = lease.holder;
    const isStale = this.#fence !== fence - 1;
    this.#fence = fence;
    return { lease, isStale };
  }
}
