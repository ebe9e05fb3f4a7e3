import type { Condition } from './status.ts';
import type { Store } from './store.ts';
import { remember, recall } from './texts.ts';

/** A condition with the time since when it has been so, ISO 8601, as far as anybody looked. */
export interface DatedCondition extends Condition {
  readonly lastTransitionTime?: string;
}

const FILE = 'conditions.json';

export async function readConditions(store: Store): Promise<readonly DatedCondition[]> {
  const found = await recall(store, FILE);
  return Array.isArray(found) ? (found as readonly DatedCondition[]) : [];
}

/** Remembers how things stand after a run; what is as it was keeps its time. */
export async function writeConditions(store: Store, conditions: readonly Condition[], at: string): Promise<void> {
  const before = await readConditions(store);
  await remember(store, FILE, dated(conditions, before, at));
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
