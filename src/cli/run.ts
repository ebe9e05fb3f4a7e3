import type { Sight } from '../controller/look.ts';
import { run, type Ran, type RunOptions } from '../controller/run.ts';
import type { Progress } from '../engine/reconcile.ts';
import type { StepEvent } from '../engine/step.ts';
import type { Wish } from '../reconcilers/index.ts';
import type { Context } from './context.ts';
import { eventLine, frameText } from './progress.ts';
import type { Terminal } from './terminal.ts';

interface Shown {
  readonly progress: (progress: Progress) => void;
  readonly step?: (event: StepEvent) => void;
  say(text: string): void;
  done(): void;
}

/** How a run ended, and the calls that had no answer when it was interrupted. */
export interface Ended {
  readonly outcome: Ran<Wish>;
  readonly unanswered: Progress['running'];
}

// What is asked for beside the calls in flight has this part of their time on top.
const MARGIN = 1.25;

/** Carries a plan out before the user's eyes; Ctrl-C stops between two calls. */
export async function runShown(
  context: Context,
  sight: Sight<Wish>,
  options: RunOptions,
  terminal: Terminal,
): Promise<Ended> {
  const { clock, timing } = context;
  const shown = await show(context, sight, options.command, terminal);
  const stop = new AbortController();
  let last: Progress | undefined;
  const interrupted = new Promise<Ran<Wish>>((resolve) => {
    terminal.onInterrupt(() => {
      if (stop.signal.aborted) process.exit(130);
      shown.say('Stopping after the calls in flight. Once more ends at once.');
      stop.abort();
      // A look at everything may be underway, and nobody waits for that.
      void clock.sleep(timing.stop * MARGIN).then(() => resolve(asItStands(sight, last)));
    });
  });
  try {
    const ended = traced(context, sight, {
      ...options,
      signal: stop.signal,
      onProgress: (progress) => {
        last = progress;
        shown.progress(progress);
      },
      ...(shown.step !== undefined && { onStep: shown.step }),
    });
    const outcome = await Promise.race([ended, interrupted]);
    const done = new Set(outcome.done);
    return {
      outcome,
      unanswered: outcome.result === 'interrupted' ? (last?.running ?? []).filter((step) => !done.has(step)) : [],
    };
  } finally {
    shown.done();
    await context.tracing.close();
  }
}

/** The run as a span, with its steps and calls inside. */
function traced(context: Context, sight: Sight<Wish>, options: RunOptions): Promise<Ran<Wish>> {
  const { tracing, subject, owner, revision } = context;
  const attributes = { 'mcpgw.command': options.command, 'mcpgw.revision': revision, 'mcpgw.plan': sight.plan.id };
  return tracing.run(`${subject.accountId}/${owner}`, attributes, async (note) => {
    const ran = await run(context, sight, { ...options, around: (step, act) => tracing.step(step, act) });
    note({ 'mcpgw.result': ran.result });
    return ran;
  });
}

function asItStands({ plan, snapshot, declared }: Sight<Wish>, last: Progress | undefined): Ran<Wish> {
  return {
    declared,
    result: 'interrupted',
    plan: last?.plan ?? plan,
    snapshot,
    failures: last?.failures ?? [],
    timedOut: false,
    done: [],
  };
}

async function show(context: Context, sight: Sight<Wish>, command: string, terminal: Terminal): Promise<Shown> {
  if (!terminal.interactive)
    return {
      progress: () => undefined,
      step: (event) => terminal.err(eventLine(event)),
      say: (text) => terminal.err(text),
      done: () => undefined,
    };
  const { createLogUpdate } = await import('log-update');
  const view = createLogUpdate(process.stderr);
  const { owner, clock, timing } = context;
  const began = clock.now();
  let last: Progress | undefined;
  let said = '';
  const draw = (): void => {
    if (last === undefined) return;
    const { columns } = terminal;
    const frame = { owner, command, planId: sight.plan.id, began, now: clock.now(), kinds: context.kinds, columns };
    view(frameText(last, frame) + said);
  };
  const timer = setInterval(draw, timing.frame);
  return {
    progress: (progress) => (last = progress),
    say: (text) => (said = `\n${text}`),
    done: () => {
      clearInterval(timer);
      draw();
      view.done();
    },
  };
}
