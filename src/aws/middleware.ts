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

interface Stack {
  add(
    middleware: (
      next: (args: unknown) => Promise<{ readonly output?: { readonly $metadata?: { readonly attempts?: number } } }>,
      context: { readonly commandName?: string },
    ) => (args: unknown) => Promise<unknown>,
    options: { readonly step: 'initialize'; readonly name: string },
  ): void;
}

/** Tells the listener of every call, once a call and not once an attempt. */
export function countCalls(stack: object, service: string, listener: CallListener): void {
  (stack as Stack).add(
    (next, context) => async (args) => {
      const started = performance.now();
      const operation = (context.commandName ?? '').replace(/Command$/, '');
      const report = async (attempts: number, error?: string): Promise<unknown> =>
        listener({
          service,
          operation,
          ms: performance.now() - started,
          attempts,
          ...(error !== undefined && { error }),
        });
      try {
        const result = await next(args);
        await report(result.output?.$metadata?.attempts ?? 1);
        return result;
      } catch (error) {
        await report(1, error instanceof Error ? error.name : String(error));
        throw error;
      }
    },
    { step: 'initialize', name: 'countCalls' },
  );
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
