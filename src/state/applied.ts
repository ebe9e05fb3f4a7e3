import { createHash } from 'node:crypto';
import type { Change } from '../engine/diff.ts';
import type { Plan } from '../engine/plan.ts';
import type { Step } from '../engine/step.ts';
import type { Graph } from '../engine/graph.ts';
import { resolve } from '../engine/ref.ts';
import type { Store } from './store.ts';
import { recall, remember } from './texts.ts';

/** Who moved a value since it was last applied. */
export type Origin = 'manifest' | 'outside' | 'both' | 'unknown';

/** For each node and field, hashes of what was wanted and of what lived when they were last the same. */
export type AppliedRecord = Readonly<Record<string, Readonly<Record<string, readonly [wanted: string, live: string]>>>>;

const FILE = 'applied.json';

export async function readApplied(store: Store): Promise<AppliedRecord> {
  const found = await recall(store, FILE);
  return typeof found === 'object' && found !== null && !Array.isArray(found) ? (found as AppliedRecord) : {};
}

/**
 * Remembers every node that is as it should be; the others of the graph keep what was remembered of them.
 *
 * @returns what is remembered now
 */
export async function writeApplied(store: Store, plan: Plan, graph: Graph): Promise<AppliedRecord> {
  const record: Record<string, AppliedRecord[string]> = { ...(await readApplied(store)) };
  const changing = new Set(plan.steps.map((step) => step.node));
  for (const state of plan.states.values()) {
    const node = graph.nodes.get(state.id);
    if (state.live === undefined || node === undefined || changing.has(state.id)) continue;
    const props = resolve(node.props, (ref) => plan.states.get(ref.$ref)?.live?.outputs[ref.output]) as Record<
      string,
      unknown
    >;
    const live: Record<string, unknown> = state.live.props;
    const fields = Object.keys(live).filter((field) => props[field] !== undefined);
    record[state.id] = Object.fromEntries(
      fields.map((field) => [field, [hashOf(props[field]), hashOf(live[field])] as const]),
    );
  }
  for (const id of Object.keys(record)) if (!graph.nodes.has(id)) delete record[id];
  await remember(store, FILE, record);
  return record;
}

export function originOf(record: AppliedRecord, step: Step, change: Change): Origin {
  const field = change.path.split('/')[1] ?? '';
  const last = record[step.node]?.[field];
  if (step.action === 'create') return record[step.node] === undefined ? 'manifest' : 'outside';
  if (step.live === undefined || last === undefined) return 'unknown';
  const live: Record<string, unknown> = step.live.props;
  const wantedMoved = hashOf(step.props[field]) !== last[0];
  const liveMoved = hashOf(live[field]) !== last[1];
  return wantedMoved && liveMoved ? 'both' : liveMoved ? 'outside' : wantedMoved ? 'manifest' : 'unknown';
}

/** True when the step only undoes what was done outside, or what nobody remembers doing. */
export function isDrift(step: Step, applied: AppliedRecord): boolean {
  if (step.action === 'delete') return step.because === 'made outside';
  if (step.action === 'create') return step.node in applied;
  return step.changes.every((change) => ['outside', 'unknown'].includes(originOf(applied, step, change)));
}

export const hashOf = (value: unknown): string =>
  createHash('sha256')
    .update(JSON.stringify(value ?? null))
    .digest('hex')
    .slice(0, 16);
