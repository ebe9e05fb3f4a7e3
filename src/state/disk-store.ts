import { createHash } from 'node:crypto';
import { appendFile, link, mkdir, open, readdir, readFile, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isAlive, processSpace } from './process.ts';
import type { Store, Stored } from './store.ts';

// Whoever was held up between its link and its check takes a version that is so far behind for one that was cleared.
const KEPT = 16;

/**
 * A folder on disk that only its owner can read.
 *
 * A text that is written has one file a version, `<name>.<number>`; the highest is the one that counts. A version is
 * written aside and linked into place, which fails where another process made that version first: so nothing is ever
 * half there, and of two writers one is told. What is appended to is the plain file `<name>`.
 */
export function diskStore(folder: string): Store {
  const swapIn = async (place: Place, text: string, version: string | undefined): Promise<string | undefined> => {
    const standing = await readNewest(place);
    if (standing?.version !== version) return undefined;
    const number = (standing?.number ?? 0) + 1;
    const made = await linkNew(place, number, text);
    const versions = await versionsOf(place);
    // Made anew what others had made and cleared long ago.
    const isStale = newest(versions) - number >= KEPT;
    const old = versions.filter((other) => other <= newest(versions) - KEPT);
    await Promise.all(old.map((other) => rm(fileOf(place, other), { force: true })));
    await clearDrafts(place);
    return made && !isStale ? versionOf(number, text) : undefined;
  };
  const swap = async (name: string, text: string, version: string | undefined): Promise<string | undefined> => {
    const place = placeOf(folder, name);
    return within(place.folder, () => swapIn(place, text, version));
  };
  return {
    place: folder,
    read: (name) => readNewest(placeOf(folder, name)),
    swap,
    async write(name, text) {
      for (;;) {
        const standing = await readNewest(placeOf(folder, name));
        if ((await swap(name, text, standing?.version)) !== undefined) return;
      }
    },
    async append(name, text) {
      const file = join(folder, name);
      await within(dirname(file), () => appendFile(file, text, { mode: 0o600 }));
    },
    async list(inner) {
      const names = (await namesIn(join(folder, inner))).filter((name) => !/^\.|\.\d+$/.test(name));
      return names.sort().map((name) => `${inner}/${name}`);
    },
    remove: (name) => rm(join(folder, name), { force: true }),
  };
}

interface Place {
  readonly folder: string;
  readonly name: string;
}

const placeOf = (folder: string, name: string): Place => ({
  folder: dirname(join(folder, name)),
  name: basename(name),
});

const fileOf = ({ folder, name }: Place, number: number): string => join(folder, `${name}.${number}`);

const newest = (versions: readonly number[]): number => Math.max(0, ...versions);

async function versionsOf({ folder, name }: Place): Promise<readonly number[]> {
  const endings = (await namesIn(folder))
    .filter((other) => other.startsWith(`${name}.`))
    .map((other) => other.slice(name.length + 1));
  return endings.filter((ending) => /^[1-9]\d*$/.test(ending)).map(Number);
}

interface Numbered extends Stored {
  readonly number: number;
}

/** The text is part of it: numbers begin anew in a folder that was lost. */
const versionOf = (number: number, text: string): string => `${number}-${hashOf(text)}`;

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);

async function readNewest(place: Place): Promise<Numbered | undefined> {
  for (;;) {
    const number = newest(await versionsOf(place));
    const text = await textOf(number === 0 ? join(place.folder, place.name) : fileOf(place, number));
    if (text !== undefined) return { text, number, version: versionOf(number, text) };
    // Cleared since it was listed: there is a newer one.
    if (number === 0) return undefined;
  }
}

/** False when that version stands already. */
async function linkNew(place: Place, number: number, text: string): Promise<boolean> {
  const draft = join(place.folder, draftName());
  try {
    const file = await open(draft, 'wx', 0o600);
    try {
      await file.writeFile(text);
      // Without it a power cut may leave the name without the text.
      await file.sync();
    } finally {
      await file.close();
    }
    await link(draft, fileOf(place, number));
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

let drafts = 0;
const draftsOfSpace = (): string => `.${hashOf(processSpace())}.`;
const draftName = (): string => `${draftsOfSpace()}${process.pid}.${(drafts += 1)}`;

/** What a killed process left behind. */
async function clearDrafts({ folder }: Place): Promise<void> {
  const own = draftsOfSpace();
  const left = (await namesIn(folder)).filter((name) => {
    const pid = name.startsWith(own) ? Number(name.slice(own.length).split('.')[0]) : NaN;
    return Number.isInteger(pid) && !isAlive(pid);
  });
  await Promise.all(left.map((name) => rm(join(folder, name), { force: true })));
}

const TRIES = 10;

/** Writes in a folder, which is made first, and again where somebody takes it away meanwhile. */
async function within<T>(folder: string, write: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      await makeFolder(folder);
      return await write();
    } catch (error) {
      if (codeOf(error) !== 'ENOENT' || tries === TRIES) throw error;
    }
  }
}

/**
 * Makes a folder and those above it. Where a file system says that the folder above is missing although it stands, as
 * automounters and /proc do, the recursive form of Node's own never ends.
 */
async function makeFolder(folder: string): Promise<void> {
  const make = (): Promise<void> => mkdir(folder, { mode: 0o700 });
  try {
    await make().catch(async (error: unknown) => {
      if (codeOf(error) !== 'ENOENT' || dirname(folder) === folder) throw error;
      await makeFolder(dirname(folder));
      await make();
    });
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}

async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);
