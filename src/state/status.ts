import type { Plan } from '../engine/plan.ts';
import type { NodeState } from '../engine/step.ts';
import { kindOf, type Kinds } from '../engine/kind.ts';

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
  const of = (...phases: readonly NodeState['phase'][]): readonly NodeState[] =>
    states.filter((state) => phases.includes(state.phase));
  const pending = of('pending', 'deleting');
  const sick = of('stalled', 'blocked');
  const waits = states.length - of('ready').length;
  const changes = plan.steps.length;
  const unread = plan.unknown.size > 0 ? unreadable(plan) : undefined;
  const absent = isAbsent(states, kinds);
  const healthy = sick.length === 0 && pending.length === 0;

  const conditions = [
    good(
      'Ready',
      changes === 0 && healthy,
      absent ? 'NotCreated' : healthy ? 'OutOfSync' : 'NotHealthy',
      waits === 0 ? `${changes} changes are pending` : `${waits} of ${states.length} are not ready`,
      unread,
    ),
    good('Synced', changes === 0, 'ChangesPending', `${changes} changes are pending`, unread),
    good('Healthy', healthy, 'NotHealthy', first([...sick, ...pending]), unread),
    bad(
      'Drifted',
      changes > 0 && !absent,
      ['Differs', `${changes} things differ from the manifest`],
      ['AsApplied', 'everything is as the manifest says'],
    ),
    bad('Progressing', pending.length > 0, ['Underway', first(pending)], ['Settled', 'nothing is underway']),
    bad('Stalled', sick.length > 0, ['NeedsAction', first(sick)], ['Free', 'nothing waits for a person']),
    ...domains.map(({ name, open }) =>
      good(`${capital(name)}Ready`, open.length === 0, 'NotReady', first(open), undefined),
    ),
  ];
  return { conditions, domains };
}

/** Somebody asked that nothing be changed for a time. */
export function pausedOf(
  pause: { readonly until: string; readonly why: string; readonly by: string } | undefined,
  now: number,
): Condition {
  if (pause === undefined || Date.parse(pause.until) <= now)
    return { type: 'Paused', status: 'False', reason: 'NotPaused', message: '' };
  const message = `until ${pause.until} by ${pause.by}: ${pause.why}`;
  return { type: 'Paused', status: 'True', reason: 'Asked', message };
}

/** Nothing of ours is there; what is only looked up says nothing about that. */
function isAbsent(states: readonly NodeState[], kinds: Kinds): boolean {
  const made = new Set(
    Object.values(kinds).flatMap((own) =>
      own.flatMap((kind) => (kind.create !== undefined && kind.scope !== 'account' ? [kind.name] : [])),
    ),
  );
  return !states.some((state) => state.live !== undefined && made.has(kindOf(state.id)));
}

/** True is what is hoped for. What could not be read leaves it open. */
function good(type: string, holds: boolean, reason: string, message: string, unread: string | undefined): Condition {
  if (unread !== undefined) return { type, status: 'Unknown', reason: 'Unreadable', message: unread };
  return holds ? { type, status: 'True', reason: 'AsWanted', message: '' } : { type, status: 'False', reason, message };
}

type Said = readonly [reason: string, message: string];

/** True is what somebody should know of. */
function bad(type: string, holds: boolean, yes: Said, no: Said): Condition {
  const [reason, message] = holds ? yes : no;
  return { type, status: holds ? 'True' : 'False', reason, message };
}

const capital = (text: string): string => `${text[0]?.toUpperCase() ?? ''}${text.slice(1)}`;

function domainStatus(name: string, states: readonly NodeState[]): DomainStatus {
  const own = states.filter((state) => state.domain === name);
  const open = own.filter((state) => state.phase !== 'ready');
  return { name, ready: own.length - open.length, total: own.length, open };
}

function first(states: readonly NodeState[]): string {
  const [state, ...more] = states;
  if (state === undefined) return '';
  const rest = more.length === 0 ? '' : `, and ${more.length} more`;
  return `${state.id} is ${state.phase}${state.because === undefined ? '' : `: ${state.because}`}${rest}`;
}

const unreadable = (plan: Plan): string =>
  [...plan.unknown].map(([kind, because]) => `${kind} could not be read: ${because}`).join('; ');
