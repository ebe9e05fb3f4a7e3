import type { Change } from '../engine/diff.ts';
import type { NodeId } from '../engine/ref.ts';
import type { Leave, Step } from '../engine/step.ts';
import type { DriftPolicy, FieldRule, Policy } from '../spec/gateway.ts';
import { originOf, type AppliedRecord, type Origin } from '../state/applied.ts';

/** What a judgement rests on. */
export interface Grounds {
  readonly policy: Policy;
  readonly applied: AppliedRecord;
  /** Kinds that hold data. */
  readonly data: ReadonlySet<string>;
  /** Nodes that are being made: no run has seen them finished. */
  readonly making: ReadonlySet<NodeId>;
  /** Why a field is no longer corrected. */
  readonly flipping: (step: Step, change: Change | undefined) => string | undefined;
}

/** Leaves what nobody is to look at. */
export const ignoreBy =
  (policy: Policy): Leave =>
  (step, change) =>
    change !== undefined && policy.ignore.some((rule) => fits(rule, step, change)) ? 'ignored by policy' : undefined;

/** What is to be left as it is found, with the reason. */
export function leaveBy(grounds: Grounds): Leave {
  const ignore = ignoreBy(grounds.policy);
  return (step, change) => {
    const ignored = ignore(step, change);
    if (ignored !== undefined) return ignored;
    const drift = driftPolicyOf(grounds, step, change);
    if (drift === 'observe') return 'left alone by policy: observe';
    // Data that vanished is no field that might be left: somebody is asked.
    if (step.action === 'create' && grounds.data.has(step.kind)) return undefined;
    const origin = whoseIs(grounds, step, change);
    if (origin === 'manifest' || origin === 'both') return undefined;
    if (drift === 'warn')
      return `left alone by policy: changed ${origin === 'outside' ? 'outside' : 'by whom is not known'}, warn`;
    // Nobody remembers what it was: what holds data is not touched on a guess.
    if (origin === 'unknown' && grounds.data.has(step.kind))
      return 'left alone: who changed it is not known, and it holds data';
    return grounds.flipping(step, change);
  };
}

/** Whose a change is, or a whole step; more is known here than the record says. */
export function whoseIs({ applied, making }: Pick<Grounds, 'applied' | 'making'>, step: Step, change?: Change): Origin {
  if (step.action === 'delete') return isOutside(step) ? 'outside' : 'manifest';
  if (making.has(step.node)) return 'manifest';
  // Our own marks, and tags that the manifest sets: no record is kept of them.
  if (change?.path.startsWith('/tags/') === true) return 'manifest';
  if (change !== undefined) return originOf(applied, step, change);
  return step.node in applied ? 'outside' : 'manifest';
}

/** True for what somebody put inside something of ours. */
export const isOutside = (step: Step): boolean => step.action === 'delete' && step.because === 'made outside';

function driftPolicyOf({ policy, data }: Grounds, step: Step, change: Change | undefined): DriftPolicy {
  const rule = policy.rules.findLast((each) => fits(each, step, change));
  return rule?.drift ?? policy.domains[step.domain] ?? (data.has(step.kind) ? policy.dataDrift : policy.drift);
}

function fits({ node, path }: FieldRule, step: Step, change: Change | undefined): boolean {
  if (!patternOf(node).test(step.node)) return false;
  if (path === undefined) return true;
  return change !== undefined && (change.path === path || change.path.startsWith(`${path}/`));
}

const patternOf = (text: string): RegExp =>
  new RegExp(`^${text.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`).replaceAll('*', '.*')}$`);
