/** Line and column count from 1, as editors do. */
export interface Position {
  readonly line: number;
  readonly column: number;
  /** Where that is another file than the document's own: its base. */
  readonly file?: string;
}

/** Where one value of a document stands. */
export interface Place {
  readonly key: Position | undefined;
  /** What to show for the field: a plain value itself, else the key of the object or list. */
  readonly at: Position;
  /** What is written there without quotes: `012` is read as a number but may be meant as an id. */
  readonly raw: string | undefined;
}

/** By JSON pointer; the document itself is the empty one. */
export type Places = ReadonlyMap<string, Place>;

/** Turns offsets into positions; the line starts are found once. */
export function positions(text: string): (offset: number) => Position {
  const starts = [0, ...[...text.matchAll(/\r\n?|\n/g)].map((match) => match.index + match[0].length)];
  return (offset) => {
    let low = 0;
    let high = starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
  };
}

export const child = (pointer: string, key: string | number): string =>
  `${pointer}/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`;

export const parent = (pointer: string): string => pointer.slice(0, Math.max(0, pointer.lastIndexOf('/')));

/** The keys that a pointer goes through. */
export const keysOf = (pointer: string): readonly string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));

/** A pointer as people write it: `spec.ingress.allowedCidrs[0]`. */
export function dotted(pointer: string): string {
  return keysOf(pointer).reduce((path, key) => {
    if (/^\d+$/.test(key)) return `${path}[${key}]`;
    if (!/^[\w$-]+$/.test(key)) return `${path}[${JSON.stringify(key)}]`;
    return path === '' ? key : `${path}.${key}`;
  }, '');
}

/** Where a field stands, or the nearest thing around it that the manifest does say. */
export function locate(places: Places, pointer: string): Position {
  const place = places.get(pointer);
  if (place !== undefined) return place.at;
  return pointer === '' ? { line: 1, column: 1 } : locate(places, parent(pointer));
}
