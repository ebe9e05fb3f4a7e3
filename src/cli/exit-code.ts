import type { Plan } from '../engine/plan.ts';
import { isDrift, type AppliedRecord } from '../state/applied.ts';

/** With `--exit-code`: 2 when the manifest asks for changes, 3 when only somebody else made some, else 0. */
export function changesExit(plan: Plan, applied: AppliedRecord): number {
  if (plan.steps.length === 0) return 0;
  return plan.steps.every((step) => isDrift(step, applied)) ? 3 : 2;
}
