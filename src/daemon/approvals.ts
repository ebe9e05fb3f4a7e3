import type { Hold } from './hold.ts';
import type { Approval } from './notes.ts';

/**
 * Whether a hold was lifted: by the very plan, or by one whose run has begun and has the rest of it before it.
 */
export function isApproved(hold: Hold, approval: Approval | undefined, revision: string): boolean {
  if (approval?.revision !== revision) return false;
  if (approval.planId === hold.planId) return true;
  return approval.begun && hold.nodes.every((node) => approval.nodes.includes(node));
}
