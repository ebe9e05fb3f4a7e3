import { redact } from '../engine/secret.ts';
import type { DatedCondition } from '../state/conditions.ts';
import type { GatewayReport, SourceReport } from './board.ts';

/** How one gateway stands at one commit, as a forge shows it. */
export interface CommitStatus {
  readonly commit: string;
  /** Tells the gateways of one repository apart. */
  readonly context: string;
  readonly state: 'pending' | 'success' | 'failure';
  readonly description: string;
}

/** GitHub takes 140 letters, GitLab 255. */
const LONGEST = 140;

/** Undefined while there is no commit to speak of: manifests that stand in no repository. */
export function commitStatusOf(report: GatewayReport | SourceReport): CommitStatus | undefined {
  const isSource = 'place' in report;
  const commit = (isSource ? report.revision : report.attemptedRevision) ?? '';
  if (!/^[0-9a-f]{40,64}$/.test(commit)) return undefined;
  const { state, text } = isSource ? saidOfSource(report) : said(report);
  const context = isSource ? 'mcpgw/manifests' : `mcpgw/${report.accountId}/${report.region}/${report.name}`;
  return { commit, context, state, description: shortened(redact(text).replace(/\s+/g, ' ').trim()) };
}

interface Said {
  readonly state: CommitStatus['state'];
  readonly text: string;
}

/** What moves with every look (how many are ready, how long it took) is left out: a status is sent when it changes. */
function said(report: GatewayReport): Said {
  const { held, pause, attemptedRevision, appliedRevision } = report;
  if (held !== undefined) return { state: 'pending', text: `plan ${held.planId} waits for approval: ${held.why}` };
  if (pause !== undefined)
    return { state: 'pending', text: `paused until ${pause.until} by ${pause.by}: ${pause.why}` };
  const stalled = holds(report, 'Stalled');
  if (stalled !== undefined) return { state: 'failure', text: stalled.message };
  const last = report.runs.at(-1);
  const isOfThis = last?.revision === attemptedRevision;
  if (isOfThis && last?.result === 'failed') return { state: 'failure', text: last.errors[0] ?? 'the run failed' };
  if (appliedRevision === attemptedRevision && holds(report, 'Ready') !== undefined)
    return { state: 'success', text: 'ready' };
  if (isOfThis && last?.result === 'observed')
    return { state: 'success', text: 'looked at; nothing is changed by policy' };
  return { state: 'pending', text: appliedRevision === attemptedRevision ? 'applied, not ready yet' : 'being applied' };
}

/** Of a gateway whose manifest has a mistake nothing new is said: this says it. */
function saidOfSource({ problems }: SourceReport): Said {
  const [first, ...more] = problems;
  if (first === undefined) return { state: 'success', text: 'every manifest can be followed' };
  return { state: 'failure', text: `${more.length === 0 ? '' : `${problems.length} problems: `}${first}` };
}

export const holds = ({ conditions }: GatewayReport, type: string): DatedCondition | undefined =>
  conditions.find((condition) => condition.type === type && condition.status === 'True');

const shortened = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text);
