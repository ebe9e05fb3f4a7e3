import { mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ReconcileError } from '../engine/errors.ts';
import type { Clock, Timing } from '../engine/timing.ts';
import type { Git } from './git-command.ts';
import { FAILED } from './git-errors.ts';
import { findRef, shortRef, type Follow } from './git-ref.ts';

/** What is kept here of a repository: its last commits without their history, and a folder for each. */
export interface Clone {
  readonly url: string;
  readonly git: Git;
  readonly cache: string;
  readonly clock: Clock;
  readonly timing: Timing;
  readonly signal: AbortSignal;
  readonly onMessage: (message: string) => void;
}

/** How far back is looked for the last commit, to tell a new one from a rewritten branch. */
const HISTORY = 50;

/** Fetches what is followed; answers with its commit. */
export async function update(clone: Clone, follow: Follow): Promise<string> {
  const { git, cache, signal, url } = clone;
  const { ref, sha } = await findRef((args) => git(args, { signal, directory: cache }), url, follow);
  try {
    return await fetchCommit(clone, ref, sha);
  } catch (error) {
    if (!(error instanceof ReconcileError) || error.code !== FAILED) throw error;
    // What a killed git leaves behind stops every later one.
    await rm(repositoryOf(clone), { recursive: true, force: true });
    return fetchCommit(clone, ref, sha);
  }
}

const repositoryOf = ({ cache }: Clone): string => join(cache, 'repository.git');
const commitsOf = ({ cache }: Clone): string => join(cache, 'commits');

/** A command in the clone. */
export const inClone =
  (clone: Clone) =>
  (args: readonly string[]): Promise<string> =>
    clone.git(args, { signal: clone.signal, directory: repositoryOf(clone) });

async function fetchCommit(clone: Clone, ref: string, sha: string): Promise<string> {
  const run = inClone(clone);
  await mkdir(repositoryOf(clone), { recursive: true });
  await run(['init', '--bare', '--quiet']);
  const before = await resolved(run, ref);
  if (before === sha) return commitAt(run, ref);
  await sweep(clone, join(repositoryOf(clone), 'objects', 'pack'), (name) => name.startsWith('tmp_'));
  const depth = `--depth=${before === undefined ? 1 : HISTORY}`;
  await run(['fetch', '--quiet', depth, '--no-tags', '--no-recurse-submodules', '--', clone.url, `+${ref}:${ref}`]);
  const commit = await commitAt(run, ref);
  if (before !== undefined && !(await isAncestor(run, before, commit)))
    clone.onMessage(
      `${clone.url}: ${shortRef(ref)} was rewritten (force push), or is more than ${HISTORY} commits ahead: it was at ${before.slice(0, 7)}, and ${commit.slice(0, 7)} is followed now`,
    );
  return commit;
}

type Run = ReturnType<typeof inClone>;

async function resolved(run: Run, ref: string): Promise<string | undefined> {
  const answer = await run(['for-each-ref', '--format=%(objectname)', ref]);
  return answer.trim() === '' ? undefined : answer.trim();
}

const commitAt = async (run: Run, ref: string): Promise<string> =>
  (await run(['rev-parse', '--verify', '--end-of-options', `${ref}^{commit}`])).trim();

async function isAncestor(run: Run, before: string, after: string): Promise<boolean> {
  const answer = await run(['rev-list', '--max-count=1', before, `^${after}`]);
  return answer.trim() === '';
}

/** A folder with everything that the commit has: complete, or not there at all. */
export async function checkOut(clone: Clone, commit: string, inUse: readonly string[]): Promise<string> {
  const folder = join(commitsOf(clone), commit);
  if (!(await exists(folder))) await checkOutFresh(clone, commit, folder);
  const used = [folder, ...inUse].map((each) => basename(each));
  await sweep(clone, commitsOf(clone), (name) => !used.includes(name));
  return folder;
}

async function checkOutFresh(clone: Clone, commit: string, folder: string): Promise<void> {
  await mkdir(commitsOf(clone), { recursive: true });
  const fresh = await mkdtemp(join(commitsOf(clone), 'new-'));
  const index = `${fresh}.index`;
  try {
    const variables = { GIT_DIR: repositoryOf(clone), GIT_WORK_TREE: fresh, GIT_INDEX_FILE: index };
    const { git, signal } = clone;
    await git(['read-tree', commit], { signal, directory: fresh, variables });
    await git(['checkout-index', '--all', '--force'], { signal, directory: fresh, variables });
    await rename(fresh, folder);
  } finally {
    await Promise.all([fresh, index].map((each) => rm(each, { recursive: true, force: true })));
  }
}

export async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch {
    return false;
  }
}

/** Removes what nobody needs any more; what is young may be another process's work. */
async function sweep({ clock, timing }: Clone, folder: string, isLeft: (name: string) => boolean): Promise<void> {
  const names = (await exists(folder)) ? (await readdir(folder)).filter(isLeft) : [];
  for (const name of names) {
    const path = join(folder, name);
    const about = await stat(path).catch(() => undefined);
    if (about !== undefined && clock.now() - about.mtimeMs > timing.fetch)
      await rm(path, { recursive: true, force: true });
  }
}
