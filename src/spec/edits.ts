import { child, keysOf } from './place.ts';
import { isRecord } from './value.ts';

/** One place in which a manifest says something else than it did before. */
export interface Edited {
  /** A JSON pointer; of something that was taken out of a list, the list's. */
  readonly path: string;
  /** The manifest of today but for this. */
  readonly without: () => unknown;
  /** The manifest of before with nothing but this. */
  readonly alone: () => unknown;
}

interface Move {
  readonly path: string;
  /** The value that is another one: the path's, or the list's around it. */
  readonly at: string;
  readonly back: (value: unknown) => unknown;
  readonly on: (value: unknown) => unknown;
}

/** Every edit, each as small as it can be; besides, what came or went as a whole. */
export const editsOf = (before: unknown, now: unknown): readonly Edited[] =>
  [...compare('', before, now)].map(({ path, at, back, on }) => ({
    path,
    without: () => changed(now, keysOf(at), back),
    alone: () => changed(before, keysOf(at), on),
  }));

function* compare(at: string, from: unknown, to: unknown): Generator<Move> {
  if (isSame(from, to)) return;
  const whole = { path: at, at, back: () => from, on: () => to };
  const [before, now] = [from ?? {}, to ?? {}];
  if (isRecord(before) && isRecord(now)) {
    if (!isRecord(from) || !isRecord(to)) yield whole;
    for (const key of new Set([...Object.keys(before), ...Object.keys(now)]))
      yield* compare(child(at, key), before[key], now[key]);
  } else if (!Array.isArray(from) || !Array.isArray(to)) yield whole;
  else if (from.length === to.length)
    for (const index of from.keys()) yield* compare(child(at, index), from[index], to[index]);
  else yield* movesIn(at, from, to);
}

/** What came into a list and what was taken out of it. */
function* movesIn(at: string, from: readonly unknown[], to: readonly unknown[]): Generator<Move> {
  for (const [index, item] of to.entries())
    if (!has(from, item)) yield { path: child(at, index), at, back: withoutItem(item), on: withItem(item, index) };
  for (const [index, item] of from.entries())
    if (!has(to, item)) yield { path: at, at, back: withItem(item, index), on: withoutItem(item) };
}

const has = (list: readonly unknown[], item: unknown): boolean => list.some((other) => isSame(other, item));

const withoutItem = (item: unknown) => (list: unknown) => itemsOf(list).filter((other) => !isSame(other, item));

const withItem = (item: unknown, index: number) => (list: unknown) => [
  ...itemsOf(list).slice(0, index),
  item,
  ...itemsOf(list).slice(index),
];

const itemsOf = (list: unknown): readonly unknown[] => (Array.isArray(list) ? list : []);

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Undefined takes away what stands there. */
function changed(data: unknown, [key, ...rest]: readonly string[], change: (value: unknown) => unknown): unknown {
  if (key === undefined) return change(data);
  if (Array.isArray(data))
    return itemsOf(data).map((item, index) => (String(index) === key ? changed(item, rest, change) : item));
  const record = isRecord(data) ? data : {};
  const { [key]: value, ...others } = record;
  const inner = changed(value, rest, change);
  if (inner === undefined) return value === undefined ? data : others;
  return { ...record, [key]: inner };
}
