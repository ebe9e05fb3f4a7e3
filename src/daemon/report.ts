import type { Sight } from '../controller/look.ts';
import { outputsOf } from '../controller/outputs.ts';
import type { Node } from '../engine/graph.ts';
import type { Plan } from '../engine/plan.ts';
import { kindOf } from '../engine/kind.ts';
import type { NodeState, Step } from '../engine/step.ts';
import { kinds } from '../reconcilers/index.ts';
import type { GatewayReport, NodeReport, RunReport } from './board.ts';
import { whoseIs, type Grounds } from './policy.ts';

/** What one look says, for people. */
export interface Findings {
  readonly sight: Pick<Sight, 'declared'>;
  /** Everything that differs, but for what is to be ignored. */
  readonly shown: Plan;
  /** What is to be done about it. */
  readonly judged: Plan;
  readonly grounds: Grounds;
}

/** In the order people read them. */
const DOMAINS = Object.keys(kinds);

/** The nodes with all that is known of them; what has not changed its phase keeps the time since when. */
export function nodeReports(
  { sight, shown, judged, grounds }: Findings,
  before: readonly NodeReport[],
  now: string,
): readonly NodeReport[] {
  const steps = new Map(shown.steps.map((step) => [step.node, step] as const));
  const last = new Map(before.map((node) => [node.id, node] as const));
  const wanted = [...judged.states.values()].map((state) =>
    nodeReport(state, steps.get(state.id), grounds, sight.declared.graph.nodes.get(state.id)),
  );
  const others = shown.steps
    .filter((step) => !judged.states.has(step.node))
    .map((step) => goingReport(step, judged, grounds));
  return [...wanted, ...others]
    .map((node) => {
      const known = last.get(node.id);
      return { ...node, since: known?.phase === node.phase ? known.since : now };
    })
    .sort((a, b) => DOMAINS.indexOf(a.domain) - DOMAINS.indexOf(b.domain));
}

type Undated = Omit<NodeReport, 'since'>;

function nodeReport(
  { id, domain, phase, because, live }: NodeState,
  step: Step | undefined,
  grounds: Grounds,
  node: Node | undefined,
): Undated {
  return {
    id,
    kind: kindOf(id),
    domain,
    // What a policy leaves alone differs all the same.
    phase: phase === 'ready' && step !== undefined ? 'drifted' : phase,
    ...(because !== undefined && { because }),
    waitsFor: step?.waitsFor ?? [],
    ...(step !== undefined && { action: step.action }),
    changes: changesIn(step, grounds),
    ...(node !== undefined && { props: node.props }),
    outputs: live?.outputs ?? {},
  };
}

/** Of what nobody wants and is still there. */
function goingReport(step: Step, judged: Plan, grounds: Grounds): Undated {
  const kept = judged.kept.find((item) => item.live === step.live);
  const because = kept?.because ?? step.because;
  return {
    id: step.node,
    kind: step.kind,
    domain: step.domain,
    phase: step.live?.phase === 'deleting' ? 'deleting' : 'drifted',
    ...(because !== undefined && { because }),
    waitsFor: step.waitsFor,
    action: step.action,
    changes: changesIn(step, grounds),
    outputs: step.live?.outputs ?? {},
  };
}

function changesIn(step: Step | undefined, grounds: Grounds): NodeReport['changes'] {
  if (step === undefined || step.action === 'create') return [];
  return step.changes.map((change) => ({ ...change, origin: whoseIs(grounds, step, change) }));
}

export function outputsIn({ sight: { declared }, shown }: Findings): GatewayReport['outputs'] {
  return outputsOf({ declared, plan: shown });
}

/** How many runs are kept. */
const RUNS = 50;

/** Adds a run; one that is as the last was is counted with it. */
export function withRun(runs: readonly RunReport[], run: RunReport): readonly RunReport[] {
  const last = runs.at(-1);
  const same = last !== undefined && JSON.stringify(essence(last)) === JSON.stringify(essence(run));
  return same ? [...runs.slice(0, -1), { ...run, times: last.times + 1 }] : [...runs, run].slice(-RUNS);
}

const essence = ({ revision, planId, result, steps, errors }: RunReport): readonly unknown[] => [
  revision,
  planId,
  result,
  steps,
  errors,
];
