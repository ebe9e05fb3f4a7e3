import { linesOf } from '../controller/causes.ts';
import { lookAround, type Sight } from '../controller/look.ts';
import type { Outcome } from '../engine/reconcile.ts';
import type { Wish } from '../reconcilers/index.ts';
import { CommandError } from './command-error.ts';
import { openContext, printJson, type Context, type ManifestOptions } from './context.ts';
import { command } from './layout.ts';
import { selectNodes } from './only.ts';
import { outcomeText } from './outcome-text.ts';
import { planScreen } from './plan.ts';
import { outcomeJson } from './plan-json.ts';
import { runShown } from './run.ts';
import { turnOf } from './turn.ts';
import type { Terminal } from './terminal.ts';
import { few } from '../words.ts';

export interface ApplyOptions extends ManifestOptions {
  readonly yes?: boolean;
  readonly plan?: string;
  readonly wait: boolean;
  readonly timeout?: number;
  readonly lockTimeout?: number;
  readonly only?: readonly string[];
  readonly all?: boolean;
}

/** Plans, asks, makes it so and waits. */
export async function apply(options: ApplyOptions, terminal: Terminal): Promise<number> {
  const context = await openContext(options, terminal, { warn: true });
  const lock = await turnOf(context, options.lockTimeout, terminal);
  const began = context.clock.now();
  const only = selectNodes(options.only, context.wished.graph, context.kinds);
  const sight = await lookAround(context, only === undefined ? {} : { only });
  const { plan } = sight;
  if (options.plan !== undefined && options.plan !== plan.id)
    throw new CommandError(
      `the plan is ${plan.id} now, not ${options.plan}: something moved since. Look again:\n${command(`mcpgw-controller plan ${context.files}`, terminal.columns)}`,
    );
  const lines = await linesOf(context, sight);
  const text = planScreen(context, sight, terminal, {
    all: options.all === true,
    lines,
    destroy: false,
    ms: context.clock.now() - began,
  });
  const quiet = plan.steps.length === 0 && plan.unknown.size === 0;
  if (quiet && [...plan.states.values()].every((state) => state.phase === 'ready')) {
    if (options.output === 'json')
      printJson(terminal, outcomeJson(plan, still(sight), context.revision, sight.applied));
    else terminal.out(text);
    return 0;
  }
  terminal.err(text);
  if (!(await mayGoOn(options, sight, context, terminal))) return 1;

  const ended = await runShown(
    context,
    sight,
    {
      command: 'apply',
      ...lock,
      wait: options.wait,
      ...(only !== undefined && { only }),
      ...(options.timeout !== undefined && { timeout: options.timeout * 1000 }),
    },
    terminal,
  );
  const { result } = ended.outcome;
  if (options.output === 'json')
    printJson(terminal, outcomeJson(plan, ended.outcome, context.revision, sight.applied, lines));
  else terminal.out(outcomeText(context, ended, terminal, context.clock.now() - began));
  if (result === 'interrupted') return 130;
  return result === 'failed' ? 1 : 0;
}

async function mayGoOn(
  options: ApplyOptions,
  { plan }: Sight<Wish>,
  context: Context,
  terminal: Terminal,
): Promise<boolean> {
  if (options.yes === true || options.plan !== undefined || plan.steps.length === 0) return true;
  if (terminal.interactive) {
    if (await terminal.ask('Apply this?')) return true;
    terminal.err('Nothing was changed.');
    return false;
  }
  const risky = plan.steps.filter(
    (step) => step.action === 'delete' || step.action === 'replace' || step.interrupts !== undefined,
  );
  if (risky.length === 0) return true;
  throw new CommandError(
    [
      `this plan deletes, replaces or interrupts (${few(risky.map((step) => step.node))}) and nobody is here to be asked.`,
      'Agree with --yes, or to exactly this with --plan:',
      command(`mcpgw-controller apply ${context.files} --plan ${plan.id}`, terminal.columns),
    ].join('\n'),
  );
}

const still = ({ plan, snapshot }: Sight<Wish>): Outcome => ({
  result: 'converged',
  plan,
  snapshot,
  failures: [],
  timedOut: false,
  done: [],
});
