import type { AnyKind, Observed } from './kind.ts';
import { Secret } from './secret.ts';

/** One value that differs. `path` is a JSON pointer into the props. */
export interface Change {
  readonly path: string;
  readonly from: unknown;
  readonly to: unknown;
  /** True when it can only be had by a new thing. */
  readonly replaces: boolean;
}

const SECRET = '[secret]';

/** What would have to change for `live` to be as `props` want it; only what `props` name is looked at. */
export function diff(kind: AnyKind, props: Readonly<Record<string, unknown>>, live: Observed): readonly Change[] {
  const wanted = canonical(kind, props);
  const found = canonical(kind, live.props);
  const changes: Change[] = [];
  for (const [field, value] of Object.entries(wanted)) {
    if (value === undefined || isSecret(value)) continue;
    if (kind.tolerates?.[field]?.(found[field], value, wanted) === true) continue;
    if (kind.unique?.field === field && carriesHash(found[field], value, kind.unique.limit)) continue;
    const replaces = kind.immutable.includes(field);
    compare(`/${escape(field)}`, found[field], value, (path, from, to) => changes.push({ path, from, to, replaces }));
  }
  return changes;
}

/** The top-level fields that a list of changes touches. */
export function fieldsOf(changes: readonly Change[]): ReadonlySet<string> {
  return new Set(changes.map((change) => keysOf(change.path)[0] ?? ''));
}

/** The keys that a JSON pointer goes through. */
export const keysOf = (pointer: string): readonly string[] => pointer.split('/').slice(1).map(unescape);

/** The name that a second thing of the same node bears beside the first. */
export function withHash(name: string, hash: string, limit: number): string {
  return `${name.slice(0, limit - hash.length - 1)}-${hash}`;
}

function carriesHash(found: unknown, wanted: unknown, limit: number): boolean {
  if (typeof found !== 'string' || typeof wanted !== 'string') return false;
  const hash = /-([0-9a-f]{6})$/.exec(found)?.[1];
  return hash !== undefined && found === withHash(wanted, hash, limit);
}

/** Whether two plain values say the same; absent, undefined and null are one. */
export function equal(a: unknown, b: unknown): boolean {
  let same = true;
  compare('', a, b, () => (same = false));
  return same;
}

/** Props in the one form in which they are compared. */
export function canonical(kind: AnyKind, props: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const result: Record<string, unknown> = kind.canonical?.({ ...props }) ?? { ...props };
  for (const field of kind.unordered ?? []) {
    const list = result[field];
    if (Array.isArray(list))
      result[field] = list
        .map((item) => [JSON.stringify(item), item] as const)
        .sort(byText)
        .map(([, item]) => item as unknown);
  }
  return result;
}

const byText = (a: readonly [string, unknown], b: readonly [string, unknown]): number =>
  a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0;

function isSecret(value: unknown): boolean {
  return value instanceof Secret || (typeof value === 'object' && value !== null && '$secret' in value);
}

function compare(
  path: string,
  from: unknown,
  to: unknown,
  report: (path: string, from: unknown, to: unknown) => void,
): void {
  if (from === to || ((from ?? null) === null && (to ?? null) === null)) return;
  if (from instanceof Secret || to instanceof Secret) return report(path, SECRET, SECRET);
  if (isPlainObject(from) && isPlainObject(to)) {
    for (const key of new Set([...Object.keys(from), ...Object.keys(to)]))
      compare(`${path}/${escape(key)}`, from[key], to[key], report);
    return;
  }
  if (
    Array.isArray(from) &&
    Array.isArray(to) &&
    from.length === to.length &&
    !from.every((item) => typeof item === 'string')
  ) {
    from.forEach((item, i) => compare(`${path}/${i}`, item, to[i], report));
    return;
  }
  if (Array.isArray(from) && Array.isArray(to) && from.length === to.length && from.every((item, i) => item === to[i]))
    return;
  report(path, from ?? null, to ?? null);
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !('$ref' in value) && !('$format' in value)
  );
}

const escape = (part: string): string => part.replaceAll('~', '~0').replaceAll('/', '~1');
const unescape = (part: string): string => part.replaceAll('~1', '/').replaceAll('~0', '~');
