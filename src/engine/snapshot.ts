import { idOf, type AnyKind, type Kinds, type Observed } from './kind.ts';
import type { NodeId } from './ref.ts';

/** What is known of one kind. Unknown is not absent: nothing is made or removed on it. */
export type KindView =
  | { readonly status: 'known'; readonly live: readonly Observed[] }
  | {
      readonly status: 'unknown';
      readonly because: string;
      /** True when asking again will not help. */ readonly final: boolean;
    };

/** The live things of every kind, as far as they could be read. */
export type Snapshot = ReadonlyMap<string, KindView>;

/** A live thing with the kind that knows how to change it. */
export interface Thing {
  readonly kind: AnyKind;
  readonly live: Observed;
}

export const liveOf = (snapshot: Snapshot, kind: string): readonly Observed[] => {
  const view = snapshot.get(kind);
  return view?.status === 'known' ? view.live : [];
};

export function thingsOf(kinds: Kinds, snapshot: Snapshot): readonly Thing[] {
  return Object.values(kinds).flatMap((list) =>
    list.flatMap((kind) => liveOf(snapshot, kind.name).map((live) => ({ kind, live }))),
  );
}

export const nodeIdOf = (thing: Thing): NodeId => idOf(thing.kind.name, thing.live.name);

/** What tells this live thing from any other, also from another of the same node; it outlives a change of name. */
export function identityOf(kind: AnyKind, live: Observed): string {
  const ids = (kind.identity ?? kind.identifies)
    .map((output) => live.outputs[output])
    .filter((id) => typeof id === 'string');
  return ids.length > 0 ? `${kind.name} ${ids.join(' ')}` : nodeIdOf({ kind, live });
}

/** Scheduled for deletion at some later day: as good as gone, but it can be had back. */
export const isScheduled = ({ kind, live }: Thing): boolean => live.phase === 'deleting' && kind.restore !== undefined;

/** Who mentions what: for each string in the props of a live thing, the things that have it. */
export class Mentions {
  readonly #by = new Map<string, Set<Thing>>();

  constructor(things: readonly Thing[]) {
    for (const thing of things)
      if (!isScheduled(thing) && thing.live.phase !== 'unseen')
        for (const text of textsOf(thing.live.props)) this.#add(text, thing);
  }

  #add(text: string, thing: Thing): void {
    const known = this.#by.get(text);
    if (known === undefined) this.#by.set(text, new Set([thing]));
    else known.add(thing);
  }

  /** The other live things that mention an output which identifies this one. */
  of(thing: Thing): readonly Thing[] {
    const found = new Set<Thing>();
    for (const output of thing.kind.identifies) {
      const value = thing.live.outputs[output];
      if (typeof value === 'string') for (const other of this.#by.get(value) ?? []) found.add(other);
    }
    found.delete(thing);
    return [...found];
  }
}

/** A second thing of a node that can go although its kind holds data: nothing can have been put into it. */
export const isSpare = (thing: Thing, mentions: Mentions): boolean =>
  thing.kind.nameless === true && mentions.of(thing).length === 0;

function textsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(textsOf);
}
