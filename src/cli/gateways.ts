import type { LoadedGateway } from '../spec/read.ts';
import { readManifests } from '../spec/read.ts';
import { isError, problemLine, type Problem } from '../spec/problem.ts';
import { CommandError } from './command-error.ts';
import type { Terminal } from './terminal.ts';
import { count } from './words.ts';

/** The gateways of these files; warnings are told, errors end the command. */
export async function loadGateways(files: readonly string[], terminal: Terminal): Promise<readonly LoadedGateway[]> {
  const { gateways, problems } = await readManifests(files);
  const errors = problems.filter(isError);
  if (errors.length > 0) throw new CommandError(problemsText(errors, files));
  for (const warning of problems) terminal.err(problemLine(warning));
  return gateways;
}

/** The one gateway that a command works on. */
export async function loadGateway(files: readonly string[], terminal: Terminal): Promise<LoadedGateway> {
  const [gateway, ...more] = await loadGateways(files, terminal);
  if (gateway === undefined) throw new CommandError(`${files.join(', ')}: no gateway is described there`);
  if (more.length > 0) {
    const names = [gateway, ...more].map((each) => `${each.gateway.region}/${each.gateway.name} (${each.file})`);
    throw new CommandError(`this command takes one gateway, but there are ${names.length}:\n  ${names.join('\n  ')}\nName one file with -f.`);
  }
  return gateway;
}

export function problemsText(problems: readonly Problem[], files: readonly string[]): string {
  return [`${files.join(', ')}: ${count(problems.length, 'problem')}`, ...problems.map((problem) => `  ${problemLine(problem)}`)].join('\n');
}
