import { toReconcileError } from '../aws/errors.ts';
import type { Context } from './context.ts';
import { wrap } from './layout.ts';
import { standingOf, statusObject, statusText, type Standing } from './status-view.ts';
import type { Terminal } from './terminal.ts';
import { capital, duration } from '../words.ts';

export interface WatchOptions {
  readonly output: 'text' | 'json';
  readonly tree?: boolean;
}

const INTERRUPTED = 130;

/** Looks again and again until it is interrupted: redraws on a terminal, says what has changed on a pipe. */
export async function watch(context: Context, options: WatchOptions, terminal: Terminal): Promise<number> {
  const { clock, timing } = context;
  const stop = new AbortController();
  const ended = new Promise<undefined>((resolve) => stop.signal.addEventListener('abort', () => resolve(undefined)));
  terminal.onInterrupt(() => stop.abort());
  const show = await shower(context, options, terminal);
  let standing = await standingOf(context);
  show.first(standing);
  for (;;) {
    await clock.sleep(timing.glance, stop.signal);
    if (stop.signal.aborted) break;
    try {
      const now = await Promise.race([standingOf(context), ended]);
      if (now === undefined) break;
      show.next(now, standing);
      standing = now;
    } catch (error) {
      show.trouble(`the look failed: ${toReconcileError(error).message}`);
    }
  }
  show.done();
  return INTERRUPTED;
}

interface Shower {
  first(standing: Standing): void;
  next(now: Standing, before: Standing): void;
  trouble(text: string): void;
  done(): void;
}

async function shower(context: Context, options: WatchOptions, terminal: Terminal): Promise<Shower> {
  if (options.output === 'json') return jsonLines(context, terminal);
  const isScreen = terminal.interactive && process.stdout.isTTY;
  return isScreen ? screen(context, options, terminal) : textLines(context, options, terminal);
}

/** One object a line, whenever something has changed. */
function jsonLines(context: Context, terminal: Terminal): Shower {
  const say = (standing: Standing): void => terminal.out(JSON.stringify(statusObject(context, standing)));
  return {
    first: say,
    next: (now, before) => {
      if (changesOf(now, before).length > 0) say(now);
    },
    trouble: (text) => terminal.err(text),
    done: () => undefined,
  };
}

function textLines(context: Context, { tree = false }: WatchOptions, terminal: Terminal): Shower {
  const time = (): string => new Date(context.clock.now()).toISOString().slice(11, 19);
  return {
    first: (standing) => {
      for (const line of statusText(context, standing, tree, terminal)) terminal.out(line);
    },
    next: (now, before) => {
      for (const change of changesOf(now, before)) terminal.out(wrap(`${time()} ${change}`, terminal.columns, 9));
    },
    trouble: (text) => terminal.err(`${time()} ${text}`),
    done: () => undefined,
  };
}

async function screen(context: Context, { tree = false }: WatchOptions, terminal: Terminal): Promise<Shower> {
  const { createLogUpdate } = await import('log-update');
  const view = createLogUpdate(process.stdout);
  const { clock, timing } = context;
  let lines: readonly string[] = [];
  const draw = (note = ''): void => {
    const time = new Date(clock.now()).toISOString().slice(11, 19);
    const foot = `Looked at ${time} UTC, every ${duration(timing.glance)}. Ctrl-C ends.`;
    view([...lines, ...(note === '' ? [] : [wrap(capital(note), terminal.columns)]), foot].join('\n'));
  };
  const show = (standing: Standing): void => {
    lines = statusText(context, standing, tree, terminal);
    draw();
  };
  return { first: show, next: show, trouble: draw, done: () => view.done() };
}

/** What is another than it was: conditions first, then nodes. */
export function changesOf(now: Standing, before: Standing): readonly string[] {
  const conditions = now.conditions.flatMap(({ type, status, reason, message }) => {
    const last = before.conditions.find((condition) => condition.type === type);
    if (last?.status === status && last.reason === reason) return [];
    return [`${type} ${status} ${reason}${message === '' ? '' : `: ${message}`}`];
  });
  const [states, earlier] = [now.sight.plan.states, before.sight.plan.states];
  const nodes = [...states.values()].flatMap(({ id, phase, because }) => {
    const last = earlier.get(id)?.phase ?? 'unknown';
    return last === phase ? [] : [`${id} ${last} → ${phase}${because === undefined ? '' : `: ${because}`}`];
  });
  const gone = [...earlier.keys()].filter((id) => !states.has(id)).map((id) => `${id} gone`);
  return [...conditions, ...nodes, ...gone];
}
