import { lookAround, outputsOf, type Sight } from '../controller.ts';
import type { Outcome } from '../engine/reconcile.ts';
import { kinds } from '../reconcilers/index.ts';
import { CommandError } from './command-error.ts';
import { openContext, printJson, type Context, type ManifestOptions } from './context.ts';
import { failureText } from './failure-text.ts';
import { selectNodes } from './only.ts';
import { planScreen } from './plan.ts';
import { outcomeJson } from './plan-json.ts';
import { runShown } from './run.ts';
import type { Terminal } from './terminal.ts';
import { duration } from './words.ts';

export interface ApplyOptions extends ManifestOptions {
  readonly yes?: boolean;
  readonly plan?: string;
  readonly wait: boolean;
  readonly timeout?: number;
  readonly only?: readonly string[];
  readonly all?: boolean;
}

/** Plans, asks, makes it so and waits. */
export async function apply(options: ApplyOptions, terminal: Terminal): Promise<number> {
  const context = await openContext(options, terminal);
  const began = context.clock.now();
  const only = selectNodes(options.only, context.declared.graph, kinds);
  const sight = await lookAround(context, only === undefined ? {} : { only });
  const quiet = sight.plan.steps.length === 0 && sight.plan.unknown.size === 0;
  const settled = [...sight.plan.states.values()].every((state) => state.phase === 'ready');
  const text = (): string => planScreen(context, sight, terminal, { all: options.all === true, destroy: false, ms: context.clock.now() - began });
  if (options.plan !== undefined && options.plan !== sight.plan.id)
    throw new CommandError(`the plan is ${sight.plan.id} now, not ${options.plan}: something moved since. Look again:  mcpgw-controller plan ${context.files}`);
  if (quiet && settled) {
    if (options.output === 'json') printJson(terminal, outcomeJson(sight.plan, still(sight), context.revision, sight.applied));
    else terminal.out(text());
    return 0;
  }
  terminal.err(text());
  if (!(await mayGoOn(options, sight, context, terminal))) return 1;

  const outcome = await runShown(
    context,
    sight,
    {
      command: 'apply',
      wait: options.wait,
      ...(only !== undefined && { only }),
      ...(options.timeout !== undefined && { timeout: options.timeout * 1000 }),
    },
    terminal,
  );
  if (options.output === 'json') printJson(terminal, outcomeJson(sight.plan, outcome, context.revision, sight.applied));
  else terminal.out(outcomeText(context, outcome, terminal, context.clock.now() - began));
  if (outcome.result === 'interrupted') return 130;
  return outcome.result === 'failed' ? 1 : 0;
}

async function mayGoOn(options: ApplyOptions, { plan }: Sight, context: Context, terminal: Terminal): Promise<boolean> {
  if (options.yes === true || options.plan !== undefined || plan.steps.length === 0) return true;
  if (terminal.interactive) {
    if (await terminal.ask('Apply this?')) return true;
    terminal.err('Nothing was changed.');
    return false;
  }
  const risky = plan.steps.filter((step) => step.action === 'delete' || step.action === 'replace' || step.interrupts !== undefined);
  if (risky.length === 0) return true;
  throw new CommandError(
    `this plan deletes, replaces or interrupts (${risky.slice(0, 3).map((step) => step.node).join(', ')}${risky.length > 3 ? ', …' : ''}) and nobody is here to be asked.\n` +
      `Agree with  --yes,  or to exactly this with  mcpgw-controller apply ${context.files} --plan ${plan.id}`,
  );
}

const still = ({ plan, snapshot }: Sight): Outcome => ({ result: 'converged', plan, snapshot, failures: [], timedOut: false, done: [] });

function outcomeText(context: Context, outcome: Outcome, terminal: Terminal, ms: number): string {
  const { plan, result } = outcome;
  const states = [...plan.states.values()];
  const ready = states.filter((state) => state.phase === 'ready').length;
  const underway = states.filter((state) => state.phase === 'pending').map((state) => `${state.id} (${state.because ?? 'underway'})`);
  switch (result) {
    case 'converged': {
      const outputs = outputsOf(context, plan);
      const url = (name: string): string => String(outputs[name]?.value ?? '');
      const notes = states.flatMap((state) => (state.because === undefined ? [] : [`  note       ${state.id}: ${state.because}`]));
      return [
        `Ready in ${duration(ms)}: ${ready} of ${states.length}.`,
        ...(url('registry_url') === '' ? [] : [`  Registry   ${url('registry_url')}`, `  Keycloak   ${url('keycloak_admin_console')}`]),
        ...notes,
        `Next: mcpgw-controller status ${context.files}`,
      ].join('\n');
    }
    case 'pending':
      return `Begun: ${ready} of ${states.length} ready. Still underway in AWS: ${underway.join(', ') || 'nothing'}. Run apply again to go on.`;
    case 'interrupted':
      return `Stopped after the calls in flight. Still running in AWS: ${underway.join(', ') || 'nothing'}. Run apply again to go on; nothing needs cleaning.`;
    case 'failed':
      return failureText(outcome, terminal, `mcpgw-controller apply ${context.files}`);
  }
}
