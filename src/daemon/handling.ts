import { toReconcileError } from '../aws/errors.ts';
import { stalled } from '../engine/errors.ts';
import { conditions } from './cycle.ts';
import type { Keeper } from './keeper.ts';
import { beginPause, endPause } from './pauses.ts';
import type { Request } from './requests.ts';

/**
 * Does what somebody asks, once, and notes what came of it.
 * @returns true when a pass that goes on has to end first
 */
export async function handle(keeper: Keeper, request: Request): Promise<boolean> {
  const { id, verb, by } = request;
  const { store } = await keeper.session();
  const at = new Date(keeper.shared.clock.now()).toISOString();
  const note = async (answer: string): Promise<void> => {
    const handled = { id, verb, by, at, answer };
    await keeper.note(store, { handled });
    keeper.put({ handled });
  };
  try {
    const urgent = await act(keeper, request);
    await note('done');
    return urgent;
  } catch (error) {
    await note(`refused: ${toReconcileError(error).message}`);
    throw error;
  }
}

async function act(keeper: Keeper, request: Request): Promise<boolean> {
  const session = await keeper.session();
  const { store } = session;
  switch (request.verb) {
    case 'pause':
      await beginPause(keeper, session, request.pause);
      keeper.put({ pause: request.pause });
      conditions(keeper, { ...keeper.seen, pause: request.pause });
      return true;
    case 'resume':
      await endPause(keeper, session, request.by);
      keeper.put({ pause: undefined });
      conditions(keeper, { ...keeper.seen, pause: undefined });
      return false;
    case 'reconcile': {
      const flips = await keeper.flips(store);
      flips.forgive();
      await keeper.note(store, { flips: [] });
      keeper.forgive();
      keeper.log.info({ by: request.by }, 'asked to reconcile now');
      return false;
    }
    case 'approve': {
      const { hold } = keeper;
      if (hold === undefined) throw stalled('NothingHeld', 'no plan waits for approval');
      if (hold.planId !== request.planId)
        throw stalled('PlanMoved', `the plan is ${hold.planId} now, not ${request.planId}: look at it again`);
      const { by, planId } = request;
      const approval = { planId, by, nodes: hold.nodes, revision: session.revision, begun: false };
      await keeper.note(store, { approval });
      keeper.log.warn({ by, plan: planId }, 'plan approved');
      return false;
    }
  }
}
