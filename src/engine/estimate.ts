import { kindsByName, type AnyKind, type Kinds } from './kind.ts';
import type { Plan } from './plan.ts';
import type { Step } from './step.ts';
import type { NodeId } from './ref.ts';

export interface Estimate {
  /** Seconds until the last step is through, everything independent side by side. */
  readonly seconds: number;
  /** The step that takes longest by itself. */
  readonly longest?: NodeId;
}

const USUAL = 1;

/** How long a plan usually takes: the longest chain of what is not blocked. */
export function estimate(plan: Plan, kinds: Kinds): Estimate {
  const byName = kindsByName(kinds);
  const steps = new Map<NodeId, Step[]>();
  const begun = plan.steps.filter((step) => step.action !== 'refuse' && step.blockedBy.length === 0);
  for (const step of begun) steps.set(step.node, [...(steps.get(step.node) ?? []), step]);
  const ends = new Map<NodeId, number>();
  const endOf = (id: NodeId): number => {
    const known = ends.get(id);
    if (known !== undefined) return known;
    ends.set(id, 0);
    const own = steps.get(id) ?? [];
    const start = Math.max(0, ...own.flatMap((step) => step.waitsFor.map(endOf)));
    const end = start + Math.max(0, ...own.map((step) => secondsOf(step, byName.get(step.kind))));
    ends.set(id, end);
    return end;
  };
  const seconds = Math.max(0, ...[...steps.keys()].map(endOf));
  const [longest] = begun.toSorted((a, b) => secondsOf(b, byName.get(b.kind)) - secondsOf(a, byName.get(a.kind)));
  return { seconds, ...(longest !== undefined && { longest: longest.node }) };
}

/** Usual seconds of one step. */
export function secondsOf(step: Step, kind: AnyKind | undefined): number {
  const takes = kind?.takes ?? {};
  switch (step.action) {
    case 'create':
      return takes.create ?? USUAL;
    case 'update':
      return takes.update ?? USUAL;
    case 'delete':
      return takes.delete ?? USUAL;
    case 'replace':
      return (takes.create ?? USUAL) + (takes.delete ?? USUAL);
    case 'refuse':
      return 0;
  }
}
