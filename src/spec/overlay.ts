import { dirname, isAbsolute, join, resolve } from 'node:path';
import { parseManifest, type Document } from './manifest.ts';
import { child, type Place, type Position } from './place.ts';
import { toProblem, type Problem } from './problem.ts';
import { gatewayForm } from './schema.ts';
import type { SourceFile } from './source.ts';
import { isRecord } from './value.ts';

/** What has a manifest below a base merged with it; the places say which file each value stands in. */
export interface Overlaid {
  /** Undefined when its base cannot be used. */
  readonly document: Document | undefined;
  /** The files below it, the nearest first. */
  readonly bases: readonly SourceFile[];
  readonly problems: readonly Problem[];
}

/** Files that are named as bases, by their absolute path; undefined: it cannot be read. */
export type Library = ReadonlyMap<string, SourceFile | undefined>;

/** A manifest that others lie over, and that is no gateway by itself. */
export const BASE = 'GatewayBase';
const GATEWAYS: readonly unknown[] = ['Gateway', BASE];

/** The file that a document names as its base, as seen from where the document was named. */
export function baseOf({ data, file }: Document): string | undefined {
  const base = isRecord(data) ? data['base'] : undefined;
  return typeof base === 'string' && base !== '' && !isAbsolute(base) ? join(dirname(file), base) : undefined;
}

/** Lays a document over its base, and that over its own, as far as there is one. */
export function overlay(document: Document, library: Library, above: readonly string[] = []): Overlaid {
  const { data, file, places } = document;
  // Other people's YAML has fields of this name too, and a base by itself is laid over nothing.
  const lies =
    isRecord(data) && Object.hasOwn(data, 'base') && GATEWAYS.slice(0, 1 + above.length).includes(data['kind']);
  if (!lies) return { document, bases: [], problems: [] };
  const refuse = (message: string, suggestion?: string, problems: readonly Problem[] = []): Overlaid => ({
    document: undefined,
    bases: [],
    problems: [...problems, toProblem(file, places, { at: '/base', message, suggestion })],
  });
  const path = baseOf(document);
  if (path === undefined)
    return refuse('is not the name of a file', 'name one as seen from here, for example ../base/gateway.yaml');
  const line = [...above, resolve(file)];
  if (line.includes(resolve(path))) return refuse(`stands above itself: ${path} has this file as its base`);
  const source = library.get(resolve(path));
  if (source === undefined) return refuse(`there is no file ${path} that can be read`);
  const { documents, problems } = parseManifest(path, source.text);
  if (problems.length > 0) return refuse(`${path} has a mistake itself`, undefined, problems);
  const [base, ...more] = documents.filter((each) => isRecord(each.data) && GATEWAYS.includes(each.data['kind']));
  if (base === undefined) return refuse(`${path} has no document of kind ${GATEWAYS.join(' or ')}`);
  if (more.length > 0)
    return refuse(`${path} has several documents, and nothing says which is meant`, 'leave one in it');
  const below = overlay(base, library, line);
  if (below.document === undefined) return refuse(`the base of ${path} cannot be used`, undefined, below.problems);
  return { document: merged(below.document, document), bases: [source, ...below.bases], problems: [] };
}

function merged(base: Document, over: Document): Document {
  const places = new Map([...base.places].map(([pointer, place]) => [pointer, inFile(place, base.file)]));
  const value = merge(base.data, over.data, '', (pointer) => forget(places, pointer));
  for (const [pointer, place] of over.places) places.set(pointer, place);
  return { file: over.file, data: withoutBase(value, over.data), places };
}

/** Objects merge by field; anything else, and the source of a secret, is replaced; null takes a field away. */
function merge(base: unknown, over: unknown, pointer: string, onReplace: (pointer: string) => void): unknown {
  if (!isRecord(base) || !isRecord(over) || gatewayForm.isSecret(pointer)) {
    onReplace(pointer);
    return over;
  }
  const fields = new Map(Object.entries(base));
  for (const [key, value] of Object.entries(over)) {
    const at = child(pointer, key);
    if (value === null && fields.has(key)) {
      onReplace(at);
      fields.delete(key);
    } else fields.set(key, fields.has(key) ? merge(fields.get(key), value, at, onReplace) : value);
  }
  return Object.fromEntries(fields);
}

/** A base is no gateway, and what lies over it may be a base again: the kind is that of the top. */
function withoutBase(value: unknown, over: unknown): unknown {
  if (!isRecord(value) || !isRecord(over)) return value;
  const { base: _base, ...rest } = value;
  return { ...rest, kind: over['kind'] };
}

function inFile({ key, at, raw }: Place, file: string): Place {
  const there = (position: Position): Position => ({ ...position, file: position.file ?? file });
  return { key: key && there(key), at: there(at), raw };
}

function forget(places: Map<string, Place>, pointer: string): void {
  for (const key of places.keys()) if (key === pointer || key.startsWith(`${pointer}/`)) places.delete(key);
}
