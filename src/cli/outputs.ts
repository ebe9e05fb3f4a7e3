import { lookAround, outputsOf } from '../controller.ts';
import { CommandError } from './command-error.ts';
import { openContext, printJson, type ManifestOptions } from './context.ts';
import type { Terminal } from './terminal.ts';

export interface OutputsOptions extends ManifestOptions {
  readonly name?: string;
}

/** The outputs under the names that the Terraform deployment gave them; JSON as `terraform output -json` prints it. */
export async function outputs(options: OutputsOptions, terminal: Terminal): Promise<number> {
  const context = await openContext(options, terminal);
  const { plan } = await lookAround(context);
  const found = outputsOf(context, plan);
  if (options.name !== undefined) {
    const output = found[options.name];
    if (output === undefined) throw new CommandError(`there is no output "${options.name}"; there are ${Object.keys(found).join(', ')}`);
    if (options.output === 'json') printJson(terminal, output.value);
    else terminal.out(text(output.value));
    return 0;
  }
  if (options.output === 'json') printJson(terminal, found);
  else {
    const width = Math.max(...Object.keys(found).map((name) => name.length));
    for (const [name, { value }] of Object.entries(found)) terminal.out(`${name.padEnd(width)}  ${text(value)}`);
  }
  return 0;
}

const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
