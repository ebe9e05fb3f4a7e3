import { systemClock, timeScale, timing, type Clock, type Timing } from '../engine/timing.ts';
import { openPlace } from '../state/place.ts';
import type { Store } from '../state/store.ts';
import type { ManifestOptions } from './context.ts';
import { loadManifest, subjectOf } from './gateways.ts';
import type { Terminal } from './terminal.ts';

/** What is remembered of a gateway, without asking its account. */
export interface Stored {
  /** `<region>/<name>`. */
  readonly owner: string;
  readonly store: Store;
  readonly clock: Clock;
  readonly timing: Timing;
}

export async function openStored({ file, state }: ManifestOptions, terminal: Terminal): Promise<Stored> {
  const subject = subjectOf(await loadManifest(file, terminal));
  const { env: environment } = process;
  const times = timing(timeScale(environment));
  const { region, name } = subject;
  const place = await openPlace({ environment, region, timing: times, ...(state !== undefined && { state }) });
  return { owner: `${region}/${name}`, store: place.storeOf(subject), clock: systemClock, timing: times };
}
