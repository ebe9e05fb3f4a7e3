import { access } from 'node:fs/promises';
import { apply } from './apply.ts';
import { CommandError } from './command-error.ts';
import { scalar, writeFirst } from './init.ts';
import type { Terminal } from './terminal.ts';

export interface BootstrapOptions {
  readonly file: string;
  readonly account?: string;
  readonly region: string;
  readonly name: string;
  readonly image?: string;
  readonly git?: string;
  readonly branch?: string;
  readonly path?: string;
  readonly output: 'text' | 'json';
  readonly state?: string;
  readonly yes?: boolean;
  readonly plan?: string;
  readonly timeout?: number;
  readonly all?: boolean;
}

/** Which option gave the value that a field of the manifest has. */
const OPTIONS: Readonly<Record<string, string>> = {
  'metadata.name': '--name',
  'spec.accountId': '--account',
  'spec.region': '--region',
  'spec.image': '--image',
  'spec.source.git': '--git',
  'spec.source.branch': '--branch',
  'spec.source.path': '--path',
};

/** Gives the controller a home on AWS, as its manifest says; the manifest is written first when it is not there. */
export async function bootstrap(options: BootstrapOptions, terminal: Terminal): Promise<number> {
  const { file, account, image, git, branch, path } = options;
  const given = named({ account, image, git, branch, path }, (value) => value !== undefined);
  if (!(await isThere(file))) {
    await writeFirst(file, manifest(options), OPTIONS);
    terminal.err(`Wrote ${file}.`);
  } else if (given !== '') throw new CommandError(`${file} is there already: say it there, and leave ${given} out`);
  return apply({ ...options, file: [options.file], wait: true }, terminal);
}

const named = (
  options: Readonly<Record<string, string | undefined>>,
  fits: (value: string | undefined) => boolean,
): string =>
  Object.entries(options)
    .flatMap(([option, value]) => (fits(value) ? [`--${option}`] : []))
    .join(', ');

const isThere = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );

function manifest({ file, account, region, name, image, git, branch, path }: BootstrapOptions): string {
  if (account === undefined || image === undefined || git === undefined) {
    const missing = named({ account, image, git }, (value) => value === undefined);
    throw new CommandError(`${file} is not there, and cannot be written without ${missing}`);
  }
  return `# yaml-language-server: $schema=controller.schema.json
apiVersion: mcpgw.io/v1alpha1
kind: Controller
metadata:
  name: ${scalar(name)}
spec:
  accountId: ${JSON.stringify(account)}
  region: ${scalar(region)}
  image: ${scalar(image)}
  source:
    git: ${scalar(git)}
${branch === undefined ? '' : `    branch: ${scalar(branch)}\n`}${path === undefined ? '' : `    path: ${scalar(path)}\n`}`;
}
