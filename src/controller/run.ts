import type { Aws } from '../aws/aws.ts';
import { toReconcileError } from '../aws/errors.ts';
import { equal } from '../engine/diff.ts';
import { ReconcileError, stalled } from '../engine/errors.ts';
import { kindsByName } from '../engine/kind.ts';
import { look } from '../engine/look.ts';
import { emptied, reconcile, type Outcome, type ReconcileInput } from '../engine/reconcile.ts';
import type { Step } from '../engine/step.ts';
import { steadyClock } from '../engine/timing.ts';
import type { Declared, Wish } from '../reconcilers/index.ts';
import { openSecret } from '../reconcilers/open-secret.ts';
import type { HistoryEntry } from '../state/history.ts';
import { LeaseHeld } from '../state/lease-text.ts';
import type { Holder, Lease } from '../state/lease.ts';
import type { Lock } from '../state/lock.ts';
import { noted } from '../state/mutations.ts';
import { RunRecord } from '../state/run-record.ts';
import { statusOf } from '../state/status.ts';
import { lookAround, planOf, showsOwn, type PlanOptions, type Sight } from './look.ts';
import type { AnySession } from './session.ts';

/** How a run ended, and what was wanted last. */
export interface Ran<W extends Wish = Declared> extends Outcome {
  readonly declared: W;
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

/**
 * Carries out what `plan` would show, from what was just seen, until it is done or cannot go on.
 *
 * @throws {LeaseHeld} when somebody else is changing the gateway; {ReconcileError} `PlanMoved` when somebody did since
 * the look, and `LeaseLost` when somebody may from now on
 */
export async function run<W extends Wish>(
  session: AnySession<W>,
  sight: Sight<W>,
  options: RunOptions,
): Promise<Ran<W>> {
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
  { owner: gateway, lock, clock, timing: times }: AnySession,
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
  session: AnySession,
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
async function seenAgain<W extends Wish>(
  session: AnySession<W>,
  { plan }: Sight<W>,
  options: RunOptions,
): Promise<Sight<W>> {
  const now = await lookAround(session, options);
  if (now.plan.id === plan.id) return now;
  const moved = `somebody else changed ${session.owner} after this was planned: the plan is ${now.plan.id} now, not ${plan.id}. Nothing was changed; run it again.`;
  throw new ReconcileError('waiting', 'PlanMoved', moved);
}

async function carryOut<W extends Wish>(
  session: AnySession<W>,
  sight: Sight<W>,
  options: RunOptions,
  lease: Lease | undefined,
): Promise<Ran<W>> {
  const { store, clock, onWarning, revision, subject, kept } = session;
  const { command, only } = options;
  const edition = { manifest: subject, revision };
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
    whole:
      only === undefined && kept !== undefined ? { manifest: command === 'destroy' ? undefined : kept } : undefined,
    conditions: command === 'apply' && only === undefined ? statusOf(plan, session.kinds).conditions : undefined,
  });
  return { ...outcome, declared };
}

/** A switch between ways in is several graphs, one after the other: each is wanted when the one before it stands. */
async function runStages<W extends Wish>(
  session: AnySession<W>,
  sight: Sight<W>,
  unclean: boolean,
  options: RunOptions & Pick<ReconcileInput<Aws>, 'fence'>,
): Promise<{ readonly outcome: Outcome; readonly declared: W }> {
  const { aws: env, kinds, clock, timing: times } = session;
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
    const next = session.next(declared);
    if (next === undefined || outcome.result !== 'converged' || options.only !== undefined || options.destroy === true)
      return { outcome: { ...outcome, done }, declared };
    const at = lookedForElsewhere(session, declared, next);
    const input = { env, kinds, graph: next.graph, known: outcome.snapshot, classify: toReconcileError };
    snapshot = at.size > 0 ? await look({ ...input, at }) : outcome.snapshot;
    declared = next;
  }
}

/** Kinds that make nothing and find by their nodes' props, of which some are others now: what they found is of before. */
function lookedForElsewhere({ kinds }: AnySession, before: Wish, now: Wish): ReadonlySet<string> {
  const byName = kindsByName(kinds);
  const moved = [...now.graph.nodes.values()].filter(
    ({ id, kind, props }) =>
      byName.get(kind)?.create === undefined && !equal(props, before.graph.nodes.get(id)?.props ?? {}),
  );
  return new Set(moved.map(({ kind }) => kind));
}
