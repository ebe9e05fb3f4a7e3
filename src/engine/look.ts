import { ReconcileError } from './errors.ts';
import type { Graph } from './graph.ts';
import { idOf, kindOf, type AnyKind, type Kinds, type Look, type Observed } from './kind.ts';
import { refsOf, resolve, type Ref } from './ref.ts';
import { liveOf, type KindView, type Snapshot } from './snapshot.ts';

export interface LookInput<Env> {
  readonly env: Env;
  /** Nodes that kinds without a list look for by name. */
  readonly graph: Graph;
  readonly kinds: Kinds;
  /** Names of the kinds to look at. */
  readonly at: ReadonlySet<string>;
  /** What is known of the others. */
  readonly known: Snapshot;
  /** Turns what a kind throws into an error that says what happens next. */
  readonly classify: (error: unknown) => ReconcileError;
}

/** Looks at some kinds, one list each, at once. A list that fails makes its kind unknown and throws nothing. */
export async function look<Env>(input: LookInput<Env>): Promise<Snapshot> {
  const views = new Map<string, Promise<KindView>>();
  const liveBy = async (name: string): Promise<readonly Observed[]> => {
    const view = (await views.get(name)) ?? input.known.get(name) ?? { status: 'known', live: [] };
    // Another kind's list failed, so what is found through it is unknown too.
    if (view.status === 'unknown')
      throw new ReconcileError(view.final ? 'stalled' : 'failed', 'Unknown', `${name} is unknown: ${view.because}`);
    return view.live;
  };
  const live = ({ name }: AnyKind): Promise<readonly Observed[]> => liveBy(name);
  const fill = async <T>(props: T): Promise<T> => {
    const names = new Set(refsOf(props).map(({ $ref }) => kindOf($ref)));
    const lists = await Promise.all([...names].map(async (name) => [name, await liveBy(name)] as const));
    const found = new Map(lists);
    return resolve(
      props,
      valueFrom((name) => found.get(name) ?? []),
    ) as T;
  };
  const observe = async (kind: AnyKind): Promise<KindView> => {
    await Promise.resolve();
    try {
      const nodes = nodesOf(input, kind.name);
      const seen = { env: input.env, nodes, live: live as Look<Env>['live'], fill };
      return { status: 'known', live: await kind.observe(seen) };
    } catch (error) {
      const { message, disposition } = error instanceof ReconcileError ? error : input.classify(error);
      return { status: 'unknown', because: message, final: disposition === 'stalled' };
    }
  };
  for (const kind of Object.values(input.kinds).flat())
    if (input.at.has(kind.name)) views.set(kind.name, observe(kind));
  const found = await Promise.all([...views].map(async ([name, view]) => [name, await view] as const));
  return new Map([...input.known, ...found]);
}

function nodesOf(input: { readonly graph: Graph; readonly known: Snapshot }, kind: string): Look<unknown>['nodes'] {
  const valueOf = valueFrom((name) => liveOf(input.known, name));
  return [...input.graph.nodes.values()]
    .filter((node) => node.kind === kind)
    .map(({ name, props }) => ({ name, props: resolve(props, valueOf) as Record<string, never> }));
}

/** What live things give to those that refer to them. */
const valueFrom =
  (listOf: (kind: string) => readonly Observed[]) =>
  ({ $ref, output }: Ref): unknown =>
    listOf(kindOf($ref)).find((live) => idOf(kindOf($ref), live.name) === $ref)?.outputs[output];

/** The names of all kinds. */
export const allKinds = (kinds: Kinds): ReadonlySet<string> =>
  new Set(Object.values(kinds).flatMap((list) => list.map((kind) => kind.name)));
