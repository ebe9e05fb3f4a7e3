import { readHistory } from '../state/history.ts';
import type { Store } from '../state/store.ts';
import type { RunReport } from './board.ts';

/** The runs of daemons before this one, as far as they are remembered. */
export async function pastRuns(store: Store): Promise<readonly RunReport[]> {
  const history = await readHistory(store).catch(() => []);
  return history.flatMap(({ command, why, at, ms, revision, planId, result, steps, errors = [], times = 1 }) =>
    command === 'daemon' && isWhy(why) ? [{ at, ms, why, revision, planId, result, steps, errors, times }] : [],
  );
}

const isWhy = (text: string | undefined): text is RunReport['why'] => text !== undefined && WHYS.has(text);

const WHYS: ReadonlySet<string> = new Set<RunReport['why']>([
  'revision',
  'interval',
  'event',
  'request',
  'start',
  'retry',
]);
