import { toReconcileError } from '../aws/errors.ts';
import type { Session } from '../controller/session.ts';
import { planOf } from '../controller/look.ts';
import { writeConditions } from '../state/conditions.ts';
import { EventLog } from '../state/event-log.ts';
import { generationOf, noGeneration, noteObserved } from '../state/generation.ts';
import { lostText, remembered } from '../state/remembered.ts';
import { addHistory } from '../state/history.ts';
import type { RunReport } from './board.ts';
import { unseen, type Keeper, type Seen } from './keeper.ts';
import type { Judgement } from './judge.ts';
import { act, editionOf, look, type Ended } from './pass.ts';
import { ignoreBy } from './policy.ts';
import type { Next, Turn } from './queue.ts';
import { conditionsOf, isApplied } from './conditions.ts';
import { pastRuns } from './past-runs.ts';
import { nodeReports, outputsIn, withRun, type Findings } from './report.ts';

/** One pass over a gateway: looks, judges, acts, reports; answers when the next one is due. Does not throw. */
export async function cycle(keeper: Keeper, turn: Turn): Promise<Next> {
  const { tracing } = keeper.shared;
  return tracing.run(keeper.key, { why: turn.why }, async (note) => {
    const next = await pass(keeper, turn);
    const { attemptedRevision, runs } = keeper.report;
    note({ revision: attemptedRevision ?? '', result: runs.at(-1)?.result ?? '' });
    return next;
  });
}

async function pass(keeper: Keeper, turn: Turn): Promise<Next> {
  const { steady } = keeper.shared;
  const began = steady.now();
  keeper.put({ running: true, nextLook: undefined });
  let judgement: Judgement | undefined;
  try {
    judgement = await look(keeper, turn);
    show(keeper, judgement, judgement.findings);
    const ended = await act(keeper, turn, judgement);
    await publish(keeper, turn, judgement);
    return await close(keeper, turn, ended, steady.now() - began);
  } catch (thrown) {
    const error = toReconcileError(thrown);
    const interrupted = turn.signal.aborted;
    if (!interrupted) {
      keeper.shared.metrics.erred(keeper.key, error.code);
      keeper.log.error({ code: error.code }, error.message);
      keeper.disconnect();
      if (judgement === undefined) {
        const stalled = error.disposition === 'stalled';
        conditions(keeper, {
          ...unseen,
          pause: keeper.report.pause,
          error: { code: error.code, message: error.message, stalled },
        });
      }
    }
    const planId = judgement?.findings.judged.id ?? '';
    const result = interrupted ? 'interrupted' : 'failed';
    const errors = interrupted ? [] : [error.message];
    return close(keeper, turn, { result, errors, steps: 0, planId, nextAt: undefined }, steady.now() - began);
  }
}

/** Says how things stand: as they were last seen, unless something is known that is newer. */
export function conditions(keeper: Keeper, seen: Seen = keeper.seen): void {
  keeper.seen = seen;
  const now = new Date(keeper.shared.clock.now()).toISOString();
  keeper.put({ conditions: conditionsOf({ ...seen, wish: keeper.wish, before: keeper.report.conditions, now }) });
}

/** Takes down that there is no manifest to begin with. */
export function refuse(keeper: Keeper): void {
  const { wish, shared } = keeper;
  const errors = wish.state === 'wanted' ? [] : [wish.because];
  const at = new Date(shared.clock.now()).toISOString();
  const none = { at, ms: 0, why: 'revision', revision: '', planId: '', steps: 0, times: 1 } as const;
  keeper.put({ runs: withRun(keeper.report.runs, { ...none, result: 'failed', errors }) });
}

/** Nothing is done to it any more; who wants to know is told, where it is news. */
export function release(keeper: Keeper, isNews: boolean): void {
  const { place, onReport } = keeper.shared;
  const store = place.storeOf(keeper.report);
  if (keeper.report.runs.length === 0) void pastRuns(store).then((runs) => keeper.put({ runs }));
  if (isNews) onReport(keeper.report, store);
}

/** Puts what was found before everybody's eyes. */
function show(keeper: Keeper, { session, hold, pause }: Judgement, findings: Findings): void {
  const now = new Date(keeper.shared.clock.now()).toISOString();
  keeper.hold = hold;
  conditions(keeper, { findings, hold, pause, error: undefined });
  keeper.put({
    attemptedRevision: session.revision,
    nodes: nodeReports(findings, keeper.report.nodes, now),
    outputs: outputsIn(findings),
    held: hold && { planId: hold.planId, why: hold.why, deletes: hold.deletes },
    pause,
    lastLook: now,
  });
}

