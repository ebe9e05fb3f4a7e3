import { lookAround, type PlanOptions } from '../controller/look.ts';
import { CommandError } from './command-error.ts';
import { openContext, printJson, type Context, type ManifestOptions } from './context.ts';
import { failureText } from './failure-text.ts';
import { command, wrap } from './layout.ts';
import { interruptedText, next } from './outcome-text.ts';
import { outcomeJson } from './plan-json.ts';
import { planScreen } from './plan.ts';
import { runShown, type Ended } from './run.ts';
import { turnOf } from './turn.ts';
import type { Terminal } from './terminal.ts';
import { count, duration } from '../words.ts';

export interface DestroyOptions extends ManifestOptions {
  readonly yes?: boolean;
  readonly data?: boolean;
  readonly confirm?: string;
  readonly timeout?: number;
  readonly lockTimeout?: number;
  readonly all?: boolean;
}

/** Removes everything but data; with `--data --confirm <name>` data too, after a last snapshot. */
export async function destroy(options: DestroyOptions, terminal: Terminal): Promise<number> {
  const context = await openContext(options, terminal);
  const { name } = context.subject;
  if (options.data === true && options.confirm !== name)
    throw new CommandError(
      `--data deletes the databases, files, keys and secrets of ${context.owner}.\nSay so with --data --confirm ${name}`,
    );
  const lock = await turnOf(context, options.lockTimeout, terminal);
  const began = context.clock.now();
  const wish: PlanOptions = { destroy: true, allowData: options.data === true };
  const sight = await lookAround(context, wish);
  const { plan } = sight;
  terminal.err(
    planScreen(context, sight, terminal, { all: options.all === true, destroy: true, ms: context.clock.now() - began }),
  );
  if (plan.steps.length > 0 && options.yes !== true) {
    if (!terminal.interactive)
      throw new CommandError(
        `nobody is here to be asked. Agree with --yes:\n${command(`mcpgw-controller destroy ${context.files} --yes`, terminal.columns)}`,
      );
    if (!(await terminal.ask(`Delete this${options.data === true ? ', with all data' : ''}?`))) {
      terminal.err('Nothing was deleted.');
      return 1;
    }
  }
  const timeout = options.timeout === undefined ? {} : { timeout: options.timeout * 1000 };
  const ended = await runShown(context, sight, { command: 'destroy', ...lock, ...wish, ...timeout }, terminal);
  const { outcome } = ended;
  if (options.output === 'json') printJson(terminal, outcomeJson(plan, outcome, context.revision, sight.applied));
  else terminal.out(goneText(context, ended, terminal, context.clock.now() - began));
  if (outcome.result === 'interrupted') return 130;
  return outcome.result === 'failed' ? 1 : 0;
}

function goneText(context: Context, ended: Ended, terminal: Terminal, ms: number): string {
  const { outcome } = ended;
  const { columns } = terminal;
  if (outcome.result === 'failed')
    return failureText(context, outcome, terminal, `mcpgw-controller destroy ${context.files}`);
  if (outcome.result === 'interrupted') return interruptedText(ended, 'destroy', columns);
  const { kept } = outcome.plan;
  const gone = new Set(outcome.done.filter((step) => step.verb === 'delete').map((step) => step.live)).size;
  const first = `Gone in ${duration(ms)}: ${count(gone, 'thing')}.`;
  if (kept.length === 0) return `${first} Nothing of ${context.owner} is left.`;
  return [
    first,
    wrap(`Kept: ${count(kept.length, 'thing')} with data or needed by it. apply takes them up again.`, columns),
    next(
      'To delete them too:',
      `mcpgw-controller destroy ${context.files} --data --confirm ${context.subject.name}`,
      columns,
    ),
  ].join('\n');
}
