import { Board, type Pause } from '../../src/daemon/board.ts';
import { prometheusMetrics, type PrometheusMetrics } from '../../src/daemon/metrics.ts';
import { systemClock, timing, type Clock } from '../../src/engine/timing.ts';
import type { Webhook } from '../../src/daemon/webhook.ts';
import type { Beat, Commands } from '../../src/http/commands.ts';
import type { Store } from '../../src/state/store.ts';
import { serveHttp } from '../../src/http/server.ts';

export interface HttpSideOptions {
  readonly board?: Board;
  readonly listen?: string;
  readonly token?: string;
  readonly clock?: Clock;
  readonly webhook?: Webhook;
  readonly storeOf?: (gateway: string) => Store | undefined;
  readonly commands?: Partial<Commands>;
}

export interface Served {
  readonly url: string;
  readonly board: Board;
  readonly metrics: PrometheusMetrics;
  /** What was asked of the daemon, in order. */
  readonly asked: string[];
  readonly errors: Error[];
  beat: Beat;
  close(): Promise<void>;
}

/** The HTTP side on a free port, over a board that the test fills and commands that are only noted. */
export async function serve({ commands, ...options }: HttpSideOptions = {}): Promise<Served> {
  const clock = options.clock ?? systemClock;
  const board = options.board ?? new Board();
  const metrics = prometheusMetrics(board);
  const asked: string[] = [];
  const errors: Error[] = [];
  const note = async (...parts: readonly string[]): Promise<void> => void asked.push(parts.join(' '));
  const said = ({ until, why, by }: Pause): string => `${until} ${why} ${by}`;
  const side = await serveHttp({
    listen: '127.0.0.1:0',
    ...options,
    board,
    clock,
    timing: timing(),
    metrics: metrics.registry,
    beat: () => served.beat,
    onError: (error) => errors.push(error),
    commands: {
      pause: (key, pause) => note('pause', key, said(pause)),
      resume: (key, by) => note('resume', key, by),
      reconcile: (key, by) => note('reconcile', key, by),
      approve: (key, planId, by) => note('approve', key, planId, by),
      ...commands,
    },
  });
  const served: Served = {
    ...side,
    board,
    metrics,
    asked,
    errors,
    beat: { at: clock.now(), sourcesRead: true },
  };
  return served;
}
