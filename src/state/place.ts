import { createHash, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { stalled } from '../engine/errors.ts';
import type { Timing } from '../engine/timing.ts';
import { diskStore } from './disk-store.ts';
import type { Store } from './store.ts';

/** One gateway among all that a place has texts of. */
export interface GatewayKey {
  readonly accountId: string;
  readonly region: string;
  readonly name: string;
}

/** Where the state of gateways is kept: each has a store of its own there. */
export interface StatePlace {
  readonly place: string;
  storeOf(gateway: GatewayKey): Store;
  /** For what is known of a source of manifests, and is no gateway's own. */
  sourceStore(source: string): Store;
  /** Throws when nothing can be written there. */
  probe(): Promise<void>;
}

export interface PlaceOptions {
  /** A folder, or `s3://bucket/prefix`; else what MCPGW_STATE says, else the user's state folder. */
  readonly state?: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Where a bucket is asked for first, unless AWS_REGION says. */
  readonly region: string;
  readonly timing: Timing;
}

/**
 * Opens the place for state; nothing is written yet.
 *
 * @throws {ReconcileError} when a bucket cannot be used, with what to do about it
 */
export async function openPlace({ state, environment, region, timing }: PlaceOptions): Promise<StatePlace> {
  const chosen = chosenPlace(state, environment);
  const [, scheme] = /^([a-z][a-z0-9+.-]*):\/\//i.exec(chosen) ?? [];
  if (scheme !== undefined && scheme !== 's3')
    throw stalled('NoSuchPlace', `${chosen} is no place for state: name a folder, or write s3://<bucket>/<prefix>`);
  if (scheme === undefined) return placeOf(chosen, (folder) => diskStore(join(chosen, folder)));
  const { openBucket, s3Store } = await import('./s3-store.ts');
  const bucket = await openBucket(chosen, environment['AWS_REGION'] ?? region, timing);
  return placeOf(chosen, (folder) => s3Store(bucket, folder));
}

const placeOf = (place: string, below: (folder: string) => Store): StatePlace => ({
  place,
  storeOf: (gateway) => below(keyOf(gateway)),
  sourceStore: (source) => below(`sources/${createHash('sha256').update(source).digest('hex').slice(0, 16)}`),
  async probe() {
    const store = below('probe');
    const name = randomUUID();
    await store.append(name, 'x');
    await store.remove(name);
  },
});

/** Where state is asked to be kept. */
export function chosenPlace(
  asked: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): string {
  const home = environment['XDG_STATE_HOME'] ?? join(environment['HOME'] ?? '.', '.local', 'state');
  return asked ?? environment['MCPGW_STATE'] ?? join(home, 'mcpgw-controller');
}

/** A place that cannot be used: everything asked of its stores ends with the reason. */
export function brokenPlace(place: string, reason: unknown): StatePlace {
  const fail = (): Promise<never> => Promise.reject(reason instanceof Error ? reason : new Error(String(reason)));
  const store = { place, read: fail, write: fail, swap: fail, append: fail, list: fail, remove: fail };
  return { place, storeOf: () => store, sourceStore: () => store, probe: fail };
}

const keyOf = ({ accountId, region, name }: GatewayKey): string => `${accountId}/${region}/${name}`;
