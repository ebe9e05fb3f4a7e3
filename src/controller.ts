import type { Aws } from './aws/aws.ts';
import { connect } from './aws/connect.ts';
import { toReconcileError } from './aws/errors.ts';
import type { CallListener } from './aws/middleware.ts';
import { OWNER_TAG } from './engine/graph.ts';
import { allKinds, look } from './engine/look.ts';
import { makePlan, type Plan } from './engine/plan.ts';
import { emptied, reconcile, type Outcome, type ReconcileInput } from './engine/reconcile.ts';
import { resolve, type NodeId } from './engine/ref.ts';
import type { Snapshot } from './engine/snapshot.ts';
import { systemClock, timeScale, timing, type Clock, type Timing } from './engine/timing.ts';
import { suppliedVersions } from './reconcilers/identity/supplied-versions.ts';
import { declare, kinds, type Declared } from './reconcilers/index.ts';
import { openSecret } from './reconcilers/open-secret.ts';
import type { Gateway } from './spec/gateway.ts';
import type { LoadedGateway } from './spec/read.ts';
import { readApplied, writeApplied, type AppliedRecord } from './state/applied.ts';
import { addHistory, endedWell, noteEnd, noteStart } from './state/history.ts';
import { writeConditions } from './state/conditions.ts';
import { revisionOf } from './state/revision.ts';
import { statusOf } from './state/status.ts';
import { diskStore, stateFolder, type Store } from './state/store.ts';
import { version } from './version.ts';

export interface SessionOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** A folder for what is remembered between runs. */
  readonly state?: string;
  readonly onCall?: CallListener;
  /** Told of what does not stop the work but should be known. */
  readonly onWarning: (message: string) => void;
}

/** One gateway, connected to its account, with what should be there declared. */
export interface Session {
  readonly gateway: Gateway;
  /** `<region>/<name>`. */
  readonly owner: string;
  /** The commit that the manifest stands in, else a hash of its text. */
  readonly revision: string;
  readonly aws: Aws;
  readonly declared: Declared;
  readonly store: Store;
  readonly clock: Clock;
  readonly timing: Timing;
  readonly onWarning: (message: string) => void;
}

/** Everything that one look at AWS says. */
export interface Sight {
  readonly snapshot: Snapshot;
  readonly plan: Plan;
  readonly applied: AppliedRecord;
}

export interface PlanOptions {
  readonly destroy?: boolean;
  readonly allowData?: boolean;
  readonly only?: ReadonlySet<NodeId>;
}

export interface RunOptions
  extends PlanOptions, Pick<ReconcileInput<Aws>, 'wait' | 'timeout' | 'signal' | 'onProgress' | 'onStep'> {
  readonly command: 'apply' | 'destroy';
}

/** Connects to the account of a manifest and declares what it asks for. Nothing is written. */
export async function openSession(
  { gateway, file, directory, text }: LoadedGateway,
  options: SessionOptions,
): Promise<Session> {
  const owner = `${gateway.region}/${gateway.name}`;
  const times = timing(timeScale(options.environment));
  const aws = await connect({
    region: gateway.region,
    accountId: gateway.accountId,
    owner,
    environment: options.environment,
    directory,
    timing: times,
    ...(options.onCall !== undefined && { onCall: options.onCall }),
  });
  const [supplied, revision] = await Promise.all([suppliedVersions(aws, gateway), revisionOf(file, text)]);
  if (supplied.notCompared.length > 0)
    options.onWarning(`not compared with their sources: ${supplied.notCompared.join(', ')}`);
  return {
    gateway,
    owner,
    revision,
    aws,
    declared: declare(gateway, supplied.versions),
    store: diskStore(stateFolder(options.state, options.environment, gateway)),
    clock: systemClock,
    timing: times,
    onWarning: options.onWarning,
  };
}

/** Looks at AWS once and says what would change. Writes nothing, locks nothing. */
export async function lookAround(session: Session, options: PlanOptions = {}): Promise<Sight> {
  const { aws: env, declared } = session;
  const { graph } = declared;
  const [snapshot, applied] = await Promise.all([
    look({ env, graph, kinds, at: allKinds(kinds), known: new Map(), classify: toReconcileError }),
    remembered(session, {}, () => readApplied(session.store)),
  ]);
  return { snapshot, applied, plan: planOf(session, snapshot, options) };
}

/** The plan for what was seen a moment ago. */
export function planOf(session: Session, snapshot: Snapshot, options: PlanOptions = {}): Plan {
  const { graph } = session.declared;
  return makePlan({
    graph: options.destroy === true ? emptied(graph) : graph,
    kinds,
    snapshot,
    version,
    ...(options.allowData !== undefined && { allowData: options.allowData }),
    ...(options.only !== undefined && { only: options.only }),
  });
}

/** Carries out what `plan` would show, from what was just seen, until it is done or cannot go on. */
export async function run(session: Session, seen: Snapshot, options: RunOptions): Promise<Outcome> {
  const { aws: env, declared, store, clock, timing: times } = session;
  const { command, ...rest } = options;
  const began = clock.now();
  const ended = await remembered<boolean | undefined>(session, false, () => endedWell(store));
  // Before a gateway's first run there was nothing that the lists could still hide.
  const unclean = ended === undefined ? showsOwn(seen, session.owner) : !ended;
  await remembered(session, undefined, () => noteStart(store, new Date(began).toISOString()));
  const outcome = await reconcile({
    env,
    graph: declared.graph,
    kinds,
    clock,
    timing: times,
    random: Math.random,
    openSecret: (ref) => openSecret(env, ref),
    classify: toReconcileError,
    snapshot: seen,
    unclean,
    ...rest,
  });
  await remembered(session, undefined, async () => {
    const at = new Date(clock.now()).toISOString();
    const { result, plan, done } = outcome;
    await writeApplied(store, plan, command === 'destroy' ? emptied(declared.graph) : declared.graph);
    await addHistory(store, {
      at,
      command,
      revision: session.revision,
      planId: planOf(session, seen, options).id,
      result,
      ms: clock.now() - began,
      steps: done.length,
    });
    if (command === 'apply' && options.only === undefined)
      await writeConditions(store, statusOf(plan, kinds).conditions, at);
    if (result === 'converged') await noteEnd(store, at);
  });
  return outcome;
}

const showsOwn = (seen: Snapshot, owner: string): boolean =>
  [...seen.values()].some(
    (view) => view.status === 'unknown' || view.live.some((live) => live.tags?.[OWNER_TAG] === owner),
  );

/** The outputs under the names that Terraform gave them; null is what is not known yet. */
export function outputsOf(
  session: Session,
  plan: Plan,
): Readonly<Record<string, { readonly value: unknown; readonly sensitive: boolean }>> {
  const { outputs } = session.declared;
  const valueOf = (ref: { readonly $ref: NodeId; readonly output: string }): unknown =>
    plan.states.get(ref.$ref)?.live?.outputs[ref.output];
  const entries = Object.entries(outputs).map(
    ([name, { value, sensitive }]) => [name, { value: withoutRefs(resolve(value, valueOf)), sensitive }] as const,
  );
  return Object.fromEntries(entries);
}

function withoutRefs(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value ?? null;
  if ('$ref' in value || '$format' in value) return null;
  if (Array.isArray(value)) return value.map(withoutRefs);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutRefs(item)]));
}

/** The store is a convenience: a full disk or a missing right costs history, never the work. */
async function remembered<T>({ store, onWarning }: Session, otherwise: T, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    onWarning(
      `the state in ${store.place} cannot be used (${error instanceof Error ? error.message : String(error)}); history and origins are lost`,
    );
    return otherwise;
  }
}
