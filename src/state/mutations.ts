import { watched, type Watch } from '../aws/watch.ts';
import type { Step } from '../engine/step.ts';
import type { Clock } from '../engine/timing.ts';
import type { EventLog } from './event-log.ts';

/** Under what name the calls of a run are written down. */
export interface Author {
  /** The ARN that calls. */
  readonly by: string;
  readonly command: string;
  readonly revision: string;
  readonly planId: string;
}

/** Carries out a step and writes down each call that it makes to change something. `fence` may refuse one by throwing. */
export function noted<T>(
  step: Step,
  { author, log, clock, fence }: { author: Author; log: EventLog; clock: Clock; fence: () => void },
  act: () => Promise<T>,
): Promise<T> {
  const watch: Watch = {
    before: fence,
    after: ({ service, operation, error, ms }) =>
      log.add({
        type: 'call',
        at: new Date(clock.now()).toISOString(),
        ...author,
        node: step.node,
        verb: step.verb,
        call: `${service}:${operation}`,
        result: error ?? 'ok',
        ms: Math.round(ms),
      }),
  };
  return watched(watch, act);
}
