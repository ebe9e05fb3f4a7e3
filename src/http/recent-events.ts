import type { Clock, Timing } from '../engine/timing.ts';
import { readEvents, type Event, type Position } from '../state/events.ts';
import type { Store } from '../state/store.ts';

export interface RecentEventsOptions {
  /** Where a gateway's log is; undefined while nobody knows. */
  readonly storeOf?: ((gateway: string) => Store | undefined) | undefined;
  readonly clock: Clock;
  readonly timing: Timing;
}

/** As many as are kept here of each gateway. */
const KEPT = 1000;

interface Known {
  readonly events: readonly Event[];
  readonly position: Position;
  readonly at: number;
}

/** The logs of those gateways that somebody looks at, read on from where they were read to. */
export class RecentEvents {
  readonly #options: RecentEventsOptions;
  readonly #known = new Map<string, Known>();

  constructor(options: RecentEventsOptions) {
    this.#options = options;
  }

  /** Oldest first. @throws whatever the store throws */
  async of(gateway: string): Promise<readonly Event[]> {
    const { storeOf, clock, timing } = this.#options;
    const store = storeOf?.(gateway);
    if (store === undefined) return [];
    const last = this.#known.get(gateway);
    const now = clock.now();
    if (last !== undefined && now - last.at < timing.reread) return last.events;
    const { events, position } = await readEvents(store, last?.position);
    const all = [...(last?.events ?? []), ...events].slice(-KEPT);
    this.#known.set(gateway, { events: all, position, at: now });
    return all;
  }
}
