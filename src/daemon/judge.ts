import type { Session } from '../controller/session.ts';
import { planOf, type Sight } from '../controller/look.ts';
import type { Plan } from '../engine/plan.ts';
import { statefulKinds } from '../engine/kind.ts';
import type { Leave } from '../engine/step.ts';
import { kinds } from '../reconcilers/index.ts';
import { nameActors } from './actors.ts';
import { isApproved } from './approvals.ts';
import type { Pause } from './board.ts';
import { holdOf, type Hold } from './hold.ts';
import type { Keeper } from './keeper.ts';
import { ignoreBy, leaveBy, whoseIs, type Grounds } from './policy.ts';
import type { Findings } from './report.ts';
import { switchingNodes } from './switching.ts';

/** What is seen, and what is to be made of it. */
export interface Judgement {
  readonly session: Session;
  readonly sight: Sight;
  readonly findings: Findings;
  readonly leave: Leave;
  readonly hold: Hold | undefined;
  readonly pause: Pause | undefined;
  /** Somebody let data go that the manifest gave up. */
  readonly allowData: boolean;
}

const data = statefulKinds(kinds);

/** Says what is to be done about what was seen, by the policy of the manifest. */
export async function judge(keeper: Keeper, session: Session, sight: Sight): Promise<Omit<Judgement, 'pause'>> {
  const { store, subject: gateway } = session;
  const { policy } = gateway;
  const [notes, flips] = [await keeper.notes(store), await keeper.flips(store)];
  const grounds: Grounds = {
    policy,
    applied: sight.applied,
    data,
    making: new Set(notes.making),
    flipping: (step, change) => flips.reasonFor(step, change),
  };
  const leave = leaveBy(grounds);
  const plan = (how: Leave, allowData = false): Plan => planOf(session, sight, { leave: how, allowData });
  const first = plan(leave);
  const now = keeper.shared.clock.now();
  const fights = first.steps.filter((step) => {
    const moved = step.changes.filter((change) => whoseIs(grounds, step, change) === 'outside');
    const isOutside = step.action !== 'update' && whoseIs(grounds, step) === 'outside';
    const found = isOutside ? [undefined] : step.action === 'create' ? [] : moved;
    return found.map((change) => flips.note(step, change, now)).includes(true);
  });
  if (fights.length > 0) await nameActors(keeper, session, flips, fights);
  await keeper.note(store, { flips: flips.all });
  const judged = fights.length > 0 ? plan(leave) : first;
  const shown = plan(ignoreBy(policy));
  const isDataKept = judged.kept.some(({ node }) => node in sight.applied);
  const held = holdOf({
    plan: isDataKept ? plan(leave, true) : judged,
    graph: sight.declared.graph,
    kinds,
    data,
    applied: sight.applied,
    making: grounds.making,
    switching: switchingNodes(session, sight.declared),
    destroyBudget: policy.destroyBudget,
  });
  const lifted = held !== undefined && isApproved(held, notes.approval, session.revision);
  const nodes = new Set(lifted ? held.nodes : []);
  const guarded: Leave = (step, change) =>
    leave(step, change) ?? (isOtherData(step, nodes) ? 'it holds data' : undefined);
  return {
    session,
    sight,
    leave: lifted ? guarded : leave,
    hold: lifted ? undefined : held,
    allowData: lifted && isDataKept,
    findings: { sight, shown, judged, grounds },
  };
}

/** Data beside that which was agreed to. */
const isOtherData = ({ action, kind, node }: Parameters<Leave>[0], agreed: ReadonlySet<string>): boolean =>
  action === 'delete' && data.has(kind) && !agreed.has(node);
