import type { Plan } from '../engine/plan.ts';
import { originOf, type AppliedRecord } from '../state/applied.ts';

/** With `--exit-code`: 2 when the manifest asks for changes, 3 when only somebody else made some, else 0. */
export function changesExit(plan: Plan, applied: AppliedRecord): number {
  if (plan.steps.length === 0) return 0;
  return plan.steps.every((step) => isDrift(step, applied)) ? 3 : 2;
}

/** True when the step only undoes what was done outside, or what nobody remembers doing. */
export function isDrift(step: Plan['steps'][number], applied: AppliedRecord): boolean {
  if (step.action === 'delete') return step.because === 'made outside';
  if (step.action === 'create') return step.node in applied;
  return step.changes.every((change) => ['outside', 'unknown'].includes(originOf(applied, step, change)));
}
