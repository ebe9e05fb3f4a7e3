import { writeFile } from 'node:fs/promises';
import { isError, type Problem } from '../spec/problem.ts';
import type { IngressMode } from '../spec/gateway.ts';
import { checkFiles } from '../spec/read.ts';
import { CommandError } from './command-error.ts';
import { printJson } from './context.ts';
import { command, wrap } from './layout.ts';
import { next } from './outcome-text.ts';
import type { Terminal } from './terminal.ts';

export interface InitOptions {
  readonly file: string;
  readonly name: string;
  readonly account: string;
  readonly region: string;
  readonly mode: IngressMode;
  readonly domain?: string;
  readonly imageBase?: string;
  readonly imageTag: string;
  readonly output: 'text' | 'json';
}

const OPTIONS: Readonly<Record<string, string>> = {
  'metadata.name': '--name',
  'spec.accountId': '--account',
  'spec.region': '--region',
  'spec.ingress': '--domain',
  'spec.ingress.domain': '--domain',
  'spec.ingress.domain.base': '--domain',
  'spec.images.base': '--image-base',
  'spec.images.tag': '--image-tag',
};

/** Writes a first manifest that is valid; never over a file that is there. */
export async function init(options: InitOptions, terminal: Terminal): Promise<number> {
  await writeFirst(options.file, manifest(options), OPTIONS);
  const { columns } = terminal;
  if (options.output === 'json') printJson(terminal, { file: options.file });
  else {
    terminal.out(`Wrote ${options.file}.`);
    terminal.out(next('Next:', `mcpgw-controller validate -f ${options.file}`, columns));
    terminal.out(wrap('For completion in your editor, beside it:', columns));
    terminal.out(command('mcpgw-controller schema > gateway.schema.json', columns));
  }
  return 0;
}

/**
 * Writes a manifest that is valid, and never over a file that is there.
 *
 * @param given which option gave the value that a field of the manifest has
 */
export async function writeFirst(file: string, text: string, given: Readonly<Record<string, string>>): Promise<void> {
  const { problems } = checkFiles([{ file, text, found: false }]);
  const errors = problems.filter(isError);
  if (errors.length > 0)
    throw new CommandError(
      ['nothing was written:', ...errors.map((problem) => problemText(problem, given))].join('\n'),
    );
  try {
    await writeFile(file, text, { flag: 'wx' });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EEXIST')
      throw new CommandError(`${file} is there already and stays as it is; write another with --file <name>`);
    throw new CommandError(`${file} cannot be written (${String(code)}); name another place with --file <name>`);
  }
}

function manifest({ name, account, region, mode, domain, imageBase, imageTag }: InitOptions): string {
  const base = imageBase ?? `${account}.dkr.ecr.${region}.amazonaws.com`;
  return `# yaml-language-server: $schema=gateway.schema.json
apiVersion: mcpgw.io/v1alpha1
kind: Gateway
metadata:
  name: ${scalar(name)}
spec:
  accountId: ${JSON.stringify(account)}
  region: ${scalar(region)}
  ingress:
    mode: ${mode}${domain === undefined ? '' : `\n    domain:\n      base: ${scalar(domain)}`}
  images:
    base: ${scalar(base)}
    tag: ${scalar(imageTag)}
`;
}

/** Plain where YAML reads the same text; quoted where it would read something else. */
export const scalar = (text: string): string =>
  /^[a-z][\w./-]*$/i.test(text) && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(text) ? text : JSON.stringify(text);

function problemText({ path, message, suggestion }: Problem, given: Readonly<Record<string, string>>): string {
  const option = given[path] ?? path;
  return `${option}: ${message}${suggestion === undefined ? '' : `; ${suggestion}`}`;
}
