import type { Outcome } from '../engine/reconcile.ts';
import type { Store } from './store.ts';
import { amend, recall, remember } from './texts.ts';

/** One run. Equal ones that follow each other are one, with their number. */
export interface HistoryEntry {
  /** When the last of them began, ISO 8601. */
  readonly at: string;
  /** When the first of them began; absent when there was one alone. */
  readonly firstAt?: string;
  /** 1 by default. */
  readonly times?: number;
  readonly command: 'apply' | 'destroy' | 'daemon';
  /** What a daemon's run was for. */
  readonly why?: string;
  readonly revision: string;
  readonly planId: string;
  /** `held`: waits for somebody's approval; `observed`: something differs and is left alone. */
  readonly result: Outcome['result'] | 'held' | 'observed';
  /** How long the last of them took. */
  readonly ms: number;
  /** Steps that went through. */
  readonly steps: number;
  /** What went wrong, a sentence each. */
  readonly errors?: readonly string[];
}

const FILE = 'history.json';
const RUNS = 50;
const RUNNING = 'run.json';

export const readHistory = async (store: Store): Promise<readonly HistoryEntry[]> =>
  entriesOf(await recall(store, FILE));

/** Adds a run; the last fifty that differ stay. */
export async function addHistory(store: Store, entry: HistoryEntry): Promise<void> {
  await amend(store, FILE, (found) => withRun(entriesOf(found), entry));
}

/** Adds a run; one that is as the last was is counted with it. */
export function withRun(runs: readonly HistoryEntry[], run: HistoryEntry): readonly HistoryEntry[] {
  const last = runs.at(-1);
  if (last === undefined || essence(last) !== essence(run)) return [...runs, run].slice(-RUNS);
  return [...runs.slice(0, -1), { ...run, firstAt: last.firstAt ?? last.at, times: (last.times ?? 1) + 1 }];
}

const essence = ({ command, why, revision, planId, result, steps, errors = [] }: HistoryEntry): string =>
  JSON.stringify([command, why, revision, planId, result, steps, errors]);

const entriesOf = (found: unknown): readonly HistoryEntry[] =>
  Array.isArray(found) ? (found as readonly HistoryEntry[]) : [];

/** Whether the last run here ended by itself, so that every thing it made is in the lists; undefined when there was none. */
export async function endedWell(store: Store): Promise<boolean | undefined> {
  const found = await recall(store, RUNNING);
  if (found === undefined) return undefined;
  return typeof found === 'object' && found !== null && 'ended' in found && found.ended === true;
}

export const noteStart = (store: Store, at: string): Promise<void> => remember(store, RUNNING, { at, ended: false });
export const noteEnd = (store: Store, at: string): Promise<void> => remember(store, RUNNING, { at, ended: true });
