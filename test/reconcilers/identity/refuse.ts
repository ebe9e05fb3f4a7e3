interface Stack {
  add(
    middleware: (
      next: (args: unknown) => Promise<unknown>,
      context: { readonly commandName?: string },
    ) => (args: unknown) => Promise<unknown>,
    options: { readonly step: 'initialize'; readonly name: string },
  ): void;
}

/** From now on a client answers this operation as AWS does somebody who may not call it. */
export function refuse(service: { readonly client: { readonly middlewareStack: object } }, operation: string): void {
  (service.client.middlewareStack as Stack).add(
    (next, { commandName }) =>
      async (args) => {
        if (commandName === `${operation}Command`)
          throw Object.assign(new Error(`not authorized to perform ${operation}`), {
            name: 'AccessDenied',
            $metadata: { httpStatusCode: 403 },
          });
        return next(args);
      },
    { step: 'initialize', name: `refuse${operation}` },
  );
}
