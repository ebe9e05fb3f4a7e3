import { run, type RunOptions, type Sight } from '../controller.ts';
import type { Outcome, Progress, StepEvent } from '../engine/reconcile.ts';
import { kinds } from '../reconcilers/index.ts';
import type { Context } from './context.ts';
import { eventLine, frameText } from './progress.ts';
import type { Terminal } from './terminal.ts';

interface Shown {
  readonly progress?: (progress: Progress) => void;
  readonly step?: (event: StepEvent) => void;
  done(): void;
}

/** Carries a plan out before the user's eyes; Ctrl-C stops between two calls. */
export async function runShown(context: Context, sight: Sight, options: RunOptions, terminal: Terminal): Promise<Outcome> {
  const stop = new AbortController();
  let asked = false;
  const interrupt = (): void => {
    if (asked) process.exit(130);
    asked = true;
    terminal.err('Stopping after the calls in flight. Once more ends at once.');
    stop.abort();
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  const shown = await show(context, sight, options.command, terminal);
  try {
    return await run(context, sight.snapshot, {
      ...options,
      signal: stop.signal,
      ...(shown.progress !== undefined && { onProgress: shown.progress }),
      ...(shown.step !== undefined && { onStep: shown.step }),
    });
  } finally {
    shown.done();
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
}

async function show(context: Context, sight: Sight, command: string, terminal: Terminal): Promise<Shown> {
  if (!terminal.interactive) return { step: (event) => terminal.err(eventLine(event)), done: () => undefined };
  const { createLogUpdate } = await import('log-update');
  const view = createLogUpdate(process.stderr);
  const { owner, clock, timing } = context;
  const began = clock.now();
  let last: Progress | undefined;
  const draw = (): void => {
    if (last === undefined) return;
    view(frameText(last, { owner, command, planId: sight.plan.id, began, now: clock.now(), kinds, columns: process.stderr.columns }));
  };
  const timer = setInterval(draw, timing.frame);
  return {
    progress: (progress) => (last = progress),
    done: () => {
      clearInterval(timer);
      draw();
      view.done();
    },
  };
}