/** What stands after the run, which may have changed much. */
async function publish(keeper: Keeper, turn: Turn, judgement: Judgement): Promise<void> {
  const { session } = judgement;
  const { store } = session;
  const findings = findingsAfter(keeper, judgement);
  if (findings !== judgement.findings) show(keeper, judgement, findings);
  const { clock } = keeper.shared;
  if (keeper.wish.state === 'wanted') {
    const applied = isApplied(findings);
    await record(keeper, session, applied);
    const { timeToReady, changedAt } = await keeper.notes(store);
    if (applied && timeToReady === undefined) {
      const took = Math.max(clock.now() - Date.parse(changedAt), 0);
      await keeper.note(store, { timeToReady: took });
      keeper.log.info({ ms: took, why: turn.why }, 'ready');
    }
  }
  const { timeToReady } = await keeper.notes(store);
  const { generation, observedGeneration, appliedRevision } = await remembered(session, noGeneration, () =>
    generationOf(store, editionOf(session)),
  );
  keeper.put({ generation, observedGeneration, appliedRevision, timeToReady });
}

/** Leaves for others what the conditions are, when they have moved. */
async function record(keeper: Keeper, session: Session, applied: boolean): Promise<void> {
  const { conditions: now } = keeper.report;
  const { store, revision } = session;
  const said = JSON.stringify([now, revision, applied]);
  if (keeper.recorded === said) return;
  await remembered(session, undefined, async () => {
    const log = new EventLog(store, (error) => keeper.log.warn(lostText(store, error)));
    const at = new Date(keeper.shared.clock.now()).toISOString();
    await writeConditions(store, now, { at, revision, log });
    await log.flush();
    await noteObserved(store, editionOf(session), applied);
    keeper.recorded = said;
  });
}

function findingsAfter(keeper: Keeper, { session, sight, findings, leave, allowData }: Judgement): Findings {
  const after = keeper.lastSight(session);
  if (after === undefined || after.snapshot === sight.snapshot) return findings;
  const shown = planOf(session, after, { leave: ignoreBy(findings.grounds.policy) });
  return { ...findings, sight: after, shown, judged: planOf(session, after, { leave, allowData }) };
}

/** How many of the things that are waited for are named. */
const MOST = 5;

/** Takes down how the pass ended and says when the next one is due. */
async function close(keeper: Keeper, turn: Turn, ended: Ended, ms: number): Promise<Next> {
  const { clock, metrics, onReport } = keeper.shared;
  const { result, errors, steps, planId } = ended;
  const revision = keeper.report.attemptedRevision ?? '';
  const at = new Date(clock.now() - ms).toISOString();
  const one: RunReport = { at, ms: Math.round(ms), why: turn.why, revision, planId, result, steps, errors, times: 1 };
  keeper.failures = result === 'failed' ? keeper.failures + 1 : result === 'interrupted' ? keeper.failures : 0;
  const next = nextOf(keeper, ended, ms);
  metrics.runEnded(keeper.key, one);
  const waiting = keeper.report.nodes.filter(({ phase }) => phase === 'pending' || phase === 'deleting');
  const isNews = steps > 0 || result === 'failed' || result !== keeper.report.runs.at(-1)?.result;
  keeper.log[result === 'failed' ? 'warn' : isNews ? 'info' : 'debug'](
    {
      result,
      why: turn.why,
      ms: one.ms,
      steps,
      plan: planId,
      ...(errors.length > 0 && { errors }),
      ...(waiting.length > 0 && { waiting: waiting.slice(0, MOST).map(({ id }) => id) }),
    },
    `pass ${result}`,
  );
  keeper.put({
    runs: withRun(keeper.report.runs, one),
    nextLook: new Date(clock.now() + next.after).toISOString(),
    running: false,
  });
  const { store } = keeper;
  if (store === undefined) return next;
  const { times: _times, ...entry } = one;
  await addHistory(store, { ...entry, command: 'daemon' }).catch(() => undefined);
  onReport(keeper.report, store);
  return next;
}

function nextOf(keeper: Keeper, { result, nextAt }: Ended, ms: number): Next {
  const { clock, timing, interval } = keeper.shared;
  const pauseLeft = keeper.report.pause === undefined ? Infinity : Date.parse(keeper.report.pause.until) - clock.now();
  if (result === 'failed') return { after: keeper.patience(), why: 'interval' };
  if (result === 'interrupted') return { after: timing.retryMin, why: 'interval' };
  if (result === 'pending')
    return { after: Math.min(Math.max((nextAt ?? 0) - clock.now(), timing.pollMin), interval), why: 'retry' };
  return { after: Math.max(Math.min(keeper.rest(ms), pauseLeft), timing.pollMin), why: 'interval' };
}
