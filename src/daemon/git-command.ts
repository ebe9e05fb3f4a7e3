import { access, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { simpleGit } from 'simple-git';
import { stalled } from '../engine/errors.ts';
import type { Timing } from '../engine/timing.ts';
import { secretFrom, type Environment } from './credentials.ts';
import { isOpen, placeOf } from './git-address.ts';
import { toGitError } from './git-errors.ts';

/** Runs one git command and gives what it printed. */
export type Git = (args: readonly string[], options: GitOptions) => Promise<string>;

export interface GitOptions {
  readonly signal: AbortSignal;
  /** Where it runs. */
  readonly directory: string;
  /** Its own variables, on top of those that every command has. */
  readonly variables?: Readonly<Record<string, string>>;
}

/** Answers what git asks for one host alone, whoever redirects it; nothing secret stands on a command line. */
const ASKPASS = `#!/bin/sh
case "$1" in
  *"//$MCPGW_GIT_HOST'"* | *"@$MCPGW_GIT_HOST'"*) ;;
  *) exit 1 ;;
esac
case "$1" in
  Username*) printf '%s\\n' "$MCPGW_GIT_USER" ;;
  *) printf '%s\\n' "$MCPGW_GIT_TOKEN" ;;
esac
`;

/** What of our own environment git and ssh need: no credentials of AWS, no settings of somebody's shell. */
const PASSED =
  /^(?:PATH|HOME|USER|LOGNAME|TMPDIR|XDG_CONFIG_HOME|SSH_AUTH_SOCK|SYSTEMROOT|LD_LIBRARY_PATH|https?_proxy|no_proxy|all_proxy|GIT_SSL_CAINFO|GIT_SSL_CAPATH)$/i;

const CONFIG = [
  'safe.directory=*',
  'core.symlinks=false',
  'core.autocrlf=false',
  'gc.autoDetach=false',
  'versionsort.suffix=-',
];

interface OpenOptions {
  readonly url: string;
  readonly environment: Environment;
  readonly timing: Timing;
  /** A folder for what git needs besides. */
  readonly cache: string;
}

/** Makes git ready for one repository. Nothing that it asks for waits for a terminal. */
export async function openGit({ url, environment, timing, cache }: OpenOptions): Promise<Git> {
  const place = placeOf(url);
  const token = await secretFrom(environment, 'MCPGW_GIT_TOKEN');
  if (token !== undefined && isOpen(url))
    throw stalled('NotEncrypted', `${place} is not encrypted, and everybody on the way would see the token: use https`);
  const askpass = join(cache, 'askpass.sh');
  try {
    await mkdir(cache, { recursive: true, mode: 0o700 });
    // Another process may be about to run it.
    if ((await readFile(askpass, 'utf8').catch(() => '')) !== ASKPASS)
      await writeFile(askpass, ASKPASS, { mode: 0o700 });
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
    throw stalled(
      'CacheUnwritable',
      `nothing can be written to ${cache} (${why}), where what was fetched is kept: name another folder with XDG_CACHE_HOME`,
    );
  }
  const always: Record<string, string> = {
    ...passed(environment),
    LC_ALL: 'C',
    GIT_TERMINAL_PROMPT: '0',
    GIT_SSH_COMMAND: await sshCommand(environment, timing),
    ...(token !== undefined && {
      GIT_ASKPASS: askpass,
      MCPGW_GIT_HOST: URL.canParse(url) ? new URL(url).host : '',
      MCPGW_GIT_USER: environment['MCPGW_GIT_USER'] ?? 'x-access-token',
      MCPGW_GIT_TOKEN: token.open(),
    }),
  };
  return async (args, { signal, directory, variables }) => {
    const env = { ...always, ...variables };
    try {
      const git = simpleGit({
        baseDir: directory,
        config: CONFIG,
        abort: signal,
        timeout: { block: timing.fetch },
        allowEnvironment: Object.keys(env).filter((name) => name.startsWith('GIT_')),
        unsafe: { allowUnsafeAskPass: true, allowUnsafeSshCommand: true },
      }).env(env);
      return await git.raw(...args);
    } catch (error) {
      signal.throwIfAborted();
      throw toGitError(error, place, token !== undefined);
    }
  };
}

async function sshCommand(environment: Environment, timing: Timing): Promise<string> {
  const key = environment['MCPGW_GIT_SSH_KEY_FILE'] ?? '';
  const hosts = environment['MCPGW_GIT_KNOWN_HOSTS_FILE'] ?? '';
  for (const [name, file] of [
    ['MCPGW_GIT_SSH_KEY_FILE', key],
    ['MCPGW_GIT_KNOWN_HOSTS_FILE', hosts],
  ] as const)
    if (file !== '') await readable(name, file);
  return [
    'ssh -o BatchMode=yes',
    `-o ConnectTimeout=${Math.ceil(timing.greet / 1000)}`,
    ...(key === '' ? [] : [`-o IdentitiesOnly=yes -i ${quoted(key)}`]),
    ...(hosts === '' ? [] : [`-o StrictHostKeyChecking=yes -o UserKnownHostsFile=${quoted(hosts)}`]),
  ].join(' ');
}

async function readable(name: string, file: string): Promise<void> {
  try {
    await access(file);
  } catch {
    throw stalled('NoSuchFile', `the file ${file} that ${name} names cannot be read: check its name and mode`);
  }
}

const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

function passed(environment: Environment): Record<string, string> {
  const entries = Object.entries(environment).flatMap(([name, value]) =>
    value !== undefined && PASSED.test(name) ? [[name, value] as const] : [],
  );
  return Object.fromEntries(entries);
}
