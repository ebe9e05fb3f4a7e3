import type { Context } from 'hono';
import type { Board } from '../daemon/board.ts';
import { holds } from '../daemon/commit-status.ts';
import type { Clock, Timing } from '../engine/timing.ts';
import type { Beat } from './commands.ts';

export interface HealthOptions {
  readonly board: Board;
  readonly beat: () => Beat;
  readonly clock: Clock;
  readonly timing: Timing;
}

/** 503 when the loop has been silent for too long: only a restart helps. Says nothing about the gateways. */
export function healthz(context: Context, { beat, clock, timing }: HealthOptions): Response {
  const silent = clock.now() - beat().at;
  return silent <= timing.silence
    ? context.text('ok\n')
    : context.text(`the loop has been silent for ${Math.round(silent / 1000)} s\n`, 503);
}

/** 503 until every source has been read once and every gateway been looked at, or tried to, once. */
export function readyz(context: Context, { board, beat }: HealthOptions): Response {
  if (!beat().sourcesRead) return context.text('a source has not been read yet\n', 503);
  const { all } = board;
  const seen = all.filter(
    (report) => report.lastLook !== undefined || report.runs.length > 0 || holds(report, 'Released') !== undefined,
  );
  return seen.length === all.length
    ? context.text('ok\n')
    : context.text(`${seen.length} of ${all.length} gateways have been looked at\n`, 503);
}
