import type { Aws } from './aws/aws.ts';
import { connect } from './aws/connect.ts';
import type { Connections } from './aws/connections.ts';
import { toReconcileError } from './aws/errors.ts';
import type { CallListener } from './aws/middleware.ts';
import { neighboursOf } from './aws/neighbours.ts';
import { ReconcileError, stalled } from './engine/errors.ts';
import { OWNER_TAG } from './engine/graph.ts';
import { allKinds, look } from './engine/look.ts';
import { makePlan, withEnding, type Plan } from './engine/plan.ts';
import { emptied, reconcile, type Outcome, type ReconcileInput } from './engine/reconcile.ts';
import { resolve, type NodeId } from './engine/ref.ts';
import type { Leave, Step } from './engine/step.ts';
import { liveOf, type Snapshot } from './engine/snapshot.ts';
import { steadyClock, systemClock, timeScale, timing, type Clock, type Timing } from './engine/timing.ts';
import { suppliedVersions } from './reconcilers/identity/supplied-versions.ts';
import { declare, kinds, type Declared } from './reconcilers/index.ts';
import { loadBalancer } from './reconcilers/ingress/load-balancer.ts';
import { nextWays, waysOf, type Ways } from './reconcilers/ingress/ways.ts';
import { openSecret } from './reconcilers/open-secret.ts';
import type { Gateway } from './spec/gateway.ts';
import type { LoadedGateway } from './spec/read.ts';
import { readApplied, type AppliedRecord } from './state/applied.ts';
import type { HistoryEntry } from './state/history.ts';
import type { Holder, Lease } from './state/lease.ts';
import { LeaseHeld } from './state/lease-text.ts';
import { Lock } from './state/lock.ts';
import { noted } from './state/mutations.ts';
import { brokenPlace, chosenPlace, openPlace, type StatePlace } from './state/place.ts';
import { remembered } from './state/remembered.ts';
import { revisionOf } from './state/revision.ts';
import { RunRecord } from './state/run-record.ts';
import { statusOf } from './state/status.ts';
import type { Store } from './state/store.ts';
import { version } from './version.ts';

export interface SessionOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** A folder or `s3://bucket/prefix` for what is remembered between runs. */
  readonly state?: string;
  /** Opened before, for many gateways. */
  readonly place?: StatePlace;
  readonly onCall?: CallListener;
  /** Shared with other gateways. */
  readonly connections?: Connections;
  /** The commit that the manifest stands in, where the source knows it. */
  readonly commit?: string | undefined;
  /** Told of what does not stop the work but should be known. */
  readonly onWarning: (message: string) => void;
}

/** One gateway, connected to its account. */
export interface Session {
  readonly gateway: Gateway;
  /** `<region>/<name>`. */
  readonly owner: string;
  /** The commit that the manifest stands in, else a hash of its text. */
  readonly revision: string;
  readonly aws: Aws;
  /** What the manifest alone asks for. */
  readonly wished: Declared;
  /** What should be there while other ways in stand besides. */
  readonly declare: (ways: Ways) => Declared;
  readonly store: Store;
  readonly lock: Lock;
  readonly clock: Clock;
  readonly timing: Timing;
  readonly onWarning: (message: string) => void;
}

/** Everything that one look at AWS says. */
export interface Sight {
  readonly declared: Declared;
  readonly snapshot: Snapshot;
  readonly plan: Plan;
  readonly applied: AppliedRecord;
}

export interface PlanOptions {
  readonly destroy?: boolean;
  readonly allowData?: boolean;
  readonly only?: ReadonlySet<NodeId>;
  readonly leave?: Leave;
}

/** How a run ended, and what was wanted last. */
export interface Ran extends Outcome {
  readonly declared: Declared;
}

