import { readHistory, type HistoryEntry } from '../state/history.ts';
import { shortRevision } from '../state/revision.ts';
import { printJson, type ManifestOptions } from './context.ts';
import { fields, paragraph } from './layout.ts';
import { openStored } from './stored.ts';
import type { Terminal } from './terminal.ts';
import { ago, count, duration } from '../words.ts';

/** The last runs, newest last. */
export async function history(options: ManifestOptions, terminal: Terminal): Promise<number> {
  const { owner, store, clock } = await openStored(options, terminal);
  const runs = await readHistory(store);
  if (options.output === 'json') {
    printJson(terminal, { gateway: owner, runs });
    return 0;
  }
  if (runs.length === 0) terminal.out(`No run of ${owner} is remembered in ${store.place}.`);
  else for (const line of historyText(owner, runs, clock.now(), terminal)) terminal.out(line);
  return 0;
}

function historyText(owner: string, runs: readonly HistoryEntry[], now: number, terminal: Terminal): readonly string[] {
  const rows = runs.map((run) => rowOf(run, now));
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.flatMap((row, index) => {
    const errors = runs[index]?.errors ?? [];
    const line = laidOut(row, widths, terminal.columns);
    return [
      painted(line, runs[index], terminal),
      ...errors.map((error) => paragraph(`    ${error}`, terminal.columns, 6)),
    ];
  });
  const all = runs.reduce((sum, { times = 1 }) => sum + times, 0);
  return [`${owner}   ${count(all, 'run')}, newest last`, ...lines];
}

/** When, what, of which revision, how it ended, how long it took, how much it did. */
function rowOf(run: HistoryEntry, now: number): readonly string[] {
  const { at, command, why, revision, planId, result, ms, steps, times = 1, firstAt = at } = run;
  return [
    ago(now - Date.parse(at)),
    why === undefined ? command : `${command} (${why})`,
    shortRevision(revision),
    result,
    duration(ms),
    count(steps, 'step'),
    `plan ${planId}${times === 1 ? '' : `, ${times} times since ${ago(now - Date.parse(firstAt))}`}`,
  ];
}

/** In columns; what is too much for a line goes to the next, and where the columns are too, they are given up. */
function laidOut(row: readonly string[], widths: readonly number[], columns: number): string {
  const last = row.at(-1) ?? '';
  const cells = row.slice(0, -1).map((cell, column) => cell.padEnd(widths[column] ?? 0));
  const line = `  ${cells.join('   ')}`.trimEnd();
  if (line.length > columns) return fields([`  ${row[0] ?? ''}`, ...row.slice(1)], columns, 6);
  return line.length + last.length + 3 > columns ? `${line}\n      ${last}` : `  ${cells.join('   ')}   ${last}`;
}

function painted(line: string, run: HistoryEntry | undefined, { paint }: Terminal): string {
  return run?.result === 'failed' ? paint('red', line) : line;
}
