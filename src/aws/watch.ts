import { AsyncLocalStorage } from 'node:async_hooks';
import { aroundCalls, type Call } from './middleware.ts';

/** Who looks on while a piece of work makes its calls. */
export interface Watch {
  /** Asked before a call that may change something, and refuses it by throwing. */
  readonly before: () => void;
  /** Told of each call that may have changed something. */
  readonly after: (call: Call) => void;
}

const watching = new AsyncLocalStorage<Watch | undefined>();

/** Does a piece of work with somebody looking on, whichever client its calls go through. */
export const watched = <T>(watch: Watch, act: () => Promise<T>): Promise<T> => watching.run(watch, act);

// AWS calls what only reads by no other names.
const READS =
  /^(Get|List|Describe|Head|Lookup|Search|Test|Validate|Simulate|Check|Discover|BatchGet|Filter|Query|Assume)/;

/** True for an operation that may change something. */
export const isChange = (operation: string): boolean => !READS.test(operation);

/** Tells whoever looks on of a call that has ended. */
export function show(call: Call): void {
  const watch = watching.getStore();
  // What is done about it may make calls as well, and they are no part of the work.
  if (watch !== undefined && isChange(call.operation)) watching.run(undefined, () => watch.after(call));
}

/** Asks whoever looks on before each call of a client that may change something. */
export function guardCalls(stack: object): void {
  aroundCalls(stack, { name: 'guardCalls', priority: 'high' }, async (operation, send) => {
    if (isChange(operation)) watching.getStore()?.before();
    return send();
  });
}
