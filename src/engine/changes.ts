import { diff, type Change } from './diff.ts';
import type { AnyKind, Observed, Tags } from './kind.ts';
import { isRef } from './ref.ts';

type Props = Readonly<Record<string, unknown>>;

/** All that differs between a live thing and what is wanted of it, its tags too. */
export function changesOf(kind: AnyKind, props: Props, tags: Tags, live: Observed): readonly Change[] {
  return kind.scope === 'account' ? [] : [...diff(kind, props, live), ...tagChanges(kind, tags, live)];
}

/** What a new thing will be given, for people to read: everything but what is still open inside it. */
export function creation(props: Props): readonly Change[] {
  return Object.entries(props)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([field, value]) => ({ path: `/${field}`, from: null, to: value, replaces: false }));
}

function tagChanges(kind: AnyKind, tags: Tags, live: Observed): readonly Change[] {
  if (kind.retag === undefined || live.tags === undefined) return [];
  return Object.entries(tags)
    .filter(([key, value]) => live.tags?.[key] !== value && !isRef(value))
    .map(([key, value]) => ({ path: `/tags/${key}`, from: live.tags?.[key] ?? null, to: value, replaces: false }));
}
