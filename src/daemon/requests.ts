import { randomUUID } from 'node:crypto';
import type { Store } from '../state/store.ts';
import { amend, recall } from '../state/texts.ts';
import type { Pause } from './board.ts';

/** What somebody asks of the daemon about one gateway. Each is handled once. */
export type Request = {
  readonly id: string;
  readonly by: string;
  /** ISO 8601. */
  readonly at: string;
} & (
  | { readonly verb: 'pause'; readonly pause: Pause }
  | { readonly verb: 'resume' | 'reconcile' }
  | { readonly verb: 'approve'; readonly planId: string }
);

export type Asked =
  | { readonly verb: 'pause'; readonly pause: Pause }
  | { readonly verb: 'resume' | 'reconcile' }
  | { readonly verb: 'approve'; readonly planId: string };

const FILE = 'requests.json';
/** Requests that are kept; the oldest have long been handled. */
const KEPT = 20;

export const newRequest = (asked: Asked, by: string, now: number): Request => ({
  ...asked,
  id: randomUUID(),
  by,
  at: new Date(now).toISOString(),
});

/** The requests in the order in which they were made. */
export const readRequests = async (store: Store): Promise<readonly Request[]> => requestsIn(await recall(store, FILE));

/** Leaves a request for the daemon, which looks for it every few seconds. */
export async function leaveRequest(store: Store, request: Request): Promise<void> {
  await amend(store, FILE, (found) => [...requestsIn(found), request].slice(-KEPT));
}

const requestsIn = (found: unknown): readonly Request[] => (Array.isArray(found) ? (found as readonly Request[]) : []);

/** Those after the one that was handled last. When that one is not there any more, all of them are new. */
export function openRequests(all: readonly Request[], handled: string | undefined): readonly Request[] {
  return all.slice(all.findIndex((request) => request.id === handled) + 1);
}
