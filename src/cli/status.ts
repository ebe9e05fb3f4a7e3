import { openContext, printJson, type ManifestOptions } from './context.ts';
import { standingOf, statusObject, statusText } from './status-view.ts';
import type { Terminal } from './terminal.ts';
import { watch } from './watch.ts';

export interface StatusOptions extends ManifestOptions {
  readonly tree?: boolean;
  readonly watch?: boolean;
}

/** Conditions and domains as they are now. */
export async function status(options: StatusOptions, terminal: Terminal): Promise<number> {
  const context = await openContext(options, terminal);
  if (options.watch === true) return watch(context, options, terminal);
  const standing = await standingOf(context);
  if (options.output === 'json') printJson(terminal, statusObject(context, standing));
  else for (const line of statusText(context, standing, options.tree === true, terminal)) terminal.out(line);
  return standing.sight.plan.unknown.size > 0 ? 1 : 0;
}