export interface RunOptions
  extends
    PlanOptions,
    Pick<ReconcileInput<Aws>, 'wait' | 'timeout' | 'signal' | 'memory' | 'around' | 'onProgress' | 'onStep'> {
  /** A daemon does not go on without a lease; the others do where the store cannot be written. */
  readonly command: HistoryEntry['command'];
  /** Held already, and not released by the run. */
  readonly lease?: Lease;
  /** How long to wait for whoever holds the lease, in ms; 0 by default. */
  readonly patience?: number;
  /** Told once when somebody else holds the lease and is waited for; whether it is known to live. */
  readonly onWait?: (holder: Holder, lives: boolean) => void;
  /** Told when the run takes the lease, and when it gives it back. */
  readonly onLease?: (held: boolean) => void;
}

/** Connects to the account of a manifest. Nothing is written. */
export async function openSession(
  { gateway, file, directory, text, bases }: LoadedGateway,
  options: SessionOptions,
): Promise<Session> {
  const owner = `${gateway.region}/${gateway.name}`;
  const times = timing(timeScale(options.environment));
  const aws = await connect({
    region: gateway.region,
    accountId: gateway.accountId,
    access: gateway.access,
    owner,
    environment: options.environment,
    directory,
    timing: times,
    ...(options.onCall !== undefined && { onCall: options.onCall }),
    ...(options.connections !== undefined && { connections: options.connections }),
  });
  const [supplied, revision, place] = await Promise.all([
    suppliedVersions(aws, gateway),
    options.commit ?? revisionOf(file, text, bases),
    options.place ?? placeFor(gateway, options, times),
  ]);
  if (supplied.notCompared.length > 0)
    options.onWarning(`not compared with their sources: ${supplied.notCompared.join(', ')}`);
  const declareWays = (ways: Ways): Declared => declare(gateway, supplied.versions, ways);
  const store = place.storeOf(gateway);
  return {
    gateway,
    owner,
    revision,
    aws,
    wished: declareWays(waysOf(gateway, [])),
    declare: declareWays,
    store,
    lock: new Lock(store),
    clock: systemClock,
    timing: times,
    onWarning: options.onWarning,
  };
}

/** Without a place that can be used the work goes on, and everything that would be remembered is told of as lost. */
async function placeFor({ region }: Gateway, options: SessionOptions, times: Timing): Promise<StatePlace> {
  const { state, environment } = options;
  try {
    return await openPlace({ environment, region, timing: times, ...(state !== undefined && { state }) });
  } catch (error) {
    return brokenPlace(chosenPlace(state, environment), error);
  }
}

/** Looks at AWS once and says what would change. Writes nothing, locks nothing. */
export async function lookAround(session: Session, options: PlanOptions = {}): Promise<Sight> {
  await remembered(session, undefined, () => session.lock.noteLook());
  const [{ declared, snapshot }, applied] = await Promise.all([
    lookAndDeclare(session),
    remembered(session, {}, () => readApplied(session.store)),
  ]);
  if (options.destroy !== true && !showsOwn(snapshot, session.owner)) await remarkNeighbours(session);
  return { declared, snapshot, applied, plan: planOf(session, { declared, snapshot }, options) };
}

/** Who gave a gateway another name did not rename it. */
async function remarkNeighbours({ aws, owner, onWarning }: Session): Promise<void> {
  const others = await neighboursOf(aws);
  if (others.length > 0)
    onWarning(
      `${owner} is a new gateway beside ${others.join(', ')}, which stays as it is: a name is not changed by another metadata.name`,
    );
}

/** What stands says what is wanted beside the manifest, and what is wanted says where else to look. */
async function lookAndDeclare(session: Session): Promise<Pick<Sight, 'declared' | 'snapshot'>> {
  const { aws: env, gateway, wished } = session;
  const input = { env, kinds, classify: toReconcileError };
  const first = await look({ ...input, graph: wished.graph, at: allKinds(kinds), known: new Map() });
  const ways = waysOf(gateway, liveOf(first, loadBalancer.name));
  if (nextWays(ways) === undefined) return { declared: wished, snapshot: first };
  const declared = session.declare(ways);
  // Also what has nodes already may be found elsewhere now: host names in a zone that was known before.
  const snapshot = await look({ ...input, graph: declared.graph, at: allKinds(kinds), known: first });
  return { declared, snapshot };
}

