import { kinds } from '../reconcilers/index.ts';
import { dated, type DatedCondition } from '../state/conditions.ts';
import { statusOf, type Condition } from '../state/status.ts';
import type { Step } from '../engine/step.ts';
import type { Pause } from './board.ts';
import type { Wish } from './catalogue.ts';
import type { Hold } from './hold.ts';
import { whoseIs, type Grounds } from './policy.ts';
import type { Findings } from './report.ts';

export interface Standing {
  readonly wish: Wish;
  readonly findings: Findings | undefined;
  readonly hold: Hold | undefined;
  readonly pause: Pause | undefined;
  /** What ended the pass before it saw anything. */
  readonly error: { readonly code: string; readonly message: string; readonly stalled: boolean } | undefined;
  readonly before: readonly DatedCondition[];
  readonly now: string;
}

/** Conditions as Kubernetes writes them. */
export function conditionsOf(standing: Standing): readonly DatedCondition[] {
  const { before, now } = standing;
  return dated([...lookedAt(standing), ...ofDaemon(standing)], before, now);
}

/** What the look says; without one, what was last seen and is not known now. */
function lookedAt({ findings, error, hold, before, wish }: Standing): readonly Condition[] {
  if (findings === undefined) {
    const because = error?.message ?? (wish.state === 'wanted' ? 'not looked at yet' : wish.because);
    const reason = error?.code ?? 'NotLooked';
    const known = before.filter(({ type }) => !OURS.has(type)).map(({ type }) => type);
    return [...new Set(['Ready', 'Synced', 'Healthy', 'Progressing', 'Stalled', ...known])].map((type) =>
      type === 'Stalled' && error !== undefined
        ? { type, status: error.stalled ? 'True' : 'False', reason, message: because }
        : { type, status: 'Unknown', reason, message: because },
    );
  }
  const { judged } = findings;
  const conditions = statusOf(judged, kinds).conditions.filter(({ type }) => !OURS.has(type));
  return conditions.map((condition) => {
    if (hold === undefined || (condition.type !== 'Synced' && condition.type !== 'Ready')) return condition;
    const message = `plan ${hold.planId} waits for approve: ${hold.why}`;
    return { ...condition, status: 'False', reason: 'AwaitingApproval', message };
  });
}

const OURS: ReadonlySet<string> = new Set(['Drifted', 'Paused', 'Released', 'ManifestAccepted']);

function ofDaemon({ wish, findings, pause }: Standing): readonly Condition[] {
  return [
    drifted(findings),
    pause === undefined
      ? { type: 'Paused', status: 'False', reason: 'NotPaused', message: '' }
      : {
          type: 'Paused',
          status: 'True',
          reason: 'Asked',
          message: `until ${pause.until} by ${pause.by}: ${pause.why}`,
        },
    wish.state === 'released'
      ? { type: 'Released', status: 'True', reason: 'LeftTheSource', message: wish.because }
      : { type: 'Released', status: 'False', reason: 'InTheSource', message: '' },
    wish.state === 'broken'
      ? { type: 'ManifestAccepted', status: 'False', reason: 'Refused', message: wish.because }
      : { type: 'ManifestAccepted', status: 'True', reason: 'Valid', message: '' },
  ];
}

/** True when everything that the manifest asks for is there, whatever else was found and left. */
export function isApplied({ shown, judged, grounds }: Findings): boolean {
  const isAsked = (origin: string): boolean => origin === 'manifest' || origin === 'both';
  const own = shown.steps.some((step) =>
    step.action === 'create' || step.action === 'delete'
      ? isAsked(whoseIs(grounds, step))
      : step.changes.some((change) => isAsked(whoseIs(grounds, step, change))),
  );
  return !own && judged.steps.length === 0 && [...judged.states.values()].every(({ phase }) => phase === 'ready');
}

function drifted(findings: Findings | undefined): Condition {
  const type = 'Drifted';
  if (findings === undefined) return { type, status: 'Unknown', reason: 'NotLooked', message: '' };
  const { shown, judged, grounds } = findings;
  const moved = shown.steps.flatMap((step) => movedIn(step, grounds));
  if (moved.length === 0) return { type, status: 'False', reason: 'AsApplied', message: 'nothing was changed outside' };
  const correcting = new Set(judged.steps.map((step) => step.node));
  const left = shown.steps.some((step) => movedIn(step, grounds).length > 0 && !correcting.has(step.node));
  const named = moved.slice(0, 5).join(', ');
  const rest = moved.length > 5 ? ` and ${moved.length - 5} more` : '';
  return {
    type,
    status: 'True',
    reason: left ? 'LeftAlone' : 'Correcting',
    message: `changed outside: ${named}${rest}`,
  };
}

function movedIn(step: Step, grounds: Grounds): readonly string[] {
  const isMoved = (origin: string): boolean => origin !== 'manifest';
  if (step.action === 'create' || step.action === 'delete') return isMoved(whoseIs(grounds, step)) ? [step.node] : [];
  return step.changes
    .filter((change) => isMoved(whoseIs(grounds, step, change)))
    .map((change) => `${step.node} ${change.path}`);
}
