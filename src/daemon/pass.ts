import type { Session } from '../controller/session.ts';
import { lookAround } from '../controller/look.ts';
import { run, type Ran } from '../controller/run.ts';
import { ReconcileError } from '../engine/errors.ts';
import type { StepEvent } from '../engine/step.ts';
import { readApplied, writeApplied } from '../state/applied.ts';
import { generationOf, noGeneration, noteAttempt, type Edition } from '../state/generation.ts';
import { remembered } from '../state/remembered.ts';
import type { RunReport } from './board.ts';
import { judge, type Judgement } from './judge.ts';
import type { Keeper } from './keeper.ts';
import { pauseNow } from './pauses.ts';
import type { Turn } from './queue.ts';

/** How a pass ended. */
export interface Ended {
  readonly result: RunReport['result'];
  readonly errors: readonly string[];
  readonly steps: number;
  readonly planId: string;
  /** When something is to be looked at again, on the session's clock. */
  readonly nextAt: number | undefined;
}

/** Looks at a gateway, or at what was seen a moment ago when only something pending is waited for, and judges it. */
export async function look(keeper: Keeper, turn: Turn): Promise<Judgement> {
  const session = await untilAborted(keeper.session(), turn.signal);
  turn.beat();
  if (turn.why !== 'retry') keeper.refresh();
  if (keeper.wish.state === 'wanted') await begin(keeper, session);
  const kept = turn.why === 'retry' ? keeper.sightOf(session) : undefined;
  if (kept === undefined) keeper.memory.forgive();
  const asked = session.clock.now();
  const seen = kept ?? (await untilAborted(lookAround(session), turn.signal));
  if (kept === undefined) {
    keeper.memory.see(seen.snapshot, asked);
    keeper.saw(session, seen);
  }
  turn.beat();
  const sight = { ...seen, snapshot: keeper.memory.beliefs.over(seen.snapshot) };
  const judged = await judge(keeper, session, sight);
  const pause = await pauseNow(keeper, session, sight.snapshot);
  return { ...judged, pause };
}

/** Takes down that a manifest is new, once. */
async function begin(keeper: Keeper, session: Session): Promise<void> {
  const { store, revision } = session;
  const edition = editionOf(session);
  const { generation, attemptedRevision } = await remembered(session, noGeneration, () => generationOf(store, edition));
  if (attemptedRevision !== revision) await remembered(session, undefined, () => noteAttempt(store, edition));
  if ((await keeper.notes(store)).begun === generation) return;
  const changedAt = new Date(keeper.shared.clock.now()).toISOString();
  await keeper.note(store, { begun: generation, changedAt, timeToReady: undefined });
}

export const editionOf = ({ subject, revision }: Session): Edition => ({ manifest: subject, revision });

/** Carries out what was judged right, as far as it can be now. */
export async function act(keeper: Keeper, turn: Turn, judgement: Judgement): Promise<Ended> {
  const { session, sight, findings, leave, hold, pause, allowData } = judgement;
  const { judged } = findings;
  const { store } = session;
  const still = { errors: [], steps: 0, planId: hold?.planId ?? judged.id, nextAt: undefined };
  if (keeper.wish.state !== 'wanted' || pause !== undefined) return { ...still, result: 'observed' };
  if (hold !== undefined) return { ...still, result: 'held' };
  const isUnderway = [...judged.states.values()].some(({ phase }) => phase === 'pending' || phase === 'deleting');
  if (judged.steps.length === 0 && !isUnderway && judged.unknown.size === 0) {
    await settle(keeper, judgement);
    return { ...still, result: isLeft(judgement) ? 'observed' : 'converged' };
  }
  const { approval, making } = await keeper.notes(store);
  const { metrics } = keeper.shared;
  const created = judged.steps.filter((step) => step.verb === 'create' && step.action === 'create');
  await keeper.note(store, {
    making: [...new Set([...making, ...created.map((step) => step.node)])],
    ...(approval !== undefined && { approval: { ...approval, begun: true } }),
  });
  const ran = await run(
    session,
    { ...sight, plan: judged },
    {
      command: 'daemon',
      wait: false,
      memory: keeper.memory,
      leave,
      allowData,
      signal: turn.signal,
      around: (step, send) => keeper.shared.tracing.step(step, send),
      onLease: (held) => metrics.leaseHeld(keeper.key, held),
      onProgress: () => turn.beat(),
      onStep: (event) => logStep(keeper, event),
    },
  ).finally(() => metrics.leaseHeld(keeper.key, false));
  const flips = await keeper.flips(store);
  for (const step of ran.done) flips.corrected(step);
  await keeper.note(store, { flips: flips.all });
  const after = { ...sight, declared: ran.declared, snapshot: ran.snapshot, plan: ran.plan };
  if (ran.result === 'pending') keeper.keep(session, after);
  else keeper.saw(session, after);
  for (const { error } of ran.failures) metrics.erred(keeper.key, error.code);
  await forgetMade(keeper, session);
  if (ran.result === 'converged') await keeper.note(store, { approval: undefined });
  return {
    result: resultOf(ran),
    errors: ran.failures.map(({ node, error }) => `${node}: ${error.message}`),
    steps: ran.done.length,
    planId: judged.id,
    nextAt: ran.nextAt,
  };
}

/** What is only left alone, or waits for a person, is no failure of the run. */
function resultOf({ result, failures, timedOut }: Ran): RunReport['result'] {
  return result === 'failed' && failures.length === 0 && !timedOut ? 'observed' : result;
}

const isLeft = ({ findings: { shown, judged } }: Judgement): boolean =>
  shown.steps.length > 0 || [...judged.states.values()].some(({ phase }) => phase !== 'ready');

/** Remembers what is as it should be, where no run did: after the memory was lost, and what was made meanwhile. */
async function settle(keeper: Keeper, { session, sight, findings }: Judgement): Promise<void> {
  const { store } = session;
  const isKnown = [...findings.judged.states.keys()].every((id) => id in sight.applied);
  if (isKnown) return;
  await writeApplied(store, findings.shown, sight.declared.graph).catch(() => undefined);
  await forgetMade(keeper, session);
}

async function forgetMade(keeper: Keeper, { store }: Session): Promise<void> {
  const { making } = await keeper.notes(store);
  if (making.length === 0) return;
  const applied = await readApplied(store).catch(() => ({}));
  await keeper.note(store, { making: making.filter((node) => !(node in applied)) });
}

function logStep(keeper: Keeper, { step, ms, error }: StepEvent): void {
  const fields = { node: step.node, verb: step.verb, ms: Math.round(ms) };
  if (error === undefined) keeper.log.info(fields, `${step.verb} ${step.node}`);
  else keeper.log.warn({ ...fields, code: error.code }, `${step.verb} ${step.node}: ${error.message}`);
}

/** A look cannot be broken off, but nobody need wait for it. */
async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const ended = new ReconcileError('waiting', 'Interrupted', 'the pass was ended');
  if (signal.aborted) throw ended;
  let stop: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(ended);
    signal.addEventListener('abort', stop, { once: true });
  });
  work.catch(() => undefined);
  return Promise.race([work, aborted]).finally(() => signal.removeEventListener('abort', stop));
}
