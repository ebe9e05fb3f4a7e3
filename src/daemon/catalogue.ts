import { basename, relative } from 'node:path';
import { isError, problemLine, type Problem } from '../spec/problem.ts';
import { readManifests, type LoadedGateway } from '../spec/read.ts';
import type { SourceState } from './source.ts';

/** What a source says of the gateways in it. */
export interface Reading {
  readonly place: string;
  readonly revision: string;
  /** Git's revision is everybody's; that of files is each file's own. */
  readonly isCommit: boolean;
  readonly gateways: readonly Listed[];
  /** Files with a mistake: what they say of gateways is not known. */
  readonly broken: ReadonlyMap<string, readonly string[]>;
  readonly problems: readonly Problem[];
}

export interface Listed {
  readonly key: string;
  /** As the source names it, the same in every revision. */
  readonly file: string;
  readonly loaded: LoadedGateway;
}

/** What the daemon is to do about one gateway. */
export type Wish = {
  readonly key: string;
  readonly file: string;
  readonly place: string;
  /** The last manifest of it that was good; undefined: there has been none. */
  readonly loaded: LoadedGateway | undefined;
  readonly commit: string | undefined;
} & (
  | { readonly state: 'wanted' }
  /** Its manifest cannot be followed: it stays as it is, and is looked at. */
  | { readonly state: 'broken'; readonly because: string }
  /** No manifest names it any more: nothing is done to it. */
  | { readonly state: 'released'; readonly because: string }
);

export const keyOf = ({ gateway }: LoadedGateway): string => `${gateway.accountId}/${gateway.region}/${gateway.name}`;

/** Reads the manifests of a source. */
export async function readSource(place: string, isCommit: boolean, state: SourceState): Promise<Reading> {
  const { root = state.directory } = state;
  const nameOf = (file: string): string => relative(root, file) || basename(file);
  const { gateways, problems: found } = await readManifests([state.directory]);
  const problems = found.map((problem) => ({
    ...problem,
    file: nameOf(problem.file),
    message: problem.message.replaceAll(`${root}/`, ''),
  }));
  const broken = new Map<string, string[]>();
  for (const problem of problems.filter(isError)) {
    broken.set(problem.file, [...(broken.get(problem.file) ?? []), problemLine(problem)]);
  }
  const listed = gateways.map((loaded) => ({ key: keyOf(loaded), file: nameOf(loaded.file), loaded }));
  return { place, revision: state.revision, isCommit, gateways: listed, broken, problems };
}

/**
 * What is to be done about every gateway that is or was known, from all sources together.
 *
 * @param readings of each source, the last that succeeded
 */
export function merge(readings: readonly Reading[], before: ReadonlyMap<string, Wish>): ReadonlyMap<string, Wish> {
  const wishes = new Map<string, Wish>();
  for (const reading of readings)
    for (const { key, file, loaded } of reading.gateways) {
      const { place } = reading;
      const commit = reading.isCommit ? reading.revision : undefined;
      const others = allOf(readings, key).filter((other) => other.loaded !== loaded);
      if (others.length === 0) {
        wishes.set(key, { key, file, place, loaded, commit, state: 'wanted' });
        continue;
      }
      const files = [loaded.file, ...others.map((other) => other.loaded.file)].sort();
      const because = `several manifests describe it (${files.join(', ')}): leave one of them`;
      wishes.set(key, { ...lastGood(before.get(key)), key, file, place, state: 'broken', because });
    }
  for (const [key, wish] of before) {
    if (wishes.has(key)) continue;
    const { file, place } = wish;
    const reading = readings.find((each) => each.place === place);
    const mistakes = reading?.broken.get(file);
    if (mistakes !== undefined || reading === undefined)
      wishes.set(key, { ...lastGood(wish), key, file, place, state: 'broken', because: (mistakes ?? []).join('; ') });
    else
      wishes.set(key, {
        ...lastGood(wish),
        key,
        file,
        place,
        state: 'released',
        because: releasedText(wish),
      });
  }
  return wishes;
}

export const releasedText = ({ file, place }: Pick<Wish, 'file' | 'place'>): string =>
  `${file} in ${place} does not describe it any more; nothing is deleted, only destroy deletes`;

const allOf = (readings: readonly Reading[], key: string): readonly Listed[] =>
  readings.flatMap((reading) => reading.gateways.filter((listed) => listed.key === key));

const lastGood = (wish: Wish | undefined): Pick<Wish, 'loaded' | 'commit'> => ({
  loaded: wish?.loaded,
  commit: wish?.commit,
});

/** Whether two wishes ask for the same, whatever commit they stand in. */
export function isSameManifest(a: Wish | undefined, b: Wish): boolean {
  if (a?.state !== b.state || a.file !== b.file) return false;
  if (a.state !== 'wanted' && b.state !== 'wanted' && a.because !== b.because) return false;
  return JSON.stringify(a.loaded?.gateway) === JSON.stringify(b.loaded?.gateway);
}

export const isSameWish = (a: Wish | undefined, b: Wish): boolean =>
  isSameManifest(a, b) && a?.commit === b.commit && a?.loaded?.directory === b.loaded?.directory;
