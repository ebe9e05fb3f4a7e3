import type { Context } from 'hono';
import { streamSSE } from 'hono/streaming';
import type { Board } from '../daemon/board.ts';
import { redact } from '../engine/secret.ts';
import type { Clock, Timing } from '../engine/timing.ts';
import { gatewayObject, sourceObject } from './gateway-object.ts';

export interface LiveOptions {
  readonly board: Board;
  readonly clock: Clock;
  readonly timing: Timing;
}

/**
 * Server-Sent Events: `gateway` or `source` with the object whenever one of them changes, `pulse` with the time while
 * none does.
 * `only` names the one gateway to tell of, with its source; all by default. What changes often is sent as it stands when there is time to send it; nothing piles up for a slow reader.
 */
export function live(context: Context, { board, clock, timing }: LiveOptions, only?: string): Response {
  // Proxies hold back what they buffer.
  context.header('X-Accel-Buffering', 'no');
  return streamSSE(context, async (stream) => {
    const changed = new Map<string, { readonly event: 'gateway' | 'source'; readonly object: () => object }>();
    // A source is put with every reading, changed or not.
    const known = new Map(board.sources.map((source) => [source.place, JSON.stringify(source)]));
    let wake = new AbortController();
    const end = board.subscribe((report) => {
      if (only !== undefined && only !== report.key) return;
      changed.set(report.key, { event: 'gateway', object: () => gatewayObject(report) });
      wake.abort();
    });
    const endSources = board.subscribeSources((report) => {
      const { place } = report;
      const text = JSON.stringify(report);
      if (known.get(place) === text) return;
      known.set(place, text);
      if (only !== undefined && board.get(only)?.source !== place) return;
      changed.set(`source ${place}`, { event: 'source', object: () => sourceObject(report) });
      wake.abort();
    });
    const left = new Promise<void>((resolve) => {
      stream.onAbort(() => {
        end();
        endSources();
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
      const letters = [...changed.values()];
      changed.clear();
      for (const { event, object } of letters) await stream.writeSSE({ event, data: redact(JSON.stringify(object())) });
    }
    end();
    endSources();
  });
}
