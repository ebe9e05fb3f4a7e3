import type { Plan } from '../engine/plan.ts';
import type { NodeState } from '../engine/step.ts';
import type { Kinds } from '../engine/kind.ts';

/** As Kubernetes writes it. */
export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
}

export interface DomainStatus {
  readonly name: string;
  readonly ready: number;
  readonly total: number;
  /** Nodes that are not ready. */
  readonly open: readonly NodeState[];
}

export interface Status {
  readonly conditions: readonly Condition[];
  readonly domains: readonly DomainStatus[];
}

/** What a plan says about a gateway, in conditions and by domain. Pure. */
export function statusOf(plan: Plan, kinds: Kinds): Status {
  const states = [...plan.states.values()];
  const domains = Object.keys(kinds)
    .map((name) => domainStatus(name, states))
    .filter((domain) => domain.total > 0);
  const of = (...phases: readonly NodeState['phase'][]): readonly NodeState[] => states.filter((state) => phases.includes(state.phase));
  const pending = of('pending', 'deleting');
  const sick = of('stalled', 'blocked');
  const drifted = plan.steps.length;
  const unknown = plan.unknown.size;
  const standing = states.filter((state) => state.live !== undefined);
  const synced = drifted === 0 && unknown === 0;
  const healthy = sick.length === 0 && pending.length === 0 && unknown === 0;
  const absent = standing.length === 0;

  const conditions = [
    condition('Ready', synced && healthy, absent ? 'NotCreated' : healthy ? 'OutOfSync' : 'NotHealthy', `${states.length - of('ready').length} of ${states.length} are not ready`),
    condition('Synced', synced, unknown > 0 ? 'Unreadable' : 'ChangesPending', unknown > 0 ? unreadable(plan) : `${drifted} changes are pending`),
    condition('Healthy', healthy, 'NotHealthy', first([...sick, ...pending])),
    { ...condition('Drifted', drifted > 0 && !absent, 'AsApplied', 'everything is as the manifest says'), ...(drifted > 0 && !absent && { reason: 'Differs', message: `${drifted} things differ from the manifest` }) },
    { ...condition('Progressing', pending.length > 0, 'Settled', 'nothing is underway'), ...(pending.length > 0 && { reason: 'Underway', message: first(pending) }) },
    { ...condition('Stalled', sick.length > 0, 'Free', 'nothing waits for a person'), ...(sick.length > 0 && { reason: 'NeedsAction', message: first(sick) }) },
    ...domains.map((domain) => condition(`${domain.name[0]?.toUpperCase() ?? ''}${domain.name.slice(1)}Ready`, domain.open.length === 0, 'NotReady', first(domain.open))),
  ];
  return { conditions, domains };
}

function domainStatus(name: string, states: readonly NodeState[]): DomainStatus {
  const own = states.filter((state) => state.domain === name);
  const open = own.filter((state) => state.phase !== 'ready');
  return { name, ready: own.length - open.length, total: own.length, open };
}

function condition(type: string, holds: boolean, reason: string, message: string): Condition {
  return holds ? { type, status: 'True', reason: 'AsWanted', message: '' } : { type, status: 'False', reason, message };
}

function first(states: readonly NodeState[]): string {
  const [state, ...more] = states;
  if (state === undefined) return '';
  const rest = more.length === 0 ? '' : `, and ${more.length} more`;
  return `${state.id} is ${state.phase}${state.because === undefined ? '' : `: ${state.because}`}${rest}`;
}

const unreadable = (plan: Plan): string => [...plan.unknown].map(([kind, because]) => `${kind} could not be read: ${because}`).join('; ');
