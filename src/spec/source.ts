import { readdir, readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileProblem, type Problem } from './problem.ts';

/** A file as it was read. */
export interface SourceFile {
  /** As the user named it, or as the folder that was named leads to it. */
  readonly file: string;
  readonly text: string;
  /** Found in a folder, where other people's YAML may stand too. */
  readonly found: boolean;
}

export interface Sources {
  readonly files: readonly SourceFile[];
  readonly problems: readonly Problem[];
}

/** Far above any manifest. */
const mostBytes = 1024 * 1024;

const nothing: Sources = { files: [], problems: [] };

/** Reads one file that something else names; undefined when that cannot be done. */
export async function readNamed(file: string): Promise<SourceFile | undefined> {
  return (await readOne(file, true)).files[0];
}

/** Reads files and folders; a file that is named twice is read once. */
export async function readSources(named: readonly string[]): Promise<Sources> {
  const { files, problems } = together(await Promise.all(named.map(readPath)));
  const paths = files.map(({ file }) => resolve(file));
  return { files: files.filter((_, index) => paths.indexOf(paths[index] ?? '') === index), problems };
}

const together = (all: readonly Sources[]): Sources => ({
  files: all.flatMap(({ files }) => files),
  problems: all.flatMap(({ problems }) => problems),
});

async function readPath(path: string): Promise<Sources> {
  try {
    const about = await stat(path);
    return about.isDirectory() ? await readFolder(path) : await readOne(path, false);
  } catch (error) {
    return refuse(path, reason(error), 'check the name that follows -f');
  }
}

async function readFolder(folder: string): Promise<Sources> {
  const names = (await readdir(folder)).filter((name) => /^[^.].*\.ya?ml$/i.test(name)).sort();
  if (names.length === 0) return refuse(folder, 'the folder has no manifest: no file in it ends in .yaml or .yml');
  return together(await Promise.all(names.map((name) => readOne(join(folder, name), true))));
}

async function readOne(file: string, found: boolean): Promise<Sources> {
  try {
    const about = await stat(file);
    if (about.isDirectory()) return nothing;
    if (about.size > mostBytes) return refuse(file, `is too large for a manifest: ${about.size} bytes`);
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(await readFile(file));
    return { files: [{ file, text, found }], problems: [] };
  } catch (error) {
    return refuse(file, error instanceof TypeError ? 'is not text in UTF-8' : reason(error));
  }
}

const refuse = (file: string, message: string, suggestion?: string): Sources => ({
  files: [],
  problems: [fileProblem(file, message, suggestion)],
});

function reason(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') return 'there is no such file or folder';
  if (code === 'EACCES' || code === 'EPERM') return 'may not be read';
  return `cannot be read: ${error instanceof Error ? error.message : String(error)}`;
}
