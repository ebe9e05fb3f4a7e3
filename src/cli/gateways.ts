import type { LoadedController, LoadedGateway } from '../spec/read.ts';
import { readManifests } from '../spec/read.ts';
import { isError, problemLine, type Problem } from '../spec/problem.ts';
import type { Subject } from '../controller/session.ts';
import { CommandError } from './command-error.ts';
import { wrap } from './layout.ts';
import type { Terminal } from './terminal.ts';
import { count } from '../words.ts';

interface Warned {
  readonly warnings: readonly Problem[];
}

/**
 * The one gateway that a command works on, or the one controller, with what is odd about its manifest; errors end the
 * command.
 */
export async function loadManifest(
  files: readonly string[],
  terminal: Terminal,
): Promise<(LoadedGateway | LoadedController) & Warned> {
  const { gateways, controllers, problems } = await readManifests(files);
  const errors = problems.filter(isError);
  if (errors.length > 0) throw new CommandError(problemsText(errors, files, terminal));
  // In a folder of gateways the controller that follows it may be described too.
  const [only, ...more] = gateways.length > 0 ? gateways : controllers;
  if (only === undefined) throw new CommandError(`${files.join(', ')}: no gateway is described there`);
  if (more.length > 0) {
    const names = [only, ...more].map((each) => {
      const { region, name } = subjectOf(each);
      return `${region}/${name} (${each.file})`;
    });
    throw new CommandError(
      `this command takes one manifest, but there are ${names.length}:\n  ${names.join('\n  ')}\nName a file with one of them with -f.`,
    );
  }
  return { ...only, warnings: problems };
}

export const subjectOf = (loaded: LoadedGateway | LoadedController): Subject =>
  'gateway' in loaded ? loaded.gateway : loaded.controller;

export function problemsText(problems: readonly Problem[], files: readonly string[], { columns }: Terminal): string {
  const lines = problems.map((problem) => wrap(`  ${problemLine(problem)}`, columns, 4));
  return [`${files.join(', ')}: ${count(problems.length, 'problem')}`, ...lines].join('\n');
}
