import type { Aws } from '../aws/aws.ts';
import { perSession } from './per-session.ts';

/** Since when each address of a session has been asked in vain. */
const silent = perSession(() => new Map<string, number>());

/** How long an address has been asked in vain, this time included; milliseconds. */
export function silentFor(aws: Aws, address: string): number {
  const now = aws.clock.now();
  const since = silent(aws).get(address) ?? now;
  silent(aws).set(address, since);
  return now - since;
}

/** It has answered, or nobody can expect it to. */
export const endSilence = (aws: Aws, address: string): void => void silent(aws).delete(address);
