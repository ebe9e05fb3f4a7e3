import type { Plan } from '../engine/plan.ts';
import type { NodeId } from '../engine/ref.ts';
import type { NodePhase } from '../engine/step.ts';

/** Why a node is not as it should be. */
export interface Problem {
  readonly text: string;
  /** It does not do its work at all. */
  readonly grave: boolean;
  /** The controller can put it right by itself. */
  readonly mends: boolean;
}

const GRAVE: ReadonlySet<NodePhase> = new Set(['missing', 'stalled', 'deleting', 'unknown']);

/** What is not as it should be among these nodes, the grave first. */
export function problemsOf(plan: Plan, nodes: readonly NodeId[]): readonly Problem[] {
  const found = [...new Set(nodes)].flatMap((id) => problemOf(plan, id) ?? []);
  return [...found.filter(({ grave }) => grave), ...found.filter(({ grave }) => !grave)];
}

function problemOf(plan: Plan, id: NodeId): Problem | undefined {
  const state = plan.states.get(id);
  if (state === undefined || state.phase === 'ready') return undefined;
  const step = plan.steps.find((item) => item.node === id);
  const why = state.because ?? step?.because;
  const because = why === undefined ? '' : `: ${why}`;
  const isMissing = state.live === undefined && step?.action === 'create';
  return {
    text: isMissing
      ? `${id} does not exist`
      : `${id} ${WORDS[state.phase]}${state.phase === 'drifted' ? changed(plan, id) : because}`,
    grave: isMissing || GRAVE.has(state.phase),
    mends: step !== undefined && step.action !== 'refuse' && state.phase !== 'stalled',
  };
}

const WORDS: Readonly<Record<NodePhase, string>> = {
  ready: 'is ready',
  missing: 'does not exist',
  pending: 'is underway',
  drifted: 'is not as the manifest says',
  blocked: 'waits for something else',
  stalled: 'cannot go on',
  unknown: 'could not be read',
  deleting: 'is being deleted',
};

function changed(plan: Plan, id: NodeId): string {
  const paths = plan.steps.flatMap((step) => (step.node === id ? step.changes.map(({ path }) => path.slice(1)) : []));
  return paths.length === 0 ? '' : `: ${[...new Set(paths)].join(', ').replaceAll('/', '.')}`;
}
