import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { join, posix } from 'node:path';
import pRetry from 'p-retry';
import { ReconcileError, stalled } from '../engine/errors.ts';
import type { Clock, Timing } from '../engine/timing.ts';
import { signerOf } from './commit-signatures.ts';
import { checkOut, inClone, update, type Clone } from './git-clone.ts';
import type { Environment } from './credentials.ts';
import { placeOf } from './git-address.ts';
import { openGit } from './git-command.ts';
import { NETWORK } from './git-errors.ts';
import type { Follow } from './git-ref.ts';
import type { Source, SourceState } from './source.ts';

export interface GitSourceOptions {
  readonly url: string;
  readonly follow: Follow;
  /** A folder or file inside; the whole repository by default. */
  readonly path?: string;
  /** A file of allowed signers, absolute: commits of nobody else are followed. */
  readonly signers?: string;
  /** A folder for what was fetched; absolute. */
  readonly cache: string;
  /** Where credentials come from: `MCPGW_GIT_TOKEN`, `MCPGW_GIT_SSH_KEY_FILE` and their like. */
  readonly environment: Environment;
  readonly clock: Clock;
  readonly timing: Timing;
  /** Told of what is worth knowing and stops nothing: a branch that was rewritten. */
  readonly onMessage: (message: string) => void;
}

export interface GitSource extends Source {
  readonly url: string;
  readonly follow: Follow;
  /** Says that something was pushed. */
  hint(): void;
  onHint(listener: () => void): () => void;
}

/** How often a fetch is tried again that the network broke. */
const RETRIES = 2;
const MANIFEST = /^[^.].*\.ya?ml$/i;
const MOST = 8;

/**
 * Follows a branch, or the newest of some tags, of a git repository.
 * @throws {ReconcileError} for an address that cannot be followed
 */
export function gitSource(options: GitSourceOptions): GitSource {
  const { url, follow, timing, path = '' } = options;
  const listeners = new Set<() => void>();
  const cache = join(options.cache, createHash('sha256').update(url).digest('hex').slice(0, 16));
  const place = [placeOf(url), followText(follow), insidePath(path)].filter((part) => part !== '').join(' ');
  let folder: string | undefined;
  return {
    url,
    follow,
    place,
    kind: 'git',
    async next(signal) {
      const git = await openGit({ url, environment: options.environment, timing, cache });
      const clone: Clone = { ...options, git, cache, signal };
      const commit = await pRetry(() => update(clone, follow), {
        retries: RETRIES,
        minTimeout: timing.backoffMin,
        maxTimeout: timing.backoffMax,
        randomize: true,
        signal,
        shouldRetry: ({ error }) => error instanceof ReconcileError && error.code === NETWORK,
      });
      if (options.signers !== undefined) await signerOf(inClone(clone), commit, options.signers);
      folder = await checkOut(clone, commit, folder === undefined ? [] : [folder]);
      return found(folder, insidePath(path), commit);
    },
    onHint(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    hint: () => listeners.forEach((listener) => listener()),
    close: () => {
      listeners.clear();
      return Promise.resolve();
    },
  };
}

const followText = (follow: Follow): string => ('tags' in follow ? `tags ${follow.tags}` : (follow.branch ?? ''));

function insidePath(path: string): string {
  const normal = posix.normalize(path).replace(/^\.$|\/$/g, '');
  if (normal.split('/').includes('..') || path.startsWith('/'))
    throw stalled('BadPath', `the path "${path}" leads out of the repository: give one inside, without a leading "/"`);
  return normal;
}

/** The manifests below a path of the commit; that there are none is an error and no wish. */
async function found(folder: string, path: string, commit: string): Promise<SourceState> {
  const directory = join(folder, path);
  const about = await stat(directory).catch(() => undefined);
  const short = commit.slice(0, 7);
  if (about === undefined)
    throw stalled('NoSuchPath', `commit ${short} has no file or folder "${path}": ${await around(folder, path)}`);
  if (about.isFile()) return { revision: commit, directory, root: folder, files: [directory] };
  const names = (await readdir(directory)).filter((name) => MANIFEST.test(name)).sort();
  if (names.length === 0)
    throw stalled(
      'NoManifests',
      `commit ${short} has no manifest in ${path === '' ? 'its main folder' : `"${path}"`}: no file there ends in .yaml or .yml. If every gateway should be let go, stop the daemon; nothing is deleted`,
    );
  return { revision: commit, directory, root: folder, files: names.map((name) => join(directory, name)) };
}

/** What there is where the path stops being right. */
async function around(folder: string, path: string): Promise<string> {
  const above = posix.dirname(path) === '.' ? '' : posix.dirname(path);
  const names = await readdir(join(folder, above)).catch(() => undefined);
  if (names === undefined) return around(folder, above);
  const list = names.filter((name) => !name.startsWith('.')).sort();
  const shown = `${list.slice(0, MOST).join(', ')}${list.length > MOST ? `, and ${list.length - MOST} more` : ''}`;
  return `${above === '' ? 'the repository' : `"${above}"`} has ${list.length === 0 ? 'nothing' : shown}`;
}
