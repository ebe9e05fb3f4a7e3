import { lookAround } from '../controller.ts';
import { kinds } from '../reconcilers/index.ts';
import { openContext, printJson, type ManifestOptions } from './context.ts';
import { changesExit, isDrift } from './exit-code.ts';
import { planJson } from './plan-json.ts';
import { planText } from './plan-text.ts';
import type { Terminal } from './terminal.ts';
import { count } from './words.ts';

export interface DriftOptions extends ManifestOptions {
  readonly exitCode?: boolean;
  readonly all?: boolean;
}

/** What differs from what was last applied and was not the manifest's doing. */
export async function drift(options: DriftOptions, terminal: Terminal): Promise<number> {
  const context = await openContext(options, terminal);
  const { plan, applied } = await lookAround(context);
  const steps = plan.steps.filter((step) => isDrift(step, applied));
  const found = { ...plan, steps };
  if (options.output === 'json') printJson(terminal, planJson(found, context.revision, applied));
  else if (steps.length === 0) {
    const more = plan.steps.length > 0 ? ` The manifest asks for ${count(plan.steps.length, 'change')}: see plan.` : '';
    terminal.out(`${context.owner}: no drift (${context.calls.length} reads).${more}`);
  } else {
    terminal.out(`${context.owner}: ${count(steps.length, 'thing')} drifted`);
    terminal.out(planText({ plan: found, kinds, applied, all: true, destroy: false }, terminal));
    terminal.out(`Correct it:  mcpgw-controller apply ${context.files}`);
  }
  if (plan.unknown.size > 0) return 1;
  return options.exitCode === true ? changesExit(plan, applied) : 0;
}
