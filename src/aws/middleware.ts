/** One AWS call as it ended. `operation` is the API's name, `attempts` how often it was sent. */
export interface Call {
  readonly service: string;
  readonly operation: string;
  readonly ms: number;
  readonly attempts: number;
  readonly error?: string;
}

/** The call is over for its caller when what the listener returns has settled. */
export type CallListener = (call: Call) => unknown;

type Answer = { readonly output?: { readonly $metadata?: { readonly attempts?: number } } };

interface Stack {
  add(
    middleware: (
      next: (args: unknown) => Promise<Answer>,
      context: { readonly commandName?: string },
    ) => (args: unknown) => Promise<Answer>,
    options: { readonly step: 'initialize'; readonly name: string; readonly priority?: 'high' },
  ): void;
}

/**
 * Puts something around each call of a client, once a call and not once an attempt.
 *
 * @param act is given the API's name of the operation, and what sends it
 */
export function aroundCalls(
  stack: object,
  options: { readonly name: string; readonly priority?: 'high' },
  act: (operation: string, send: () => Promise<Answer>) => Promise<Answer>,
): void {
  (stack as Stack).add(
    (next, context) => (args) => act((context.commandName ?? '').replace(/Command$/, ''), () => next(args)),
    { step: 'initialize', ...options },
  );
}

/** Tells the listener of every call. */
export function countCalls(stack: object, service: string, listener: CallListener): void {
  aroundCalls(stack, { name: 'countCalls' }, async (operation, send) => {
    const started = performance.now();
    const report = async (attempts: number, error?: string): Promise<unknown> =>
      listener({
        service,
        operation,
        ms: performance.now() - started,
        attempts,
        ...(error !== undefined && { error }),
      });
    try {
      const result = await send();
      await report(result.output?.$metadata?.attempts ?? 1);
      return result;
    } catch (error) {
      await report(1, error instanceof Error ? error.name : String(error));
      throw error;
    }
  });
}

interface RetryStrategy {
  acquireInitialRetryToken(scope: string): Promise<object>;
  refreshRetryTokenForRetry(token: object, info: { readonly errorType: string }): Promise<object>;
  recordSuccess(token: object): void;
}

/** Keeps the client's retries for throttled calls and drops them for all else. */
export function throttlingOnly(config: object): void {
  const holder = config as { retryStrategy: () => Promise<RetryStrategy> };
  const standard = holder.retryStrategy.bind(config);
  holder.retryStrategy = async () => {
    const strategy = await standard();
    return {
      acquireInitialRetryToken: (scope) => strategy.acquireInitialRetryToken(scope),
      recordSuccess: (token) => strategy.recordSuccess(token),
      refreshRetryTokenForRetry: async (token, info) => {
        if (info.errorType !== 'THROTTLING') throw new Error('sent once only');
        return strategy.refreshRetryTokenForRetry(token, info);
      },
    };
  };
}
