import { dirname, resolve } from 'node:path';
import type { Gateway } from './gateway.ts';
import { checkDocument } from './kinds.ts';
import { parseManifest } from './manifest.ts';
import { locate, type Places } from './place.ts';
import { fileProblem, isError, type Problem, toProblem } from './problem.ts';
import { readSources, type SourceFile } from './source.ts';

/** A gateway with the manifest that it came from. */
export interface LoadedGateway {
  readonly gateway: Gateway;
  readonly file: string;
  /** Where the file names of secret sources start; absolute. */
  readonly directory: string;
  /** The whole file, whose hash is the revision where there is no commit. */
  readonly text: string;
  readonly places: Places;
}

export interface Manifests {
  /** Those that have no error of their own. */
  readonly gateways: readonly LoadedGateway[];
  /** All of them, in the order of files and lines. */
  readonly problems: readonly Problem[];
}

/** Reads and checks every manifest in these files and folders. Whatever is in them, it does not throw. */
export async function readManifests(paths: readonly string[]): Promise<Manifests> {
  const { files, problems } = await readSources(paths);
  const read = checkFiles(files);
  return { gateways: read.gateways, problems: [...problems, ...read.problems] };
}

export function checkFiles(files: readonly SourceFile[]): Manifests {
  const all = files.map(checkFile);
  const gateways = all.flatMap((each) => each.gateways);
  const problems = all.flatMap((each) => [...each.problems].sort((a, b) => a.line - b.line || a.column - b.column));
  const nothing = files.length > 0 && gateways.length === 0 && !problems.some(isError);
  const missing = nothing ? [fileProblem(files.at(-1)?.file ?? '', 'no manifest of kind Gateway was found')] : [];
  return { gateways, problems: [...problems, ...doubled(gateways), ...missing] };
}

function checkFile({ file, text, found }: SourceFile): Manifests {
  const { documents, problems } = parseManifest(file, text);
  const checked = documents.map((document) => {
    const { gateway, findings } = checkDocument(document, found);
    const own = findings.map((finding) => toProblem(file, document.places, finding));
    const gateways =
      gateway === undefined
        ? []
        : [{ gateway, file, directory: dirname(resolve(file)), text, places: document.places }];
    return { gateways, problems: own };
  });
  return {
    // A key that stands twice leaves open which of its values was meant.
    gateways: problems.some(isError) ? [] : checked.flatMap(({ gateways }) => gateways),
    problems: [...problems, ...checked.flatMap((each) => each.problems)],
  };
}

/** What would be the same gateway in AWS as one before it. */
function doubled(gateways: readonly LoadedGateway[]): readonly Problem[] {
  const firsts = new Map<string, LoadedGateway>();
  return gateways.flatMap((each) => {
    const { accountId, region, name } = each.gateway;
    const key = `${accountId}/${region}/${name}`;
    const first = firsts.get(key);
    if (first === undefined) {
      firsts.set(key, each);
      return [];
    }
    const at = '/metadata/name';
    const place = `${first.file}:${locate(first.places, at).line}`;
    const message = `a gateway "${name}" in ${region} stands at ${place} already`;
    return [toProblem(each.file, each.places, { at, message, suggestion: 'give one of them another name' })];
  });
}
