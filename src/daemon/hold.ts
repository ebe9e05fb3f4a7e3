import type { Graph } from '../engine/graph.ts';
import { needs } from '../engine/graph.ts';
import { kindOf, kindsByName, type Kinds } from '../engine/kind.ts';
import type { Plan } from '../engine/plan.ts';
import type { NodeId } from '../engine/ref.ts';
import type { Step } from '../engine/step.ts';
import type { AppliedRecord } from '../state/applied.ts';
import { isOutside } from './policy.ts';

/** A plan that nobody but a person may let go on. */
export interface Hold {
  readonly planId: string;
  readonly why: string;
  /** Everything that it is held for. */
  readonly nodes: readonly NodeId[];
  /** Those among them that would be deleted. */
  readonly deletes: readonly NodeId[];
}

export interface HoldInput {
  /** What would be done, data and all. */
  readonly plan: Plan;
  readonly graph: Graph;
  readonly kinds: Kinds;
  readonly data: ReadonlySet<string>;
  readonly applied: AppliedRecord;
  readonly making: ReadonlySet<NodeId>;
  /** Nodes of a way in that another one takes over from: their going was asked for by the switch. */
  readonly switching: ReadonlySet<NodeId>;
  readonly destroyBudget: number;
}

/** Why a plan has to wait for a person; undefined when it has not. */
export function holdOf(input: HoldInput): Hold | undefined {
  const { plan, data, applied, destroyBudget } = input;
  const given = givenUp(input);
  const lost = given.filter((step) => data.has(step.kind) && step.node in applied);
  const replaced = plan.steps.filter((step) => step.action === 'replace' && data.has(step.kind));
  const vanished = plan.steps.filter((step) => hasVanished(input, step));
  const deletes = given.filter((step) => !data.has(step.kind) || lost.includes(step));
  const isMany = deletes.length > destroyBudget;
  const reasons = [
    ...(vanished.length > 0 ? [`${namesOf(vanished)} held data and vanished: approve to make it anew, empty`] : []),
    ...(replaced.length > 0 ? [`${namesOf(replaced)} holds data and would be replaced`] : []),
    ...(lost.length > 0 ? [`the manifest gives up ${namesOf(lost)}, which holds data`] : []),
    ...(isMany ? [`the manifest gives up ${deletes.length} things, more than destroyBudget ${destroyBudget}`] : []),
  ];
  if (reasons.length === 0) return undefined;
  const held = isMany ? deletes : lost;
  return {
    planId: plan.id,
    why: reasons.join('; '),
    nodes: [...new Set([...vanished, ...replaced, ...held].map((step) => step.node))],
    deletes: [...new Set([...held, ...replaced].map((step) => step.node))],
  };
}

const namesOf = (steps: readonly Step[]): string => steps.map((step) => step.node).join(', ');

/** What the manifest wanted once and wants no more; what lies inside something else of it goes uncounted. */
function givenUp({ plan, kinds, switching }: HoldInput): readonly Step[] {
  const going = plan.steps.filter(
    (step) =>
      step.action === 'delete' && !isOutside(step) && step.because === 'no longer wanted' && !switching.has(step.node),
  );
  const ids = new Set(going.flatMap((step) => Object.values(step.live?.outputs ?? {})));
  const byName = kindsByName(kinds);
  return going.filter((step) => {
    const parent = byName.get(step.kind)?.parent;
    const found: Readonly<Record<string, unknown>> = step.live?.props ?? {};
    return parent === undefined || !ids.has(found[parent]);
  });
}

/** True for data that was there: the record says so, or what was made for it lives. */
function hasVanished({ plan, graph, data, applied, making }: HoldInput, step: Step): boolean {
  if (step.action !== 'create' || !data.has(step.kind) || making.has(step.node)) return false;
  if (step.node in applied) return true;
  if (Object.keys(applied).length > 0) return false;
  return [...graph.nodes.values()].some(
    (node) =>
      needs(node).includes(step.node) && data.has(kindOf(node.id)) && plan.states.get(node.id)?.live !== undefined,
  );
}
