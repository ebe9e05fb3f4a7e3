import { ReconcileError } from '../../src/engine/errors.ts';
import { GraphBuilder, type Graph } from '../../src/engine/graph.ts';
import type { Kinds } from '../../src/engine/kind.ts';
import { allKinds, look } from '../../src/engine/look.ts';
import { makePlan, type Plan } from '../../src/engine/plan.ts';
import { reconcile, type Outcome, type ReconcileInput } from '../../src/engine/reconcile.ts';
import { Secret } from '../../src/engine/secret.ts';
import { timing } from '../../src/engine/timing.ts';
import type { ToyPlatform } from './toy-platform.ts';

export const OWNER = 'toy-1/test';

export function graphOf(build: (graph: GraphBuilder) => void, owner = OWNER): Graph {
  const builder = new GraphBuilder(owner);
  build(builder);
  return builder.build();
}

const classify = (error: unknown): ReconcileError =>
  error instanceof ReconcileError ? error : new ReconcileError('stalled', 'Bug', String(error));

export function run(
  platform: ToyPlatform,
  kinds: Kinds,
  graph: Graph,
  options: Partial<ReconcileInput<ToyPlatform>> = {},
): Promise<Outcome> {
  return reconcile({
    env: platform,
    graph,
    kinds,
    clock: platform.clock,
    timing: timing(),
    random: () => 0.5,
    openSecret: async () => new Secret('opened'),
    classify,
    ...options,
  });
}

export async function planOf(platform: ToyPlatform, kinds: Kinds, graph: Graph): Promise<Plan> {
  const snapshot = await look({ env: platform, graph, kinds, at: allKinds(kinds), known: new Map(), classify });
  return makePlan({ graph, kinds, snapshot });
}
