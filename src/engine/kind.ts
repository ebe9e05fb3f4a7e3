import type { Input, NodeId } from './ref.ts';
import type { Secret } from './secret.ts';

export type Tags = Readonly<Record<string, string>>;

/** `unseen`: it is inside something that cannot be asked, so nothing is known of it and nothing is done about it. */
export type Phase = 'ready' | 'pending' | 'deleting' | 'failed' | 'unseen';

/** The props of a live thing. Secrets cannot be read back, so they are not among them. */
export type LiveProps<Props> = {
  readonly [K in keyof Props as NonNullable<Props[K]> extends Secret ? never : K]: Props[K] | undefined;
};

/** One live thing, in the vocabulary of what is wanted, so that one diff serves every kind. */
export interface Observed<Props = Record<string, unknown>, Outputs = Record<string, unknown>> {
  /** The node's name, from our tag or from its place in its parent. */
  readonly name: string;
  readonly phase: Phase;
  /** Why it is not ready, or what a person should know of it, in words to act on. */
  readonly because?: string | undefined;
  readonly props: LiveProps<Props>;
  /** Ids, addresses and the like that other nodes refer to. Undefined: not known yet. */
  readonly outputs: { readonly [K in keyof Outputs]: Outputs[K] | undefined };
  /** Absent where the thing cannot carry tags. */
  readonly tags?: Tags | undefined;
  /** Whose it is when it is not ours; nothing is done to it. */
  readonly foreign?: string | undefined;
  /** Milliseconds since 1970; decides between two live things of one node. */
  readonly createdAt?: number | undefined;
}

/** What `observe` is given. `live` is another kind's list of the same cycle. */
export interface Look<Env, Props = Record<string, unknown>> {
  readonly env: Env;
  /** This kind's nodes; what their props refer to is filled in as far as it is known. */
  readonly nodes: readonly {
    readonly name: string;
    readonly props: { readonly [K in keyof Props]: Input<Props[K]> };
  }[];
  live<P, O>(kind: Kind<P, O, Env>): Promise<readonly Observed<P, O>[]>;
  /** Fills in what a node's props refer to, as the lists of the same cycle have it. */
  fill<T>(props: T): Promise<T>;
}

/** What the changing verbs are given. */
export interface Act<Env> {
  readonly env: Env;
  readonly node: { readonly id: NodeId; readonly name: string; readonly tags: Tags };
  /** Random; the same for every retry of this one call. 32 letters and digits. */
  readonly token: string;
  /** Another kind's live things as last seen. */
  live<P, O>(kind: Kind<P, O, Env>): readonly Observed<P, O>[];
}

/** IAM-style names of what a kind calls. `implied` is checked besides the call itself. */
export interface Actions {
  readonly read: readonly string[];
  readonly write: readonly string[];
  readonly implied?: readonly string[];
}

