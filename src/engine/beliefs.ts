import { diff } from './diff.ts';
import type { AnyKind, Observed, Tags } from './kind.ts';
import type { Verb } from './step.ts';
import type { NodeId } from './ref.ts';
import { identityOf, type KindView, type Snapshot } from './snapshot.ts';

/** A call that was accepted and whose effect no list has shown yet. */
export interface Belief {
  readonly kind: AnyKind;
  readonly node: NodeId;
  readonly verb: Verb;
  readonly since: number;
  /** Looks from then on can show it. */
  readonly shows: number;
  readonly until: number;
  /** What the thing is believed to be now. */
  readonly live: Observed;
  /** For an update: what was set. */
  readonly props: Readonly<Record<string, unknown>>;
  readonly tags: Tags;
}

/**
 * What was done in this process and is not seen yet. Lists lag behind the calls that were accepted; for a settle
 * time the call is believed, not the list. Never stored.
 */
export class Beliefs {
  readonly #beliefs = new Map<string, Belief>();

  add(belief: Belief): void {
    this.#beliefs.set(keyOf(belief), belief);
  }

  get open(): readonly Belief[] {
    return [...this.#beliefs.values()];
  }

  /** Ends the beliefs that this list of a kind, asked for at `asked`, shows or outlasts. Returns those that came true. */
  check(kind: string, list: readonly Observed[], asked: number): readonly Belief[] {
    const shown: Belief[] = [];
    for (const [key, belief] of this.#beliefs) {
      if (belief.kind.name !== kind) continue;
      const seen = asked >= belief.shows && isShown(belief, find(belief, list));
      if (seen) shown.push(belief);
      if (seen || asked >= belief.until) this.#beliefs.delete(key);
    }
    return shown;
  }

  /** The snapshot as it is believed to be. */
  over(snapshot: Snapshot): Snapshot {
    if (this.#beliefs.size === 0) return snapshot;
    const views = new Map(snapshot);
    for (const belief of this.#beliefs.values()) {
      const view = views.get(belief.kind.name);
      if (view?.status === 'known') views.set(belief.kind.name, believed(belief, view));
    }
    return views;
  }
}

const keyOf = (belief: Belief): string => identityOf(belief.kind, belief.live);

function believed(belief: Belief, view: Extract<KindView, { status: 'known' }>): KindView {
  const found = find(belief, view.live);
  if (belief.verb === 'delete') {
    const live = view.live.map((item) => (item === found ? { ...item, phase: 'deleting' as const } : item));
    return { status: 'known', live };
  }
  if (found === undefined) return { status: 'known', live: [...view.live, belief.live] };
  if (isShown(belief, found)) return view;
  const as = { ...found, phase: belief.live.phase, props: { ...found.props, ...belief.props }, tags: belief.live.tags };
  return { status: 'known', live: view.live.map((item) => (item === found ? as : item)) };
}

function isShown(belief: Belief, found: Observed | undefined): boolean {
  switch (belief.verb) {
    case 'create':
      return found !== undefined;
    case 'delete':
      return found === undefined || found.phase === 'deleting';
    case 'restore':
      return found !== undefined && found.phase !== 'deleting';
    case 'update':
      return found !== undefined && hasChanged(belief, found);
  }
}

function hasChanged(belief: Belief, live: Observed): boolean {
  const tagged = Object.entries(belief.tags).every(([key, value]) => live.tags?.[key] === value);
  return tagged && diff(belief.kind, belief.props, live).length === 0;
}

function find(belief: Belief, list: readonly Observed[]): Observed | undefined {
  const identity = keyOf(belief);
  return list.find((live) => identityOf(belief.kind, live) === identity);
}
