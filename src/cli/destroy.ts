import { lookAround, type PlanOptions } from '../controller.ts';
import { CommandError } from './command-error.ts';
import { openContext, printJson, type ManifestOptions } from './context.ts';
import { failureText } from './failure-text.ts';
import { outcomeJson } from './plan-json.ts';
import { planScreen } from './plan.ts';
import { runShown } from './run.ts';
import type { Terminal } from './terminal.ts';
import { count, duration } from './words.ts';

export interface DestroyOptions extends ManifestOptions {
  readonly yes?: boolean;
  readonly data?: boolean;
  readonly confirm?: string;
  readonly timeout?: number;
  readonly all?: boolean;
}

/** Removes everything but data; with `--data --confirm <name>` data too, after a last snapshot. */
export async function destroy(options: DestroyOptions, terminal: Terminal): Promise<number> {
  const context = await openContext(options, terminal);
  const { name } = context.gateway;
  if (options.data === true && options.confirm !== name)
    throw new CommandError(`--data deletes the databases, files, keys and secrets of ${context.owner}. Say so with  --data --confirm ${name}`);
  const began = context.clock.now();
  const wish: PlanOptions = { destroy: true, allowData: options.data === true };
  const sight = await lookAround(context, wish);
  terminal.err(planScreen(context, sight, terminal, { all: options.all === true, destroy: true, ms: context.clock.now() - began }));
  if (sight.plan.steps.length > 0 && options.yes !== true) {
    if (!terminal.interactive) throw new CommandError('nobody is here to be asked: agree with  --yes');
    if (!(await terminal.ask(`Delete this${options.data === true ? ', with all data' : ''}?`))) {
      terminal.err('Nothing was deleted.');
      return 1;
    }
  }
  const outcome = await runShown(
    context,
    sight,
    { command: 'destroy', ...wish, ...(options.timeout !== undefined && { timeout: options.timeout * 1000 }) },
    terminal,
  );
  if (options.output === 'json') printJson(terminal, outcomeJson(sight.plan, outcome, context.revision, sight.applied));
  else if (outcome.result === 'failed') terminal.out(failureText(outcome, terminal, `mcpgw-controller destroy ${context.files}`));
  else if (outcome.result === 'interrupted') terminal.out('Stopped after the calls in flight. Run destroy again to go on; nothing needs cleaning.');
  else {
    const { kept } = outcome.plan;
    terminal.out(`Gone in ${duration(context.clock.now() - began)}: ${count(outcome.done.length, 'call')}.`);
    if (kept.length > 0) terminal.out(`Kept: ${count(kept.length, 'thing')} with data or needed by it. apply takes them up again; to delete them: mcpgw-controller destroy ${context.files} --data --confirm ${name}`);
  }
  if (outcome.result === 'interrupted') return 130;
  return outcome.result === 'failed' ? 1 : 0;
}
