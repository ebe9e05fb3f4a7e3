import { dirname, resolve } from 'node:path';
import type { Controller } from './controller.ts';
import type { Gateway } from './gateway.ts';
import { checkDocument } from './kinds.ts';
import { parseManifest, type Document } from './manifest.ts';
import { baseOf, overlay, type Library } from './overlay.ts';
import { locate, type Places } from './place.ts';
import { fileProblem, isError, type Problem, toProblem } from './problem.ts';
import { readNamed, readSources, type SourceFile } from './source.ts';

/** Where something that is wanted was read. */
export interface Manifest {
  readonly file: string;
  /** Where the file names of secret sources start; absolute. */
  readonly directory: string;
  /** The whole file, whose hash is the revision where there is no commit. */
  readonly text: string;
  /** The files that it lies over, the nearest first. */
  readonly bases: readonly SourceFile[];
  /** What it says, merged with its bases, without defaults. */
  readonly data: unknown;
  readonly places: Places;
}

/** A gateway with the manifest that it came from. */
export interface LoadedGateway extends Manifest {
  readonly gateway: Gateway;
}

/** A controller's home with the manifest that it came from. */
export interface LoadedController extends Manifest {
  readonly controller: Controller;
}

export interface Manifests {
  /** Those that have no error of their own. */
  readonly gateways: readonly LoadedGateway[];
  readonly controllers: readonly LoadedController[];
  /** All of them, in the order of files and lines. */
  readonly problems: readonly Problem[];
}

/** Reads and checks every manifest in these files and folders. Whatever is in them, it does not throw. */
export async function readManifests(paths: readonly string[]): Promise<Manifests> {
  const { files, problems } = await readSources(paths);
  const read = checkFiles(files, await readBases(files));
  return { ...read, problems: [...problems, ...read.problems] };
}

/** Every file that these lie over, however far below; what cannot be read is there without a text. */
export async function readBases(files: readonly SourceFile[]): Promise<Library> {
  const library = new Map<string, SourceFile | undefined>();
  const open = [...files];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    const named = parseManifest(file.file, file.text).documents.flatMap((document) => baseOf(document) ?? []);
    for (const base of named.filter((each) => !library.has(resolve(each)))) {
      const read = await readNamed(base);
      library.set(resolve(base), read);
      if (read !== undefined) open.push(read);
    }
  }
  return library;
}

/** @param library what the files may lie over */
export function checkFiles(files: readonly SourceFile[], library: Library = new Map()): Manifests {
  const all = files.map((file) => checkFile(file, library));
  const gateways = all.flatMap((each) => each.gateways);
  const controllers = all.flatMap((each) => each.controllers);
  const problems = unique(files.flatMap(({ file }, index) => inOrder(file, all[index]?.problems ?? [])));
  const nothing = files.length > 0 && gateways.length + controllers.length === 0 && !problems.some(isError);
  const missing = nothing ? [fileProblem(files.at(-1)?.file ?? '', 'no manifest of kind Gateway was found')] : [];
  const twice = [
    ...doubled('gateway', gateways, ({ gateway }) => gateway),
    ...doubled('controller', controllers, ({ controller }) => controller),
  ];
  return { gateways, controllers, problems: [...problems, ...twice, ...missing] };
}

/** Those of the file itself first, each file's in the order of its lines. */
const inOrder = (file: string, problems: readonly Problem[]): readonly Problem[] =>
  [...problems].sort(
    (a, b) => Number(a.file !== file) - Number(b.file !== file) || a.line - b.line || a.column - b.column,
  );

/** What stands in a base is told once, however many lie over it. */
const unique = (problems: readonly Problem[]): readonly Problem[] => {
  const lines = problems.map((problem) => JSON.stringify(problem));
  return problems.filter((_, index) => lines.indexOf(lines[index] ?? '') === index);
};

function checkFile({ file, text, found }: SourceFile, library: Library): Manifests {
  const { documents, problems } = parseManifest(file, text);
  const checked = documents.map((written) => {
    const { document, bases, problems: own } = overlay(written, library);
    if (document === undefined) return { gateways: [], controllers: [], problems: own };
    const { data, places } = document;
    const { gateway, controller, findings } = checkDocument(document, found);
    const judged = findings.map((finding) => toProblem(file, places, finding));
    const manifest = { file, directory: dirname(resolve(file)), text, bases, data, places };
    return {
      gateways: gateway === undefined ? [] : [{ ...manifest, gateway }],
      controllers: controller === undefined ? [] : [{ ...manifest, controller }],
      problems: [...judged, ...follow(written, judged)],
    };
  });
  // A key that stands twice leaves open which of its values was meant.
  const sound = problems.some(isError) ? [] : checked;
  return {
    gateways: sound.flatMap(({ gateways }) => gateways),
    controllers: sound.flatMap(({ controllers }) => controllers),
    problems: [...problems, ...checked.flatMap((each) => each.problems)],
  };
}

/** Who reads this file's problems alone learns that its base has some. */
function follow({ file, places }: Document, problems: readonly Problem[]): readonly Problem[] {
  const below = problems.filter((problem) => isError(problem) && problem.file !== file);
  if (below.length === 0) return [];
  const message = `what it says below is wrong: ${[...new Set(below.map((problem) => problem.file))].join(', ')}`;
  return [toProblem(file, places, { at: '/base', message, suggestion: 'mend it there, or say it otherwise here' })];
}

/** What would be the same thing in AWS as one before it. */
function doubled<Loaded extends Manifest>(
  what: string,
  all: readonly Loaded[],
  identify: (loaded: Loaded) => Pick<Gateway, 'accountId' | 'region' | 'name'>,
): readonly Problem[] {
  const firsts = new Map<string, Loaded>();
  return all.flatMap((each) => {
    const { accountId, region, name } = identify(each);
    const key = `${accountId}/${region}/${name}`;
    const first = firsts.get(key);
    if (first === undefined) {
      firsts.set(key, each);
      return [];
    }
    const at = '/metadata/name';
    const named = locate(first.places, at);
    const place = `${named.file ?? first.file}:${named.line}`;
    const message = `a ${what} "${name}" in ${region} stands at ${place} already`;
    return [toProblem(each.file, each.places, { at, message, suggestion: 'give one of them another name' })];
  });
}