/** The plan for what was seen a moment ago. */
export function planOf(
  session: Session,
  { declared, snapshot }: Pick<Sight, 'declared' | 'snapshot'>,
  options: PlanOptions = {},
): Plan {
  const input = {
    kinds,
    snapshot,
    version,
    ...(options.allowData !== undefined && { allowData: options.allowData }),
    ...(options.only !== undefined && { only: options.only }),
    ...(options.leave !== undefined && { leave: options.leave }),
  };
  if (options.destroy === true) return makePlan({ ...input, graph: emptied(declared.graph) });
  const plan = makePlan({ ...input, graph: declared.graph });
  if (nextWays(declared.ways) === undefined || options.only !== undefined) return plan;
  return withEnding(plan, makePlan({ ...input, graph: session.wished.graph }), version);
}

/**
 * Carries out what `plan` would show, from what was just seen, until it is done or cannot go on.
 *
 * @throws {LeaseHeld} when somebody else is changing the gateway; {ReconcileError} `PlanMoved` when somebody did since
 * the look, and `LeaseLost` when somebody may from now on
 */
export async function run(session: Session, sight: Sight, options: RunOptions): Promise<Ran> {
  if (options.lease !== undefined) return carryOut(session, sight, options, options.lease);
  const taken = await takeLease(session, options);
  if (taken === 'interrupted') return { ...sight, result: taken, failures: [], timedOut: false, done: [] };
  if (taken === undefined) return carryOut(session, sight, options, undefined);
  const { lease, isStale } = taken;
  const release = (): Promise<void> => lease.release();
  // A look at everything may be underway, and nobody waits for that when the run is to end.
  const releaseSoon = (): void => void session.clock.sleep(session.timing.stop).then(release);
  options.signal?.addEventListener('abort', releaseSoon);
  options.onLease?.(true);
  try {
    const seen = isStale ? await seenAgain(session, sight, options) : sight;
    return await carryOut(session, seen, options, lease);
  } finally {
    options.signal?.removeEventListener('abort', releaseSoon);
    await release();
    options.onLease?.(false);
  }
}

/** Waits until nobody is changing the gateway, so that what is planned then will hold. Writes nothing. */
export async function untilFree(
  { owner: gateway, lock, clock, timing: times }: Session,
  options: Pick<RunOptions, 'patience' | 'onWait'>,
): Promise<void> {
  try {
    await lock.untilFree({ ...options, gateway, clock, steady: steadyClock, timing: times });
  } catch (error) {
    // A store that cannot be used is told of by the look.
    if (error instanceof LeaseHeld) throw error;
  }
}

/** Undefined where the store cannot be used: then the work goes on, but not a daemon's, which nobody watches. */
async function takeLease(
  session: Session,
  { command, patience = 0, signal, onWait }: RunOptions,
): Promise<Awaited<ReturnType<Lock['acquire']>> | 'interrupted' | undefined> {
  const { owner: gateway, revision, clock, timing: times, lock, store, onWarning } = session;
  const about = { gateway, revision, command, clock, steady: steadyClock, timing: times, patience };
  try {
    return await lock.acquire({
      ...about,
      ...(signal !== undefined && { signal }),
      ...(onWait !== undefined && { onWait }),
    });
  } catch (error) {
    if (signal?.aborted === true) return 'interrupted';
    if (error instanceof LeaseHeld) throw error;
    const why = `the state in ${store.place} cannot be used (${toReconcileError(error).message})`;
    if (command === 'daemon') throw stalled('NoLease', `${why}: without a lease nothing is changed`);
    onWarning(`${why}: no lease keeps others from changing ${gateway} at the same time`);
    return undefined;
  }
}

