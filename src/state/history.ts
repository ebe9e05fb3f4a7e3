import type { Outcome } from '../engine/reconcile.ts';
import type { Store } from './store.ts';
import { recall, remember } from './texts.ts';

/** One run that changed, or tried to change, something. */
export interface HistoryEntry {
  /** ISO 8601. */
  readonly at: string;
  readonly command: 'apply' | 'destroy';
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
  const found = await recall(store, FILE);
  return Array.isArray(found) ? (found as readonly HistoryEntry[]) : [];
}

/** Adds a run; the last fifty stay. */
export async function addHistory(store: Store, entry: HistoryEntry): Promise<void> {
  const runs = [...(await readHistory(store)), entry].slice(-RUNS);
  await remember(store, FILE, runs);
}

/** Whether the last run here ended by itself, so that every thing it made is in the lists; undefined when there was none. */
export async function endedWell(store: Store): Promise<boolean | undefined> {
  const found = await recall(store, RUNNING);
  if (found === undefined) return undefined;
  return typeof found === 'object' && found !== null && 'ended' in found && found.ended === true;
}

export const noteStart = (store: Store, at: string): Promise<void> => remember(store, RUNNING, { at, ended: false });
export const noteEnd = (store: Store, at: string): Promise<void> => remember(store, RUNNING, { at, ended: true });
