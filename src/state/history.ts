import type { Outcome } from '../engine/reconcile.ts';
import type { Store } from './store.ts';

/** One run that changed, or tried to change, something. */
export interface HistoryEntry {
  /** ISO 8601. */
  readonly at: string;
  readonly command: string;
  readonly revision: string;
  readonly planId: string;
  readonly result: Outcome['result'];
  readonly ms: number;
  /** Calls that went through. */
  readonly steps: number;
}

const FILE = 'history.json';
const RUNS = 50;
const RUNNING = 'run.json';

export async function readHistory(store: Store): Promise<readonly HistoryEntry[]> {
  const text = await store.read(FILE);
  return text === undefined ? [] : (JSON.parse(text) as readonly HistoryEntry[]);
}

/** Adds a run; the last fifty stay. */
export async function addHistory(store: Store, entry: HistoryEntry): Promise<void> {
  const runs = [...(await readHistory(store)), entry].slice(-RUNS);
  await store.write(FILE, JSON.stringify(runs, undefined, 1));
}

/** True when the last run here is known to have ended by itself, so that every thing it made is in the lists. */
export async function endedWell(store: Store): Promise<boolean> {
  const text = await store.read(RUNNING);
  return text !== undefined && (JSON.parse(text) as { readonly ended?: boolean }).ended === true;
}

export const noteStart = (store: Store, at: string): Promise<void> => store.write(RUNNING, JSON.stringify({ at, ended: false }));
export const noteEnd = (store: Store, at: string): Promise<void> => store.write(RUNNING, JSON.stringify({ at, ended: true }));
