import type { EventLog } from './event-log.ts';
import type { Condition } from './status.ts';
import type { Store } from './store.ts';
import { amend, recall } from './texts.ts';

/** A condition with the time since when it has been so, ISO 8601, as far as anybody looked. */
export interface DatedCondition extends Condition {
  readonly lastTransitionTime?: string;
}

const FILE = 'conditions.json';

export const readConditions = async (store: Store): Promise<readonly DatedCondition[]> =>
  conditionsIn(await recall(store, FILE));

/** Remembers how things stand; what is as it was keeps its time, and what moved goes to the log. */
export async function writeConditions(
  store: Store,
  conditions: readonly Condition[],
  { at, revision, log }: { readonly at: string; readonly revision: string; readonly log: EventLog },
): Promise<readonly DatedCondition[]> {
  let before: readonly DatedCondition[] = [];
  const now = await amend(store, FILE, (found) => {
    before = conditionsIn(found);
    return dated(conditions, before, at);
  });
  for (const { type, status, reason, message } of now) {
    const from = before.find((condition) => condition.type === type)?.status;
    if (from === status) continue;
    const moved = { condition: type, status, reason, message, ...(from !== undefined && { from }) };
    log.add({ type: 'condition', at, revision, ...moved });
  }
  return now;
}

/** The conditions with the times of those that have not moved; `at` for those that have. */
export function dated(
  conditions: readonly Condition[],
  before: readonly DatedCondition[],
  at?: string,
): readonly DatedCondition[] {
  return conditions.map((condition) => {
    const last = before.find(({ type, status }) => type === condition.type && status === condition.status);
    const time = last?.lastTransitionTime ?? at;
    return { ...condition, ...(time !== undefined && { lastTransitionTime: time }) };
  });
}

const conditionsIn = (found: unknown): readonly DatedCondition[] =>
  Array.isArray(found) ? (found as readonly DatedCondition[]) : [];
