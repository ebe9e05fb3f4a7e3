import { dump } from 'js-yaml';
import { isError } from '../spec/problem.ts';
import { readManifests, type LoadedGateway } from '../spec/read.ts';
import { CommandError } from './command-error.ts';
import { printJson, type ManifestOptions } from './context.ts';
import { problemsText } from './gateways.ts';
import type { Terminal } from './terminal.ts';

/** Prints every gateway's manifest as it is after it was laid over its bases; needs no credentials. */
export async function render({ file, output }: ManifestOptions, terminal: Terminal): Promise<number> {
  const { gateways, problems } = await readManifests(file);
  const errors = problems.filter(isError);
  if (errors.length > 0) throw new CommandError(problemsText(errors, file, terminal));
  if (output === 'json')
    printJson(
      terminal,
      gateways.map(({ data }) => data),
    );
  else terminal.out(gateways.map(documentText).join('---\n').trimEnd());
  return 0;
}

function documentText({ file, bases, data }: LoadedGateway): string {
  const files = [file, ...bases.map((base) => base.file)];
  return `# ${files.join(', over ')}\n${dump(data, { lineWidth: -1, noRefs: true })}`;
}
