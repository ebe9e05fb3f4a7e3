import { toReconcileError } from '../aws/errors.ts';
import type { Session } from '../controller/session.ts';
import type { Snapshot } from '../engine/snapshot.ts';
import { markPaused, markResumed, pauseOn } from './anchor.ts';
import type { Pause } from './board.ts';
import type { Keeper } from './keeper.ts';

/** The pause that is on; one that has ended is taken away, and that is told. */
export async function pauseNow(keeper: Keeper, session: Session, snapshot: Snapshot): Promise<Pause | undefined> {
  const { store } = session;
  const { pause: noted, resumed } = await keeper.notes(store);
  const shown = pauseOn(snapshot);
  const marked = shown?.until === resumed ? undefined : shown;
  const now = keeper.shared.clock.now();
  const isOn = (pause: Pause | undefined): pause is Pause => pause !== undefined && Date.parse(pause.until) > now;
  const on = [noted, marked].find(isOn);
  if (on !== undefined) {
    if (!isOn(marked)) await attempt(keeper, () => markPaused(session, on));
    return on;
  }
  const over = noted ?? marked;
  if (over === undefined) return undefined;
  keeper.log.warn({ alert: 'PauseEnded', by: over.by, why: over.why }, `the pause of ${over.by} is over: ${over.why}`);
  await keeper.note(store, { pause: undefined });
  if (marked !== undefined) await attempt(keeper, () => markResumed(session));
  return undefined;
}

export async function beginPause(keeper: Keeper, session: Session, pause: Pause): Promise<void> {
  await keeper.note(session.store, { pause, resumed: undefined });
  const marked = await attempt(keeper, () => markPaused(session, pause));
  keeper.log.warn(
    { by: pause.by, why: pause.why, until: pause.until },
    marked === true ? 'paused' : 'paused; nothing of the gateway is there yet to write it on',
  );
}

export async function endPause(keeper: Keeper, session: Session, by: string): Promise<void> {
  await keeper.note(session.store, { pause: undefined, resumed: keeper.report.pause?.until });
  await markResumed(session);
  keeper.log.info({ by }, 'resumed');
}

/** The mark outlives this process and its memory; without it the pause holds as long as the memory does. */
async function attempt(keeper: Keeper, act: () => Promise<boolean>): Promise<boolean | undefined> {
  try {
    return await act();
  } catch (error) {
    keeper.log.warn(`the pause cannot be written on the gateway: ${toReconcileError(error).message}`);
    return undefined;
  }
}
