import type { Lines } from '../controller/causes.ts';
import type { Outcome } from '../engine/reconcile.ts';
import { summaryOf, type Plan } from '../engine/plan.ts';
import { originOf, type AppliedRecord } from '../state/applied.ts';
import { linesJson } from './line-text.ts';

const SECRET = '[secret]';

/**
 * The plan as scripts read it.
 *
 * @param lines where the manifest asks for it, as far as that is known
 */
export function planJson(plan: Plan, revision: string, applied: AppliedRecord, lines: Lines = new Map()): object {
  return {
    formatVersion: 1,
    gateway: plan.owner,
    planId: plan.id,
    revision,
    summary: summaryOf(plan),
    steps: plan.steps.map((step) => ({
      node: step.node,
      kind: step.kind,
      domain: step.domain,
      action: step.action,
      changes: step.changes.map((change) => ({
        path: change.path,
        from: change.from ?? null,
        to: plain(change.to),
        origin: originOf(applied, step, change),
        replaces: change.replaces,
        ...linesJson(lines.get(change)),
      })),
      waitsFor: step.waitsFor,
      ...(step.blockedBy.length > 0 && { blockedBy: step.blockedBy }),
      interrupts: step.interrupts !== undefined,
      ...linesJson(lines.get(step)),
      ...(step.because !== undefined && { because: step.because }),
    })),
    kept: plan.kept.map(({ node, because }) => ({ node, because })),
    unknown: [...plan.unknown].map(([kind, because]) => ({ kind, because })),
  };
}

/** What came of a run, in the form of a plan with a result. */
export function outcomeJson(
  plan: Plan,
  outcome: Outcome,
  revision: string,
  applied: AppliedRecord,
  lines?: Lines,
): object {
  return {
    ...planJson(plan, revision, applied, lines),
    // Interrupted, as exit code 130 says: what was begun goes on in AWS.
    result: outcome.result === 'interrupted' ? 'pending' : outcome.result,
    failures: outcome.failures.map(({ node, verb, error }) => ({
      node,
      verb,
      disposition: error.disposition,
      code: error.code,
      message: error.message,
    })),
    pending: [...outcome.plan.states.values()]
      .filter((state) => state.phase === 'pending' || state.phase === 'deleting')
      .map((state) => state.id),
  };
}

/** References stay as data; where a secret would stand there is a word. */
function plain(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value ?? null;
  if ('$secret' in value) return SECRET;
  if ('$ref' in value && 'output' in value) return { $ref: value.$ref, output: value.output };
  if (Array.isArray(value)) return value.map(plain);
  if (Object.getPrototypeOf(value) !== Object.prototype) return SECRET;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}
