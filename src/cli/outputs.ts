import { lookAround } from '../controller/look.ts';
import { outputsOf } from '../controller/outputs.ts';
import { CommandError } from './command-error.ts';
import { openContext, printJson, type ManifestOptions } from './context.ts';
import type { Terminal } from './terminal.ts';

export interface OutputsOptions extends ManifestOptions {
  readonly name?: string;
}

/** The outputs under the names that the Terraform deployment gave them; JSON as `terraform output -json` prints it. */
export async function outputs(options: OutputsOptions, terminal: Terminal): Promise<number> {
  const context = await openContext(options, terminal);
  const sight = await lookAround(context);
  const { plan } = sight;
  const found = outputsOf(sight);
  if (options.name !== undefined) {
    const output = found[options.name];
    if (output === undefined)
      throw new CommandError(`there is no output "${options.name}"; there are ${Object.keys(found).join(', ')}`);
    if (options.output === 'json') printJson(terminal, output.value);
    else terminal.out(text(output.value));
  } else if (options.output === 'json') printJson(terminal, found);
  else for (const line of lines(found, terminal.columns)) terminal.out(line);
  return plan.unknown.size > 0 ? 1 : 0;
}

/** Name and value side by side; a value for which there is no room stands below its name. */
function lines(found: ReturnType<typeof outputsOf>, columns: number): readonly string[] {
  const width = Math.max(...Object.keys(found).map((name) => name.length));
  return Object.entries(found).map(([name, { value, sensitive }]) => {
    const said = sensitive ? '(sensitive)' : value === null ? '(none)' : text(value);
    return width + 2 + said.length <= columns ? `${name.padEnd(width)}  ${said}` : `${name}\n  ${said}`;
  });
}

const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
