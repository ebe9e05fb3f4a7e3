import { toReconcileError } from '../aws/errors.ts';
import type { DatedCondition } from '../state/conditions.ts';
import { CommandError } from './command-error.ts';
import { openContext, printJson, type ManifestOptions } from './context.ts';
import { command } from './layout.ts';
import { standingOf, statusObject } from './status-view.ts';
import type { Terminal } from './terminal.ts';
import { duration, list } from '../words.ts';

export interface WaitOptions extends ManifestOptions {
  /** `condition=<type>`, or `condition=<type>=<status>`. */
  readonly for: string;
  /** Milliseconds. */
  readonly timeout: number;
}

/** Looks until a condition is as it should be, as kubectl does. */
export async function wait(options: WaitOptions, terminal: Terminal): Promise<number> {
  const wanted = wantedOf(options.for);
  const context = await openContext(options, terminal);
  const { clock, timing } = context;
  const began = clock.now();
  let trouble = '';
  for (;;) {
    let found: DatedCondition | undefined;
    try {
      const standing = await standingOf(context);
      found = conditionOf(standing.conditions, wanted.type);
      if (found.status.toLowerCase() === wanted.status.toLowerCase()) {
        if (options.output === 'json') printJson(terminal, statusObject(context, standing));
        else terminal.out(`${context.owner}: ${found.type} is ${found.status}`);
        return 0;
      }
      trouble = `${found.type} is ${found.status}, ${found.reason}${found.message === '' ? '' : `: ${found.message}`}`;
    } catch (error) {
      if (error instanceof CommandError) throw error;
      // What goes wrong for a moment is no reason to give up.
      trouble = `the last look failed: ${toReconcileError(error).message}`;
    }
    const left = began + options.timeout - clock.now();
    if (left <= 0)
      throw new CommandError(
        [
          `timed out after ${duration(options.timeout)} waiting for ${wanted.type}=${wanted.status} of ${context.owner}: ${trouble}`,
          'See all of it:',
          command(`mcpgw-controller status ${context.files} --tree`, terminal.columns),
        ].join('\n'),
      );
    await clock.sleep(Math.min(timing.glance, left));
  }
}

function wantedOf(text: string): { readonly type: string; readonly status: string } {
  const [, type, status = 'True'] = /^condition=([A-Za-z]+)(?:=([A-Za-z]+))?$/.exec(text) ?? [];
  if (type === undefined)
    throw new CommandError(`--for "${text}" is nothing to wait for: write condition=Ready or condition=Paused=False`);
  if (!/^(true|false|unknown)$/i.test(status))
    throw new CommandError(`a condition is True, False or Unknown, never "${status}"`);
  return { type, status };
}

function conditionOf(conditions: readonly DatedCondition[], type: string): DatedCondition {
  const found = conditions.find((condition) => condition.type.toLowerCase() === type.toLowerCase());
  if (found !== undefined) return found;
  throw new CommandError(`there is no condition "${type}"; there are ${list(conditions.map((each) => each.type))}`);
}
