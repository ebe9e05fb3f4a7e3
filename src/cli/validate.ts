import type { Subject } from '../controller/session.ts';
import { localSources } from '../aws/secret-sources.ts';
import { isError, problemLine, type Problem } from '../spec/problem.ts';
import { readManifests, type LoadedGateway } from '../spec/read.ts';
import { checkSecretValues } from '../spec/secret-values.ts';
import { printJson, type ManifestOptions } from './context.ts';
import { problemsText } from './gateways.ts';
import { wrap } from './layout.ts';
import type { Terminal } from './terminal.ts';

/** Checks manifests, and the secret values that are at hand here, without credentials. */
export async function validate(options: ManifestOptions, terminal: Terminal): Promise<number> {
  const { gateways, controllers, problems: read } = await readManifests(options.file);
  const problems = [...read, ...(await Promise.all(gateways.map(checkValues))).flat()];
  const errors = problems.filter(isError);
  if (options.output === 'json') printJson(terminal, { valid: errors.length === 0, problems });
  else {
    const { columns } = terminal;
    if (errors.length > 0) terminal.out(problemsText(errors, options.file, terminal));
    else {
      const valid = (file: string, { region, name, accountId }: Subject, what: string): void =>
        terminal.out(wrap(`${file}: ${region}/${name} is valid (${what}, account ${accountId})`, columns, 2));
      for (const { gateway, file } of gateways) valid(file, gateway, `mode ${gateway.ingress.mode}`);
      for (const { controller, file } of controllers) valid(file, controller, `follows ${controller.source.git}`);
    }
    for (const warning of problems.filter((problem) => !isError(problem)))
      terminal.err(wrap(problemLine(warning), columns, 2));
  }
  return errors.length === 0 ? 0 : 1;
}

function checkValues(loaded: LoadedGateway): Promise<readonly Problem[]> {
  const { open } = localSources(process.env, loaded.directory);
  return checkSecretValues(loaded, async (source) => (await open(source))?.open());
}
