import { stalled } from '../engine/errors.ts';

/** What of a repository is followed: a branch, by default its own, or the newest tag that a pattern fits. */
export type Follow = { readonly branch?: string } | { readonly tags: string };

/** Where something points now. */
export interface Pointed {
  /** `refs/heads/main`. */
  readonly ref: string;
  /** Of the commit, or of the tag that names one. */
  readonly sha: string;
}

type Ask = (args: readonly string[]) => Promise<string>;

const HEADS = 'refs/heads/';
const TAGS = 'refs/tags/';
const MOST = 5;

/** For people: `main`, `v1.4.0`. */
export const shortRef = (ref: string): string => ref.replace(/^refs\/(?:heads|tags)\//, '');

/** Asks the repository where what is followed points. */
export async function findRef(ask: Ask, url: string, follow: Follow): Promise<Pointed> {
  return 'tags' in follow ? newestTag(ask, url, follow.tags) : branchOf(ask, url, follow.branch);
}

async function branchOf(ask: Ask, url: string, wanted: string | undefined): Promise<Pointed> {
  const named = wanted === undefined ? [] : [fullName(wanted)];
  const answer = await ask(['ls-remote', '--symref', '--', url, 'HEAD', ...named]);
  const ref = named[0] ?? /^ref: (\S+)\tHEAD$/m.exec(answer)?.[1];
  const found = pointedIn(answer).find((each) => each.ref === (named[0] ?? 'HEAD'));
  if (found !== undefined && ref !== undefined) return { ref, sha: found.sha };
  const heads = pointedIn(await ask(['ls-remote', '--heads', '--', url])).map((head) => shortRef(head.ref));
  if (heads.length === 0)
    throw stalled('EmptyRepository', `the repository ${url} has no branch yet: push a commit with a manifest`);
  const there = `it has ${heads.slice(0, MOST).join(', ')}${heads.length > MOST ? `, and ${heads.length - MOST} more` : ''}`;
  throw wanted === undefined
    ? stalled('NoSuchBranch', `the repository ${url} does not say which is its main branch: name one (${there})`)
    : stalled('NoSuchBranch', `the repository ${url} has no branch "${shortRef(fullName(wanted))}": ${there}`);
}

const fullName = (branch: string): string => (branch.startsWith(HEADS) ? branch : `${HEADS}${branch}`);

async function newestTag(ask: Ask, url: string, pattern: string): Promise<Pointed> {
  // The pattern fits the end of a name too, and `refs/tags/` may stand in the middle of one.
  const sorted = ['ls-remote', '--tags', '--refs', '--sort=-version:refname', '--', url, `${TAGS}${pattern}`];
  const found = pointedIn(await ask(sorted)).find(({ ref }) => ref.startsWith(TAGS));
  if (found !== undefined) return found;
  const tags = pointedIn(await ask(['ls-remote', '--tags', '--refs', '--', url])).map(({ ref }) => shortRef(ref));
  const there = tags.length === 0 ? 'it has no tags' : `it has ${tags.slice(-MOST).join(', ')}`;
  throw stalled('NoSuchTag', `no tag of the repository ${url} fits "${pattern}": ${there}`);
}

const pointedIn = (answer: string): readonly Pointed[] =>
  [...answer.matchAll(/^([0-9a-f]{40,64})\t(\S+)$/gm)].map(([, sha = '', ref = '']) => ({ sha, ref }));
