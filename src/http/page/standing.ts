import type { GatewayReport, NodeReport } from '../../daemon/board.ts';
import type { NodePhase } from '../../engine/step.ts';

/** Which colour says it again. */
export type Tone = 'good' | 'busy' | 'warn' | 'bad' | 'calm';

/** How a gateway stands, in a word. */
export interface Standing {
  readonly word: string;
  readonly tone: Tone;
  /** The sentence after the word; empty when there is nothing to add. */
  readonly because: string;
}

/** Words from the sickest on. */
const ORDER = [
  'stalled',
  'refused',
  'held',
  'unknown',
  'not ready',
  'drifted',
  'pending',
  'new',
  'paused',
  'ready',
  'released',
];

export function standingOf(report: GatewayReport): Standing {
  const { held, pause, lastLook, nodes } = report;
  const status = (type: string): string | undefined => conditionOf(report, type)?.status;
  const said = (type: string): string => conditionOf(report, type)?.message ?? '';
  if (status('Released') === 'True') return { word: 'released', tone: 'calm', because: said('Released') };
  if (status('Stalled') === 'True') return { word: 'stalled', tone: 'bad', because: said('Stalled') };
  if (status('ManifestAccepted') === 'False')
    return { word: 'refused', tone: 'bad', because: said('ManifestAccepted') };
  if (held !== undefined) return { word: 'held', tone: 'warn', because: `plan ${held.planId} waits for approval` };
  if (pause !== undefined) return { word: 'paused', tone: 'calm', because: `${pause.by}: ${pause.why}` };
  if (lastLook === undefined && status('Ready') === undefined)
    return { word: 'new', tone: 'busy', because: 'not looked at yet' };
  if (status('Ready') === 'Unknown') return { word: 'unknown', tone: 'bad', because: said('Ready') };
  if (status('Progressing') === 'True') return { word: 'pending', tone: 'busy', because: said('Progressing') };
  if (report.running && status('Ready') === 'False') return { word: 'pending', tone: 'busy', because: said('Synced') };
  // A policy may leave drift alone, and the gateway is ready all the same.
  if (status('Drifted') === 'True') return { word: 'drifted', tone: 'warn', because: said('Drifted') };
  if (status('Ready') === 'True') return { word: 'ready', tone: 'good', because: allReady(nodes) };
  return { word: 'not ready', tone: 'bad', because: said('Ready') };
}

export const conditionOf = (
  { conditions }: GatewayReport,
  type: string,
): GatewayReport['conditions'][number] | undefined => conditions.find((condition) => condition.type === type);

const allReady = (nodes: readonly NodeReport[]): string => (nodes.length === 0 ? '' : `all ${nodes.length} are ready`);

export const readyIn = (nodes: readonly NodeReport[]): number => nodes.filter((node) => node.phase === 'ready').length;

/** The gateways with the sick ones first, each with how it stands. */
export function sickFirst(reports: readonly GatewayReport[]): readonly (readonly [GatewayReport, Standing])[] {
  const rank = ({ word }: Standing): number => ORDER.indexOf(word);
  return reports
    .map((report) => [report, standingOf(report)] as const)
    .sort(([a, as], [b, bs]) => rank(as) - rank(bs) || a.name.localeCompare(b.name) || a.key.localeCompare(b.key));
}

/** `1 stalled, 2 pending, 9 ready`. */
export function tally(standings: readonly Standing[]): string {
  const words = ORDER.map((word) => [word, standings.filter((each) => each.word === word).length] as const);
  return words.flatMap(([word, number]) => (number === 0 ? [] : [`${number} ${word}`])).join(', ');
}

/** Signs as everyone knows them. */
export const SIGNS: Readonly<Record<NodePhase, string>> = {
  ready: '✔',
  pending: '·',
  deleting: '-',
  missing: '+',
  drifted: '~',
  blocked: '·',
  stalled: '!',
  unknown: '!',
};

export const TONES: Readonly<Record<NodePhase, Tone>> = {
  ready: 'good',
  pending: 'busy',
  deleting: 'busy',
  missing: 'busy',
  drifted: 'warn',
  blocked: 'calm',
  stalled: 'bad',
  unknown: 'bad',
};

const WORST: readonly NodePhase[] = [
  'stalled',
  'unknown',
  'drifted',
  'pending',
  'deleting',
  'missing',
  'blocked',
  'ready',
];

/** The worst phase among some nodes. */
export function worstOf(nodes: readonly NodeReport[]): NodePhase {
  return WORST.find((phase) => nodes.some((node) => node.phase === phase)) ?? 'ready';
}

/** What is not ready, the worst first; what is equally bad in the order it was declared. */
export const openOnes = (nodes: readonly NodeReport[]): readonly NodeReport[] =>
  nodes.filter((node) => node.phase !== 'ready').sort((a, b) => WORST.indexOf(a.phase) - WORST.indexOf(b.phase));