/** What was planned is carried out, not what came of it because somebody else was quicker. */
async function seenAgain(session: Session, { plan }: Sight, options: RunOptions): Promise<Sight> {
  const now = await lookAround(session, options);
  if (now.plan.id === plan.id) return now;
  const moved = `somebody else changed ${session.owner} after this was planned: the plan is ${now.plan.id} now, not ${plan.id}. Nothing was changed; run it again.`;
  throw new ReconcileError('waiting', 'PlanMoved', moved);
}

async function carryOut(session: Session, sight: Sight, options: RunOptions, lease: Lease | undefined): Promise<Ran> {
  const { store, clock, onWarning, revision, gateway } = session;
  const { command } = options;
  const edition = { manifest: gateway, revision };
  const planId = sight.plan.id;
  const record = new RunRecord({ store, clock, onWarning, edition, command, planId });
  const ended = await record.begin();
  // Before a gateway's first run there was nothing that the lists could still hide.
  const doubtful = ended === undefined ? showsOwn(sight.snapshot, session.owner) : !ended;
  const unclean = doubtful && options.memory?.warm !== true;
  const { around = (_step, act) => act(), signal } = options;
  const fence = (): void => lease?.fence();
  const author = { by: session.aws.caller, command, revision, planId };
  const signals = [signal, lease?.lost].flatMap((one) => one ?? []);
  const { outcome, declared } = await runStages(session, sight, unclean, {
    ...options,
    fence,
    around: (step, act) => noted(step, { author, log: record.log, clock, fence }, () => around(step, act)),
    signal: AbortSignal.any(signals),
  });
  if (lease?.lost.aborted === true) {
    const error = toReconcileError(lease.lost.reason);
    await record.endLost(outcome.done.length, error);
    throw error;
  }
  const { plan, snapshot } = outcome;
  await record.end({
    ...outcome,
    // What was left as it is found is not as it should be.
    plan: options.leave === undefined ? plan : planOf(session, { declared, snapshot }),
    graph: command === 'destroy' ? emptied(declared.graph) : declared.graph,
    conditions: command === 'apply' && options.only === undefined ? statusOf(plan, kinds).conditions : undefined,
  });
  return { ...outcome, declared };
}

/** A switch between ways in is several graphs, one after the other: each is wanted when the one before it stands. */
async function runStages(
  session: Session,
  sight: Sight,
  unclean: boolean,
  options: RunOptions & Pick<ReconcileInput<Aws>, 'fence'>,
): Promise<{ readonly outcome: Outcome; readonly declared: Declared }> {
  const { aws: env, clock, timing: times } = session;
  const { command: _command, ...rest } = options;
  const done: Step[] = [];
  let { declared, snapshot } = sight;
  for (;;) {
    const outcome = await reconcile({
      env,
      graph: declared.graph,
      kinds,
      clock,
      timing: times,
      random: Math.random,
      openSecret: (ref) => openSecret(env, ref),
      classify: toReconcileError,
      snapshot,
      unclean: unclean && done.length === 0,
      ...rest,
    });
    done.push(...outcome.done);
    const next = nextWays(declared.ways);
    if (next === undefined || outcome.result !== 'converged' || options.only !== undefined || options.destroy === true)
      return { outcome: { ...outcome, done }, declared };
    declared = session.declare(next);
    snapshot = outcome.snapshot;
  }
}

const showsOwn = (seen: Snapshot, owner: string): boolean =>
  [...seen.values()].some(
    (view) => view.status === 'unknown' || view.live.some((live) => live.tags?.[OWNER_TAG] === owner),
  );

/** The outputs under the names that Terraform gave them; null is what is not known yet. */
export function outputsOf({
  declared,
  plan,
}: Pick<Sight, 'declared' | 'plan'>): Readonly<
  Record<string, { readonly value: unknown; readonly sensitive: boolean }>
> {
  const { outputs } = declared;
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
