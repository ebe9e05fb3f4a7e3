import { lookAround } from '../controller/look.ts';
import { isDrift } from '../state/applied.ts';
import { openContext, printJson, type ManifestOptions } from './context.ts';
import { changesExit } from './exit-code.ts';
import { wrap } from './layout.ts';
import { next } from './outcome-text.ts';
import { planJson } from './plan-json.ts';
import { stepsText } from './plan-text.ts';
import type { Terminal } from './terminal.ts';
import { unknownText } from './obstacles.ts';
import { count } from '../words.ts';

export interface DriftOptions extends ManifestOptions {
  readonly exitCode?: boolean;
}

/** What differs from what was last applied and was not the manifest's doing. */
export async function drift(options: DriftOptions, terminal: Terminal): Promise<number> {
  const context = await openContext(options, terminal);
  const { plan, applied } = await lookAround(context);
  const steps = plan.steps.filter((step) => isDrift(step, applied));
  const found = { ...plan, steps };
  const { columns } = terminal;
  if (options.output === 'json') printJson(terminal, planJson(found, context.revision, applied));
  else {
    const others = plan.steps.length - steps.length;
    const asked = others > 0 ? ` The manifest asks for ${count(others, 'change')}: see plan.` : '';
    const what = steps.length === 0 ? 'no drift' : `${count(steps.length, 'thing')} drifted`;
    terminal.out(wrap(`${context.owner}: ${what} (${context.calls.length} reads).${asked}`, columns));
    for (const line of unknownText(plan, terminal)) terminal.out(line);
    if (steps.length > 0) {
      terminal.out(
        [
          '',
          ...stepsText({ plan: found, kinds: context.kinds, applied, all: true, destroy: false }, terminal),
          '',
        ].join('\n'),
      );
      terminal.out(next('Correct it:', `mcpgw-controller apply ${context.files}`, columns));
    }
  }
  if (plan.unknown.size > 0) return 1;
  return options.exitCode === true ? changesExit(plan, applied) : 0;
}
