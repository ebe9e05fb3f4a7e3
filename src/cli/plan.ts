import { lookAround, type Sight } from '../controller.ts';
import { kinds } from '../reconcilers/index.ts';
import { selectNodes } from './only.ts';
import { openContext, printJson, type Context, type ManifestOptions } from './context.ts';
import { changesExit } from './exit-code.ts';
import { planJson } from './plan-json.ts';
import { planText } from './plan-text.ts';
import type { Terminal } from './terminal.ts';
import { duration } from './words.ts';

export interface PlanCommandOptions extends ManifestOptions {
  readonly all?: boolean;
  readonly exitCode?: boolean;
  readonly only?: readonly string[];
}

/** What would change and why. Writes nothing. */
export async function plan(options: PlanCommandOptions, terminal: Terminal): Promise<number> {
  const began = Date.now();
  const context = await openContext(options, terminal);
  const only = selectNodes(options.only, context.declared.graph, kinds);
  const sight = await lookAround(context, only === undefined ? {} : { only });
  if (options.output === 'json') printJson(terminal, planJson(sight.plan, context.revision, sight.applied));
  else terminal.out(planScreen(context, sight, terminal, { all: options.all === true, destroy: false, ms: Date.now() - began }));
  if (sight.plan.unknown.size > 0 || sight.plan.steps.some((step) => step.action === 'refuse')) return 1;
  return options.exitCode === true ? changesExit(sight.plan, sight.applied) : 0;
}

interface ScreenOptions {
  readonly all: boolean;
  readonly destroy: boolean;
  readonly ms: number;
}

/** The whole plan screen, from the gateway's name to the command that applies exactly this. */
export function planScreen(context: Context, { plan: found, applied }: Sight, terminal: Terminal, options: ScreenOptions): string {
  const head = `Gateway ${context.owner}   account ${context.aws.accountId}   ${context.files.replace(/^-f /, '')} @ ${context.revision}`;
  const states = [...found.states.values()];
  if (found.steps.length === 0 && found.unknown.size === 0 && !options.destroy) {
    const ready = states.filter((state) => state.phase === 'ready').length;
    const open = states.filter((state) => state.phase !== 'ready').map((state) => `  ${state.id} is ${state.phase}${state.because === undefined ? '' : `: ${state.because}`}`);
    return [head, `Nothing to change: ${ready} of ${states.length} ready (${context.calls.length} reads, ${duration(options.ms)}).`, ...open].join('\n');
  }
  const text = planText({ plan: found, kinds, applied, all: options.all, destroy: options.destroy }, terminal);
  const next = options.destroy ? [] : [`Apply exactly this:  mcpgw-controller apply ${context.files} --plan ${found.id}`];
  return [head, text, ...next].join('\n');
}
