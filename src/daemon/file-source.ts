import { createHash } from 'node:crypto';
import { watch, type FSWatcher } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { ReconcileError, stalled } from '../engine/errors.ts';
import type { Clock, Timing } from '../engine/timing.ts';
import { readBases } from '../spec/read.ts';
import { readSources } from '../spec/source.ts';
import type { Source, SourceState } from './source.ts';

export interface FileSourceOptions {
  /** A file, or a folder of manifests. */
  readonly path: string;
  readonly clock: Clock;
  readonly timing: Timing;
}

/** One file as the folder shows it. */
interface Entry {
  readonly file: string;
  readonly mark: string;
}

/** How often files that go on changing are looked at before that is an error. */
const TRIES = 10;
/** A base that is named and not there. */
const GONE = 'gone';
const MANIFEST = /^[^.].*\.ya?ml$/i;

/** Follows a file or a folder. What has vanished or is being written is an error and no wish. */
export function fileSource({ path, clock, timing }: FileSourceOptions): Source {
  const place = resolve(path);
  const watchers = new Set<FSWatcher>();
  let last: { readonly marks: string; readonly state: SourceState } | undefined;
  let bases: readonly string[] = [];
  const look = async (): Promise<readonly Entry[]> => [...(await list(place, path)), ...(await marked(bases))];
  return {
    place: path,
    kind: 'file',
    async next(signal) {
      if (last !== undefined && marksOf(await look()) === last.marks) return last.state;
      for (let tries = 0; tries < TRIES && !signal.aborted; tries += 1) {
        bases = await basesOf(place);
        const entries = await look();
        // An editor takes a file away and puts another in its place, or writes it in two parts.
        await clock.sleep(timing.still, signal);
        const texts = await Promise.all(entries.map(({ file }) => readText(file)));
        const again = await look();
        // One that stays empty is no more than a manifest with a mistake: the others are read.
        const whole = entries.every(({ mark }, index) => mark === GONE || texts[index] !== '') || tries === TRIES - 1;
        if (marksOf(again) === marksOf(entries) && whole) {
          const revision = `sha256:${createHash('sha256').update(JSON.stringify(texts)).digest('hex')}`;
          const files = entries.slice(0, entries.length - bases.length).map(({ file }) => file);
          last = { marks: marksOf(entries), state: { revision, directory: place, files } };
          return last.state;
        }
      }
      throw new ReconcileError(
        'waiting',
        'BeingWritten',
        `${path} goes on changing: it is read when it has come to rest`,
      );
    },
    onHint(listener) {
      // A file is replaced by renaming more often than it is written: the folder tells of both.
      for (const folder of new Set([place, dirname(place)])) {
        try {
          const watcher = watch(folder, { persistent: false }, listener);
          watcher.on('error', () => watcher.close());
          watchers.add(watcher);
        } catch {
          // Not every file system can be watched; it is looked at from time to time in any case.
        }
      }
      return () => watchers.forEach((watcher) => watcher.close());
    },
    close: () => {
      watchers.forEach((watcher) => watcher.close());
      return Promise.resolve();
    },
  };
}

async function list(place: string, named: string): Promise<readonly Entry[]> {
  try {
    const about = await stat(place);
    if (!about.isDirectory()) return [{ file: place, mark: markOf(about) }];
    const names = (await readdir(place)).filter((name) => MANIFEST.test(name)).sort();
    if (names.length === 0)
      throw stalled('NoManifest', `the folder ${named} has no manifest; nothing is changed until it has one again`);
    return await Promise.all(
      names.map(async (name) => ({ file: join(place, name), mark: markOf(await stat(join(place, name))) })),
    );
  } catch (error) {
    if (error instanceof ReconcileError) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'Unreadable';
    const why = code === 'ENOENT' ? 'is not there' : `cannot be read (${code})`;
    throw stalled('SourceUnreadable', `${named} ${why}; nothing is changed until it can be read again`);
  }
}

/** The files that manifests lie over, in whatever folder they stand. */
const basesOf = async (place: string): Promise<readonly string[]> => [
  ...(await readBases((await readSources([place])).files)).keys(),
];

const marked = (files: readonly string[]): Promise<readonly Entry[]> =>
  Promise.all(files.map(async (file) => ({ file, mark: await stat(file).then(markOf, () => GONE) })));

const markOf = (about: { readonly size: number; readonly mtimeMs: number; readonly ino: number }): string =>
  `${about.size} ${about.mtimeMs} ${about.ino}`;

const marksOf = (entries: readonly Entry[]): string => JSON.stringify(entries);

const readText = async (file: string): Promise<string> => (await readFile(file, 'utf8').catch(() => '')).trim();
