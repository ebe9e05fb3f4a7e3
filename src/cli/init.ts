import { writeFile } from 'node:fs/promises';
import { CommandError } from './command-error.ts';
import { printJson } from './context.ts';
import type { Terminal } from './terminal.ts';

export interface InitOptions {
  readonly file: string;
  readonly name: string;
  readonly account: string;
  readonly region: string;
  readonly imageBase?: string;
  readonly imageTag: string;
  readonly output: 'text' | 'json';
}

/** Writes a first manifest; never over a file that is there. */
export async function init(options: InitOptions, terminal: Terminal): Promise<number> {
  const base = options.imageBase ?? `${options.account}.dkr.ecr.${options.region}.amazonaws.com`;
  const text = `# yaml-language-server: $schema=gateway.schema.json
apiVersion: mcpgw.io/v1alpha1
kind: Gateway
metadata:
  name: ${options.name}
spec:
  accountId: "${options.account}"
  region: ${options.region}
  ingress:
    mode: cloudfront
  images:
    base: ${base}
    tag: ${options.imageTag}
`;
  try {
    await writeFile(options.file, text, { flag: 'wx' });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST')
      throw new CommandError(`${options.file} is there already and stays as it is; write another with  --file <name>`);
    throw error;
  }
  if (options.output === 'json') printJson(terminal, { file: options.file });
  else {
    terminal.out(`Wrote ${options.file}. Next: mcpgw-controller validate -f ${options.file}`);
    terminal.out('For completion in your editor, beside it: mcpgw-controller schema > gateway.schema.json');
  }
  return 0;
}
