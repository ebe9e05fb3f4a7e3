import { toReconcileError } from '../aws/errors.ts';
import { neighboursOf } from '../aws/neighbours.ts';
import { OWNER_TAG } from '../engine/graph.ts';
import { allKinds, look } from '../engine/look.ts';
import { makePlan, withEnding, type Plan } from '../engine/plan.ts';
import { emptied } from '../engine/reconcile.ts';
import type { NodeId } from '../engine/ref.ts';
import type { Snapshot } from '../engine/snapshot.ts';
import type { Leave } from '../engine/step.ts';
import type { Declared, Wish } from '../reconcilers/index.ts';
import { CONTROLLER } from '../spec/controller.ts';
import { readApplied, type AppliedRecord } from '../state/applied.ts';
import { remembered } from '../state/remembered.ts';
import { version } from '../version.ts';
import { isGateway, type AnySession } from './session.ts';

/** Everything that one look at AWS says. */
export interface Sight<W extends Wish = Declared> {
  readonly declared: W;
  readonly snapshot: Snapshot;
  readonly plan: Plan;
  readonly applied: AppliedRecord;
}

export interface PlanOptions {
  readonly destroy?: boolean;
  readonly allowData?: boolean;
  readonly only?: ReadonlySet<NodeId>;
  readonly leave?: Leave;
}

/** Looks at AWS once and says what would change. Writes nothing, locks nothing. */
export async function lookAround<W extends Wish>(session: AnySession<W>, options: PlanOptions = {}): Promise<Sight<W>> {
  await remembered(session, undefined, () => session.lock.noteLook());
  const [{ declared, snapshot }, applied] = await Promise.all([
    lookAndDeclare(session),
    remembered(session, {}, () => readApplied(session.store)),
  ]);
  if (options.destroy !== true && isGateway(session) && !showsOwn(snapshot, session.owner))
    await remarkNeighbours(session);
  return { declared, snapshot, applied, plan: planOf(session, { declared, snapshot }, options) };
}

/** Who gave a gateway another name did not rename it. */
async function remarkNeighbours({ aws, owner, onWarning }: AnySession): Promise<void> {
  const others = (await neighboursOf(aws)).filter((other) => !other.endsWith(CONTROLLER));
  if (others.length > 0)
    onWarning(
      `${owner} is a new gateway beside ${others.join(', ')}, which stays as it is: a name is not changed by another metadata.name`,
    );
}

/** What stands says what is wanted beside the manifest, and what is wanted says where else to look. */
async function lookAndDeclare<W extends Wish>(
  session: AnySession<W>,
): Promise<Pick<Sight<W>, 'declared' | 'snapshot'>> {
  const { aws: env, kinds, wished } = session;
  const input = { env, kinds, classify: toReconcileError };
  const first = await look({ ...input, graph: wished.graph, at: allKinds(kinds), known: new Map() });
  const declared = session.beside(first);
  if (declared === wished) return { declared, snapshot: first };
  // Also what has nodes already may be found elsewhere now: host names in a zone that was known before.
  const snapshot = await look({ ...input, graph: declared.graph, at: allKinds(kinds), known: first });
  return { declared, snapshot };
}

/** The plan for what was seen a moment ago. */
export function planOf(
  session: AnySession,
  { declared, snapshot }: Pick<Sight<Wish>, 'declared' | 'snapshot'>,
  options: PlanOptions = {},
): Plan {
  const input = {
    kinds: session.kinds,
    snapshot,
    version,
    ...(options.allowData !== undefined && { allowData: options.allowData }),
    ...(options.only !== undefined && { only: options.only }),
    ...(options.leave !== undefined && { leave: options.leave }),
  };
  if (options.destroy === true) return makePlan({ ...input, graph: emptied(declared.graph) });
  const plan = makePlan({ ...input, graph: declared.graph });
  if (declared === session.wished || options.only !== undefined) return plan;
  return withEnding(plan, makePlan({ ...input, graph: session.wished.graph }), version);
}

/** Whether anything of it may be there already. */
export const showsOwn = (seen: Snapshot, owner: string): boolean =>
  [...seen.values()].some(
    (view) => view.status === 'unknown' || view.live.some((live) => live.tags?.[OWNER_TAG] === owner),
  );
