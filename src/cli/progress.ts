import { estimate } from '../engine/estimate.ts';
import type { Kinds } from '../engine/kind.ts';
import type { Progress } from '../engine/reconcile.ts';
import type { Plan } from '../engine/plan.ts';
import type { NodeState, StepEvent } from '../engine/step.ts';
import { fields } from './layout.ts';
import { duration } from '../words.ts';

const DONE = { create: 'created', update: 'updated', delete: 'deleted', restore: 'restored' } as const;
const UNDERWAY: ReadonlySet<NodeState['phase']> = new Set(['pending', 'deleting']);

/** One line a call, with the time: for a pipe and for logs. */
export function eventLine({ step, ms, at, error }: StepEvent): string {
  const time = new Date(at).toISOString().slice(11, 19);
  if (error === undefined) return `${time} ${step.node} ${DONE[step.verb]} (${duration(ms)})`;
  const again = error.disposition === 'stalled' ? 'not again' : 'trying again';
  return `${time} ${step.node} ${step.verb} ${error.disposition === 'waiting' ? 'waits' : 'failed'}: ${error.message} (${again})`;
}

interface Frame {
  readonly owner: string;
  readonly command: string;
  readonly planId: string;
  readonly began: number;
  readonly now: number;
  readonly kinds: Kinds;
  readonly columns: number;
}

/** The whole view: one line a domain, with the reason for each wait. */
export function frameText({ plan, running, pendingSince }: Progress, frame: Frame): string {
  const states = [...plan.states.values()];
  const { seconds } = estimate(plan, frame.kinds);
  const left = plan.steps.length > 0 && seconds >= 60 ? `, about ${Math.ceil(seconds / 60)} min left` : '';
  const ready = states.filter((state) => state.phase === 'ready').length;
  const total = states.length > 0 ? `${ready} of ${states.length} ready` : `${plan.steps.length} left to delete`;
  const time = `${duration(frame.now - frame.began)}${left}`;
  const lines = [fields([frame.owner, `${frame.command} ${frame.planId}`, time, total], frame.columns, 2)];
  for (const domain of Object.keys(frame.kinds)) {
    const own = states.filter((state) => state.domain === domain);
    const steps = plan.steps.filter((step) => step.domain === domain);
    if (own.length === 0 && steps.length === 0) continue;
    const done = own.filter((state) => state.phase === 'ready').length;
    const mark =
      done === own.length && steps.length === 0 ? '✔' : own.some((state) => state.phase === 'stalled') ? '✘' : '·';
    const tally = own.length > 0 ? `${done}/${own.length}` : `${steps.length} left`;
    const [why] = reason(domain, own, plan, new Set(running.map((step) => step.node)), pendingSince, frame.now).split(
      '\n',
    );
    lines.push(`  ${mark} ${domain.padEnd(14)}${tally.padEnd(9)}${why ?? ''}`.slice(0, frame.columns));
  }
  return lines.join('\n');
}

function reason(
  domain: string,
  own: readonly NodeState[],
  plan: Plan,
  running: ReadonlySet<string>,
  pendingSince: ReadonlyMap<string, number>,
  now: number,
): string {
  const stalled = own.find((state) => state.phase === 'stalled');
  if (stalled !== undefined) return `${stalled.id} stalled: ${stalled.because ?? ''}`;
  const calling = plan.steps.find((step) => step.domain === domain && running.has(step.node));
  if (calling !== undefined) return `${calling.node}: ${calling.verb}`;
  const pending = own.find((state) => UNDERWAY.has(state.phase));
  if (pending !== undefined) {
    const since = pendingSince.get(pending.id);
    return `${pending.id} ${pending.because ?? pending.phase}${since === undefined ? '' : `, ${duration(now - since)}`}`;
  }
  const next = plan.steps.find((step) => step.domain === domain && step.waitsFor.length > 0);
  return next === undefined ? '' : `${next.node} waits for ${next.waitsFor[0] ?? ''}`;
}
