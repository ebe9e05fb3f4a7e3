import type { LoadedGateway } from '../spec/read.ts';
import { readManifests } from '../spec/read.ts';
import { isError, problemLine, type Problem } from '../spec/problem.ts';
import { CommandError } from './command-error.ts';
import { wrap } from './layout.ts';
import type { Terminal } from './terminal.ts';
import { count } from '../words.ts';

interface Loaded extends LoadedGateway {
  readonly warnings: readonly Problem[];
}

/** The one gateway that a command works on, with what is odd about its manifest; errors end the command. */
export async function loadGateway(files: readonly string[], terminal: Terminal): Promise<Loaded> {
  const { gateways, problems } = await readManifests(files);
  const errors = problems.filter(isError);
  if (errors.length > 0) throw new CommandError(problemsText(errors, files, terminal));
  const [gateway, ...more] = gateways;
  if (gateway === undefined) throw new CommandError(`${files.join(', ')}: no gateway is described there`);
  if (more.length > 0) {
    const names = [gateway, ...more].map((each) => `${each.gateway.region}/${each.gateway.name} (${each.file})`);
    throw new CommandError(
      `this command takes one gateway, but there are ${names.length}:\n  ${names.join('\n  ')}\nName a file with one of them with -f.`,
    );
  }
  return { ...gateway, warnings: problems };
}

export function problemsText(problems: readonly Problem[], files: readonly string[], { columns }: Terminal): string {
  const lines = problems.map((problem) => wrap(`  ${problemLine(problem)}`, columns, 4));
  return [`${files.join(', ')}: ${count(problems.length, 'problem')}`, ...lines].join('\n');
}
