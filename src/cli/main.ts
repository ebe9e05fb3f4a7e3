import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { version } from '../version.ts';
import { processTerminal, type Terminal } from './terminal.ts';

const EXAMPLES: Readonly<Record<string, string>> = {
  init: 'mcpgw-controller init --name mcp-gateway --account 123456789012 --region us-east-1',
  validate: 'mcpgw-controller validate -f gateway.yaml',
  schema: 'mcpgw-controller schema > gateway.schema.json',
  plan: 'mcpgw-controller plan -f gateway.yaml --exit-code',
  apply: 'mcpgw-controller apply -f gateway.yaml --plan 7c1e09d2',
  status: 'mcpgw-controller status -f gateway.yaml --tree',
  outputs: 'mcpgw-controller outputs -f gateway.yaml --output json',
  drift: 'mcpgw-controller drift -f gateway.yaml --exit-code',
  destroy: 'mcpgw-controller destroy -f gateway.yaml --data --confirm mcp-gateway',
  'iam-policy': 'mcpgw-controller iam-policy --for apply > policy.json',
  completion: 'source <(mcpgw-controller completion bash)',
  version: 'mcpgw-controller version',
};

/** Runs one command line; answers with the process's exit code. */
export async function main(argv: readonly string[], terminal: Terminal = processTerminal()): Promise<number> {
  let code = 0;
  const program = build(terminal, (result) => (code = result));
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 1;
    const { report } = await import('./report.ts');
    return report(error, argv.includes('--verbose'), terminal);
  }
}

function build(terminal: Terminal, finish: (code: number) => void): Command {
  const program = new Command('mcpgw-controller')
    .description('Keeps an MCP Gateway Registry on AWS as a manifest says.')
    .version(version)
    .showSuggestionAfterError()
    .showHelpAfterError('(see --help)')
    .configureOutput({
      writeOut: (text) => terminal.out(text.trimEnd()),
      writeErr: (text) => terminal.err(text.trimEnd()),
    })
    .addHelpText('after', '\nExample:\n  mcpgw-controller plan -f gateway.yaml')
    .exitOverride();
  const output = (): Option =>
    new Option('-o, --output <form>', 'text for people, json for programs').choices(['text', 'json']).default('text');
  const command = (name: string, description: string): Command =>
    program
      .command(name)
      .description(description)
      .option('--verbose', 'show where in the program an error came from')
      .addHelpText('after', `\nExample:\n  ${EXAMPLES[name] ?? ''}`);
  const withManifest = (name: string, description: string): Command =>
    command(name, description)
      .addOption(new Option('-f, --file <path...>', 'manifest, or a folder of manifests').makeOptionMandatory())
      .addOption(output())
      .option('--state <folder>', 'where history is kept (or MCPGW_STATE)');
  // Options have the type that their command says: commander gives them none.
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters
  const runs = <T>(one: Command, load: () => Promise<(options: T, terminal: Terminal) => Promise<number>>): Command =>
    one.action(async (options: T) => finish(await (await load())(options, terminal)));
  const seconds = (text: string): number => {
    const value = Number(text);
    if (!Number.isFinite(value) || value <= 0) throw new InvalidArgumentError('a number of seconds above 0');
    return value;
  };
  const all = 'show every step with every field';
  const only = 'only these domains, kinds or nodes, and what they need; prunes nothing';

  runs(
    command('init', 'write a first manifest')
      .option('-f, --file <path>', 'the file to write', 'gateway.yaml')
      .requiredOption('--account <id>', 'AWS account id')
      .option('--name <name>', 'name of the gateway', 'mcp-gateway')
      .option('--region <region>', 'AWS region', 'us-east-1')
      .option('--image-base <uri>', "where the images are; the account's own ECR by default")
      .option('--image-tag <tag>', 'their tag', 'latest')
      .addOption(output()),
    async () => (await import('./init.ts')).init,
  );
  runs(
    withManifest('validate', 'check a manifest; needs no credentials'),
    async () => (await import('./validate.ts')).validate,
  );
  runs(command('schema', 'print the JSON Schema of the manifest'), async () => (await import('./schema.ts')).schema);
  runs(
    withManifest('plan', 'show what would change and why; writes nothing')
      .option('--all', all)
      .option('--only <name...>', only)
      .option('--exit-code', 'exit with 2 when changes are pending, 3 when there is only drift'),
    async () => (await import('./plan.ts')).plan,
  );
  runs(
    withManifest('apply', 'plan, ask, make it so, and wait')
      .option('--yes', 'do not ask')
      .option('--plan <id>', 'go on only if the plan is exactly this one')
      .option('--no-wait', 'stop when everything that can be begun has been begun')
      .option('--timeout <seconds>', 'give up after this long', seconds)
      .option('--only <name...>', only)
      .option('--all', all),
    async () => (await import('./apply.ts')).apply,
  );
  runs(
    withManifest('status', 'conditions and domains, looked up now').option('--tree', 'every node of every domain'),
    async () => (await import('./status.ts')).status,
  );
  runs(
    withManifest('outputs', 'addresses, ids and names, looked up now').option('--name <name>', 'one output alone'),
    async () => (await import('./outputs.ts')).outputs,
  );
  runs(
    withManifest('drift', 'what was changed outside since it was last applied').option(
      '--exit-code',
      'exit with 3 when there is drift, 2 when the manifest asks for changes too',
    ),
    async () => (await import('./drift.ts')).drift,
  );
  runs(
    withManifest('destroy', 'delete everything but data')
      .option('--yes', 'do not ask')
      .option('--data', 'delete data too, after last snapshots')
      .option('--confirm <name>', "with --data: the gateway's name")
      .option('--timeout <seconds>', 'give up after this long', seconds)
      .option('--all', all),
    async () => (await import('./destroy.ts')).destroy,
  );
  runs(
    command('iam-policy', 'print the IAM policy of a role for the controller').addOption(
      new Option('--for <what>', 'a role that only looks, or one that also acts')
        .choices(['plan', 'apply'])
        .default('apply'),
    ),
    async () => (await import('./iam-policy.ts')).iamPolicy,
  );
  command('completion', 'print a completion script for bash, zsh or fish')
    .argument('<shell>', 'bash, zsh or fish')
    .action(async (shell: string) =>
      finish(await (await import('./completion.ts')).completion(program, shell, terminal)),
    );
  command('version', 'print the version').action(() => terminal.out(version));
  return program;
}
