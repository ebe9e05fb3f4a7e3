import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { openAccount, proxyOf, type SandboxAccount } from '../sandbox-account.ts';

const PROGRAM = resolve('bin/mcpgw-controller.js');

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** On top of what a terminal with credentials for the account has; undefined takes one away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Told of everything written so far, whenever something is. */
  readonly onOutput?: (text: string, child: ChildProcess) => void;
  readonly onStart?: (child: ChildProcess) => void;
}

/** A folder with a manifest, in which a user of one sandbox account types commands. */
export class CommandLine {
  readonly account: SandboxAccount;
  readonly folder: string;
  readonly env: Readonly<Record<string, string | undefined>>;

  constructor(account: SandboxAccount, folder: string, env: CommandLine['env']) {
    this.account = account;
    this.folder = folder;
    this.env = env;
  }

  /** Runs one command to its end. */
  async run(args: readonly string[], { env, onOutput, onStart }: RunOptions = {}): Promise<Ran> {
    const child = spawn(process.execPath, [PROGRAM, ...args], {
      cwd: this.folder,
      env: { ...this.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    onStart?.(child);
    const said = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const)
      child[name].setEncoding('utf8').on('data', (text: string) => {
        said[name] += text;
        onOutput?.(said.stdout + said.stderr, child);
      });
    const code = await new Promise<number | null>((done, fail) => child.once('error', fail).once('close', done));
    return { code, ...said };
  }

  /** Runs one command that ends as expected, and returns what it printed. */
  async expect(code: number, args: readonly string[], options?: RunOptions): Promise<string> {
    const ran = await this.run(args, options);
    assert.equal(ran.code, code, `${args.join(' ')} ended with ${ran.code}\n${ran.stdout}${ran.stderr}`);
    return ran.stdout;
  }

  write(name: string, text: string): Promise<void> {
    return writeFile(join(this.folder, name), text);
  }

  close(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }

  /** Loses what was remembered. */
  forget(): Promise<void> {
    return rm(join(this.folder, 'state'), { recursive: true, force: true });
  }

  /** Everything that is remembered, by file. */
  async remembered(): Promise<ReadonlyMap<string, string>> {
    const names = await readdir(join(this.folder, 'state'), { recursive: true });
    const files = names.filter((name) => /\.json(l|\.\d+)$/.test(name));
    return new Map(
      await Promise.all(
        files.map(async (name) => [name, await readFile(join(this.folder, 'state', name), 'utf8')] as const),
      ),
    );
  }
}

/** The example manifest for another account, with what is said here under `spec`. */
export async function manifestFor({ accountId }: SandboxAccount, more = ''): Promise<string> {
  const example = await readFile('manifests/cloudfront.yaml', 'utf8');
  return example.replaceAll('123456789012', accountId) + more;
}

/** Opens a fresh account and a folder with a manifest for it. */
export async function openCommandLine(more = ''): Promise<CommandLine> {
  const account = await openAccount();
  const { accessKeyId, secretAccessKey, sessionToken } = await account.credentials();
  const folder = await mkdtemp(join(tmpdir(), 'mcpgw-'));
  const { PATH, AWS_ENDPOINT_URL, NODE_EXTRA_CA_CERTS, MCPGW_DNS_SERVERS } = process.env;
  const line = new CommandLine(account, folder, {
    PATH,
    HOME: folder,
    AWS_ENDPOINT_URL,
    NODE_EXTRA_CA_CERTS,
    MCPGW_DNS_SERVERS,
    MCPGW_PROBE_PROXY: proxyOf(account.accountId),
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
    MCPGW_STATE: join(folder, 'state'),
    MCPGW_TIME_SCALE: '0.05',
  });
  await line.write('gateway.yaml', await manifestFor(account, more));
  return line;
}

/** What differs from run to run, put into a form that does not; widths stay where lines depend on them. */
export function steady(text: string): string {
  return text
    .replace(/account \d{12}/g, 'account 123456789012')
    .replace(/sha256:[0-9a-f]{12}/g, 'sha256:0123456789ab')
    .replace(/(Plan |--plan |--plan \\\n\s+)[0-9a-f]{8}/g, '$17c1e09d2')
    .replace(/\b(sg|sgr|vpc|eipalloc|subnet|rtb|nat)-[0-9a-f]{8,17}/g, '$1-0a1b2c3d4e5f60718')
    .replace(/\d+(\.\d)? s ago/g, '40 s ago')
    .replace(/\(\d+ reads(, [\d.]+ s)?\)/g, '(112 reads, 1.4 s)')
    .replace(/in [\d.]+ s:/g, 'in 14 s:')
    .replace(/before that: \d+ calls/g, 'before that: 42 calls');
}
