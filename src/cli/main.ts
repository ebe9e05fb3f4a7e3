import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { version } from '../version.ts';
import { span } from './span.ts';
import { processTerminal, type Terminal } from './terminal.ts';

const EXAMPLES: Readonly<Record<string, string>> = {
  init: 'mcpgw-controller init --name mcp-gateway --account 123456789012 --region us-east-1',
  validate: 'mcpgw-controller validate -f gateway.yaml',
  render: 'mcpgw-controller render -f envs/prod.yaml',
  schema: 'mcpgw-controller schema > gateway.schema.json',
  plan: 'mcpgw-controller plan -f gateway.yaml --exit-code',
  apply: 'mcpgw-controller apply -f gateway.yaml --plan 7c1e09d2',
  status: 'mcpgw-controller status -f gateway.yaml --tree',
  wait: 'mcpgw-controller wait -f gateway.yaml --for condition=Ready --timeout 30m',
  history: 'mcpgw-controller history -f gateway.yaml',
  events: 'mcpgw-controller events -f gateway.yaml --since 2h',
  outputs: 'mcpgw-controller outputs -f gateway.yaml --output json',
  doctor: 'mcpgw-controller doctor -f gateway.yaml',
  drift: 'mcpgw-controller drift -f gateway.yaml --exit-code',
  destroy: 'mcpgw-controller destroy -f gateway.yaml --data --confirm mcp-gateway',
  absorb: 'mcpgw-controller absorb -f gateway.yaml --print',
  daemon: 'mcpgw-controller daemon -f gateways/ --interval 5m',
  pause: 'mcpgw-controller pause mcp-gateway --for 2h --why "moving the database"',
  resume: 'mcpgw-controller resume mcp-gateway',
  reconcile: 'mcpgw-controller reconcile mcp-gateway',
  approve: 'mcpgw-controller approve mcp-gateway --plan 7c1e09d2',
  bootstrap:
    'mcpgw-controller bootstrap --account 123456789012 --image <registry>/mcpgw-controller:1 --git https://github.com/acme/gateways.git',
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
    .configureHelp({ minWidthToWrap: 20 })
    .configureOutput({
      writeOut: (text) => terminal.out(text.trimEnd()),
      writeErr: (text) => terminal.err(text.trimEnd()),
      getOutHelpWidth: () => terminal.columns,
      getErrHelpWidth: () => terminal.columns,
    })
    .addHelpText('after', '\nExample:\n  mcpgw-controller plan -f gateway.yaml')
    .exitOverride();
  const output = (more = '', forms: readonly string[] = []): Option =>
    new Option('-o, --output <form>', `text for people, json for programs${more}`)
      .choices(['text', 'json', ...forms])
      .default('text');
  const command = (name: string, description: string): Command =>
    program
      .command(name)
      .description(description)
      .option('--verbose', 'show where in the program an error came from')
      .addHelpText('after', `\nExample:\n  ${EXAMPLES[name] ?? ''}`);
  const place = 'where history is kept: a folder or s3://bucket/prefix (or MCPGW_STATE)';
  const withManifest = (name: string, description: string, form = output()): Command =>
    command(name, description)
      .addOption(new Option('-f, --file <path...>', 'manifest, or a folder of manifests').makeOptionMandatory())
      .addOption(form)
      .option('--state <place>', place);
  // Options have the type that their command says: commander gives them none.
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters
  const runs = <T>(one: Command, load: () => Promise<(options: T, terminal: Terminal) => Promise<number>>): Command =>
    one.action(async (options: T) => finish(await (await load())(options, terminal)));
  const seconds = (text: string): number => {
    const value = Number(text);
    if (!Number.isFinite(value) || value <= 0) throw new InvalidArgumentError('a number of seconds above 0');
    return value;
  };
  const whole = (text: string): number => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('a whole number above 0');
    return value;
  };
  const all = 'show every step with every field';
  const lockTimeout = 'how long to wait while somebody else is changing the gateway (default: 0)';
  const only = 'only these domains, kinds or nodes, and what they need; prunes nothing';

  runs(
    command('init', 'write a first manifest')
      .option('-f, --file <path>', 'the file to write', 'gateway.yaml')
      .requiredOption('--account <id>', 'AWS account id')
      .option('--name <name>', 'name of the gateway', 'mcp-gateway')
      .option('--region <region>', 'AWS region', 'us-east-1')
      .addOption(
        new Option('--mode <mode>', 'how people reach the gateway')
          .choices(['cloudfront', 'custom-domain', 'cloudfront-custom-domain', 'development'])
          .default('cloudfront'),
      )
      .option('--domain <domain>', 'of a public hosted zone; for the modes with a custom domain')
      .option('--image-base <uri>', "where the images are; the account's own ECR by default")
      .option('--image-tag <tag>', 'their tag', 'latest')
      .addOption(output()),
    async () => (await import('./init.ts')).init,
  );
  runs(
    withManifest('validate', 'check a manifest; needs no credentials'),
    async () => (await import('./validate.ts')).validate,
  );
  runs(
    withManifest('render', 'print the whole manifest, laid over its bases; needs no credentials'),
    async () => (await import('./render.ts')).render,
  );
  runs(
    command('schema', 'print the JSON Schema of a manifest').addOption(
      new Option('--kind <kind>', 'what the manifest describes').choices(['Gateway', 'Controller']).default('Gateway'),
    ),
    async () => (await import('./schema.ts')).schema,
  );
  runs(
    withManifest(
      'plan',
      'show what would change and why; writes nothing',
      output(', markdown for a comment on a change', ['markdown']),
    )
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
      .option('--lock-timeout <seconds>', lockTimeout, seconds)
      .option('--only <name...>', only)
      .option('--all', all),
    async () => (await import('./apply.ts')).apply,
  );
  runs(
    withManifest('status', 'conditions and domains, looked up now')
      .option('--tree', 'every node of every domain')
      .option('-w, --watch', 'look again and again, and show what changes'),
    async () => (await import('./status.ts')).status,
  );
  runs(
    withManifest('wait', 'wait until a condition is as it should be, looked up now and again')
      .requiredOption('--for <condition>', 'condition=<type>, or condition=<type>=<status>; as kubectl')
      .addOption(new Option('--timeout <time>', 'give up after this long').argParser(span).default(span('30s'), '30s')),
    async () => (await import('./wait.ts')).wait,
  );
  runs(
    withManifest('history', 'the last runs, from what is remembered'),
    async () => (await import('./history.ts')).history,
  );
  runs(
    withManifest('events', 'calls that changed something and conditions that moved, from what is remembered')
      .option('--since <time>', 'only those of the last 30m, 2h, 1d; the newest 100 by default', span)
      .option('--follow', 'go on with what happens from now on'),
    async () => (await import('./events.ts')).events,
  );
  runs(
    withManifest('outputs', 'addresses, ids and names, looked up now').option('--name <name>', 'one output alone'),
    async () => (await import('./outputs.ts')).outputs,
  );
  runs(
    withManifest('doctor', 'ask a running gateway from outside in, and say what is wrong first'),
    async () => (await import('./doctor.ts')).doctor,
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
      .option('--lock-timeout <seconds>', lockTimeout, seconds)
      .option('--all', all),
    async () => (await import('./destroy.ts')).destroy,
  );
  runs(
    withManifest('absorb', 'write what was changed outside into the manifest')
      .option('--print', 'print the manifest with it instead')
      .option('--only <node...>', 'the changes of these nodes alone'),
    async () => (await import('./absorb.ts')).absorb,
  );
  runs(
    command('daemon', 'keep gateways as a file, a folder or a repository says')
      .option('-f, --file <path...>', 'manifest, or a folder of manifests')
      .option('--git <url>', 'a repository instead')
      .option('--branch <name>', 'of the repository; its own by default')
      .option('--tag <pattern>', 'follow the newest tag that fits instead of a branch')
      .option('--path <path>', 'a folder or file in the repository')
      .option('--signers <file>', 'follow only commits signed by one of these keys, as in allowed_signers')
      .option('--interval <time>', 'between two looks at a quiet gateway (default: 5m)', span)
      .option('--listen <host:port>', 'where status, metrics and the page are', '127.0.0.1:9464')
      .option('--queue <url>', 'an SQS queue with events of AWS, which wake the gateway that they are about')
      .option('--workers <number>', 'gateways that are worked on at a time', whole, 8)
      .option('--state <place>', 'where history is kept: a folder or s3://bucket/prefix (or MCPGW_STATE)'),
    async () => (await import('./daemon.ts')).daemon,
  );
  const withDaemon = (name: string, description: string): Command =>
    command(name, description)
      .argument('[gateway]', 'its name, or <account>/<region>/<name>, as the daemon knows it')
      .option('--daemon <url>', 'where the daemon is', process.env['MCPGW_DAEMON'] ?? 'http://127.0.0.1:9464')
      .option('-f, --file <path...>', 'its manifest instead: the request goes by way of the shared state')
      .option('--state <place>', 'where that is: a folder or s3://bucket/prefix (or MCPGW_STATE)');
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters
  const asks = <T>(
    one: Command,
    load: () => Promise<(gateway: string | undefined, options: T, terminal: Terminal) => Promise<number>>,
  ): Command =>
    one.action(async (gateway: string | undefined, options: T) =>
      finish(await (await load())(gateway, options, terminal)),
    );
  asks(
    withDaemon('pause', 'let the daemon change nothing for a time')
      .requiredOption('--for <time>', 'how long: 30m, 2h, 1d', span)
      .requiredOption('--why <reason>', 'for whoever comes after you'),
    async () => (await import('./requests.ts')).pause,
  );
  asks(withDaemon('resume', 'end a pause'), async () => (await import('./requests.ts')).resume);
  asks(
    withDaemon('reconcile', 'let the daemon look and act now'),
    async () => (await import('./requests.ts')).reconcile,
  );
  asks(
    withDaemon('approve', 'let a plan go on that waits for it').requiredOption('--plan <id>', 'the plan that you saw'),
    async () => (await import('./requests.ts')).approve,
  );
  runs(
    command('bootstrap', 'give the controller a home on AWS: write its manifest, plan, ask, make it so, and wait')
      .option('-f, --file <path>', 'its manifest; written first when it is not there', 'controller.yaml')
      .option('--account <id>', 'AWS account id')
      .option('--region <region>', 'AWS region', 'us-east-1')
      .option('--name <name>', 'name of the controller', 'mcpgw-controller')
      .option('--image <uri>', 'its image')
      .option('--git <url>', 'the repository that says what gateways there are')
      .option('--branch <name>', 'of the repository; its own by default')
      .option('--path <path>', 'a folder or file in the repository')
      .addOption(output())
      .option('--state <place>', place)
      .option('--yes', 'do not ask')
      .option('--plan <id>', 'go on only if the plan is exactly this one')
      .option('--timeout <seconds>', 'give up after this long', seconds)
      .option('--all', all),
    async () => (await import('./bootstrap.ts')).bootstrap,
  );
  runs(
    command('iam-policy', 'print the IAM policy of a role for the controller').addOption(
      new Option('--for <what>', 'a role that only looks, one that also acts, or one for bootstrap')
        .choices(['plan', 'apply', 'bootstrap'])
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
