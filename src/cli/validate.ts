import { isError, problemLine } from '../spec/problem.ts';
import { readManifests } from '../spec/read.ts';
import { printJson, type ManifestOptions } from './context.ts';
import { problemsText } from './gateways.ts';
import { wrap } from './layout.ts';
import type { Terminal } from './terminal.ts';

/** Checks manifests without credentials. */
export async function validate(options: ManifestOptions, terminal: Terminal): Promise<number> {
  const { gateways, problems } = await readManifests(options.file);
  const errors = problems.filter(isError);
  if (options.output === 'json') printJson(terminal, { valid: errors.length === 0, problems });
  else {
    const { columns } = terminal;
    if (errors.length > 0) terminal.out(problemsText(errors, options.file, terminal));
    else
      for (const { gateway, file } of gateways)
        terminal.out(
          wrap(
            `${file}: ${gateway.region}/${gateway.name} is valid (mode ${gateway.ingress.mode}, account ${gateway.accountId})`,
            columns,
            2,
          ),
        );
    for (const warning of problems.filter((problem) => !isError(problem)))
      terminal.err(wrap(problemLine(warning), columns, 2));
  }
  return errors.length === 0 ? 0 : 1;
}