/** How one sort of thing is seen, made, changed and removed. Nothing waits inside a kind. */
export interface Kind<Props, Outputs, Env> {
  readonly name: string;
  /** Shared by everyone in the account: made when missing; never tagged, changed or deleted. */
  readonly scope?: 'account';
  /** The prop that names the thing this one lives inside. */
  readonly parent?: keyof Props & string;
  /** What nobody declared inside our parent is drift and is removed. */
  readonly exclusive?: true;
  /** Changing one of these means a new thing, made as `replace` says. */
  readonly immutable: readonly (keyof Props & string)[];
  readonly replace: 'new-first' | 'delete-first' | 'refuse';
  /** For `refuse`: what the user can do about it. */
  readonly refusal?: string;
  /** The prop that holds a name which may not stand twice, and its longest length: new-first adds a hash to it. */
  readonly unique?: { readonly field: keyof Props & string; readonly limit: number };
  /**
   * Outputs that name this thing and nothing else, as long as it lives, whatever is updated: while another live
   * thing mentions one, this one is not deleted.
   */
  readonly identifies: readonly (keyof Outputs & string)[];
  /** Outputs that tell it from others of its kind, where an update changes what `identifies` it. */
  readonly identity?: readonly (keyof Outputs & string)[];
  /** Holds data: never deleted unless manifest and caller allow it. */
  readonly stateful?: true;
  /** In phase failed: delete and make again. Other kinds stall. */
  readonly remake?: true;
  /** In phase failed: an update may mend it, so it stalls only when nothing differs. */
  readonly mends?: true;
  /** Takes over a thing of the wanted name that nobody owns, instead of refusing it. */
  readonly adopts?: true;
  /** Neither a name nor a token keeps a repeated create from making a second one. */
  readonly nameless?: true;
  /** Top-level arrays whose order means nothing. */
  readonly unordered?: readonly (keyof Props & string)[];
  /** Brings wanted and live props into one form before they are compared. Must bear references. */
  canonical?(props: Record<string, unknown>): Record<string, unknown>;
  /** A live value that is as good as the wanted one: the platform may move it within this. */
  readonly tolerates?: {
    readonly [K in keyof Props & string]?: (live: Props[K] | undefined, wanted: Props[K], props: Props) => boolean;
  };
  /** For a moment after a change it still reads as ready: a look within that time proves nothing. */
  readonly slowToShow?: true;
  /** Names of kinds that its changes bring forth: whenever this one is looked at, they are too. */
  readonly leaves?: readonly string[];
  /** Usual seconds, for estimates only. */
  readonly takes?: { readonly create?: number; readonly update?: number; readonly delete?: number };
  /** The outputs that a change of these props gives another value: who refers to them follows. */
  moves?(fields: readonly string[]): readonly (keyof Outputs & string)[];
  /** Says what users notice while these fields change (all fields of a replacement), or nothing. */
  interrupts?(fields: readonly string[]): string | undefined;
  readonly actions: Actions;
  /** Lists in bulk and changes nothing. */
  observe(look: Look<Env, Props>): Promise<readonly Observed<Props, Outputs>[]>;
  /** Makes one call. What it could not set shows as a diff afterwards and goes through `update`. */
  create?(act: Act<Env>, props: Props): Promise<Observed<Props, Outputs>>;
  update?(
    act: Act<Env>,
    live: Observed<Props, Outputs>,
    props: Props,
    changed: ReadonlySet<keyof Props & string>,
  ): Promise<void>;
  /** Sets these tags beside those that are there. */
  retag?(act: Act<Env>, live: Observed<Props, Outputs>, tags: Tags): Promise<void>;
  /** Calls a scheduled deletion off. */
  restore?(act: Act<Env>, live: Observed<Props, Outputs>): Promise<void>;
  /** Deleting what is gone succeeds. `again`: one stage is done, look and call once more. */
  delete?(act: Act<Env>, live: Observed<Props, Outputs>): Promise<void | 'again'>;
  /** Names what still holds a thing that would not go. */
  holders?(act: Act<Env>, live: Observed<Props, Outputs>): Promise<readonly string[]>;
}

// The registry holds kinds of every type at once; a node's own type was checked where it was declared.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type AnyKind = Kind<any, any, any>;

/** All kinds by domain, in the order people read them. */
export type Kinds = Readonly<Record<string, readonly AnyKind[]>>;

/** Every kind by its name. */
export const kindsByName = (kinds: Kinds): ReadonlyMap<string, AnyKind> =>
  new Map(Object.values(kinds).flatMap((list) => list.map((kind) => [kind.name, kind] as const)));

/** Names of the kinds that hold data. */
export const statefulKinds = (kinds: Kinds): ReadonlySet<string> =>
  new Set(Object.values(kinds).flatMap((list) => list.flatMap((kind) => (kind.stateful === true ? [kind.name] : []))));

/** The first part of a node's id. */
export const kindOf = (id: NodeId): string => id.slice(0, id.indexOf('/'));

export const idOf = (kind: string, name: string): NodeId => `${kind}/${name}`;
