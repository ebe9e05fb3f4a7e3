import { shortRevision } from '../state/revision.ts';
import { few } from '../words.ts';
import type { GatewayReport, NodeReport, SourceReport } from './board.ts';
import { holds } from './commit-status.ts';

/** Something about a gateway that people want to be told, once. */
export interface News {
  /** The condition, as `Stalled`. */
  readonly condition: string;
  readonly status: 'True' | 'False';
  readonly message: string;
  /** What else has to be new for it to be told again at the same revision. */
  readonly about: string;
}

/** How often a run must have failed in the same way before it is more than a mishap. */
const TIMES = 3;
const MOST = 5;

/** What there is to tell of a gateway now, the worst first. Pure. */
export function newsOf(report: GatewayReport): readonly News[] {
  return [
    ...stalled(report),
    ...failing(report),
    ...held(report),
    ...drifted(report),
    ...paused(report),
    ...gone(report),
    ...ready(report),
  ];
}

/** What there is to tell of a source now. Pure. */
export function newsOfSource({ error }: SourceReport): readonly News[] {
  return error === undefined ? [] : [bad('SourceUnreadable', `cannot be read: ${error}`, error)];
}

const bad = (condition: string, message: string, about: string): News => ({
  condition,
  status: 'True',
  message,
  about,
});

function stalled(report: GatewayReport): readonly News[] {
  const condition = holds(report, 'Stalled');
  if (condition === undefined) return [];
  const sick = report.nodes.filter((node) => node.phase === 'stalled').map((node) => node.id);
  return [bad('Stalled', `needs somebody: ${condition.message}`, sick.join(','))];
}

function failing({ runs }: GatewayReport): readonly News[] {
  const last = runs.at(-1);
  if (last?.result !== 'failed' || last.times < TIMES) return [];
  const [error = 'no reason is known'] = last.errors;
  return [bad('Failing', `failed ${last.times} times: ${error}`, '')];
}

function held({ held: plan, name }: GatewayReport): readonly News[] {
  if (plan === undefined) return [];
  const lost = plan.deletes.length === 0 ? '' : ` It deletes ${few(plan.deletes, MOST)}.`;
  const next = `mcpgw-controller approve ${name} --plan ${plan.planId}`;
  return [bad('ApprovalNeeded', `waits for approval: ${plan.why}.${lost} To approve: ${next}`, plan.planId)];
}

function drifted({ nodes }: GatewayReport): readonly News[] {
  const moved = nodes.flatMap((node) => outsideOf(node));
  return moved.length === 0
    ? []
    : [bad('Drifted', `was changed outside: ${few(moved, MOST)}`, [...moved].sort().join(','))];
}

const outsideOf = ({ id, changes }: NodeReport): readonly string[] =>
  changes.filter(({ origin }) => origin === 'outside' || origin === 'both').map(({ path }) => `${id} ${path.slice(1)}`);

function paused({ pause }: GatewayReport): readonly News[] {
  if (pause === undefined) return [];
  return [bad('Paused', `is paused until ${pause.until} by ${pause.by}: ${pause.why}`, pause.until)];
}

function gone(report: GatewayReport): readonly News[] {
  const condition = holds(report, 'Released');
  return condition === undefined ? [] : [bad('Released', `is let go of: ${condition.message}`, '')];
}

function ready(report: GatewayReport): readonly News[] {
  if (holds(report, 'Ready') === undefined || report.appliedRevision !== report.attemptedRevision) return [];
  const at = shortRevision(report.appliedRevision ?? '');
  return [{ condition: 'Ready', status: 'True', message: `is ready at ${at}`, about: '' }];
}
