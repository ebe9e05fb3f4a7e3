import type { Context } from 'hono';
import { streamSSE } from 'hono/streaming';
import type { Board, GatewayReport } from '../daemon/board.ts';
import { redact } from '../engine/secret.ts';
import type { Clock, Timing } from '../engine/timing.ts';
import { gatewayObject } from './gateway-object.ts';

export interface LiveOptions {
  readonly board: Board;
  readonly clock: Clock;
  readonly timing: Timing;
}

/**
 * Server-Sent Events: `gateway` with the object whenever one of them changes, `pulse` with the time while none does.
 * What changes often is sent as it stands when there is time to send it; nothing piles up for a slow reader.
 */
export function live(
  context: Context,
  { board, clock, timing }: LiveOptions,
  concerns: (key: string) => boolean,
): Response {
  // Proxies hold back what they buffer.
  context.header('X-Accel-Buffering', 'no');
  return streamSSE(context, async (stream) => {
    const changed = new Map<string, GatewayReport>();
    let wake = new AbortController();
    const end = board.subscribe((report) => {
      if (!concerns(report.key)) return;
      changed.set(report.key, report);
      wake.abort();
    });
    const left = new Promise<void>((resolve) => {
      stream.onAbort(() => {
        end();
        wake.abort();
        resolve();
      });
    });
    const pulse = (): Promise<void> =>
      stream.writeSSE({ event: 'pulse', data: JSON.stringify({ now: new Date(clock.now()).toISOString() }) });
    await pulse();
    while (!stream.aborted && !stream.closed) {
      if (changed.size === 0) await clock.sleep(timing.pulse, wake.signal);
      wake = new AbortController();
      if (changed.size === 0) {
        await pulse();
        continue;
      }
      await Promise.race([clock.sleep(timing.gather), left]);
      const reports = [...changed.values()];
      changed.clear();
      for (const report of reports)
        await stream.writeSSE({ event: 'gateway', data: redact(JSON.stringify(gatewayObject(report))) });
    }
    end();
  });
}
