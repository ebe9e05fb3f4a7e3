import { createServer, type Server } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { ReconcileError, stalled } from '../engine/errors.ts';
import { api, type ApiOptions } from './api.ts';
import type { Webhook } from '../daemon/webhook.ts';
import type { Beat } from './commands.ts';
import { closed, redacted } from './answers.ts';
import { failure } from './failure.ts';
import { localHostOnly, sameSiteOnly, tokenOnly } from './guard.ts';
import { healthz, readyz } from './health.ts';
import { addressOf, urlOf, type Address } from './listen.ts';
import { loaded, login, pages } from './page/pages.ts';
import { RecentEvents, type RecentEventsOptions } from './recent-events.ts';
import { BadWish } from './wish.ts';

export interface HttpOptions extends Omit<ApiOptions, 'events'>, RecentEventsOptions {
  /** As `host:port`; port 0 takes a free one. */
  readonly listen: string;
  /** Asked of everybody when set; must be set when others than this machine can come. */
  readonly token?: string | undefined;
  readonly beat: () => Beat;
  /** What Prometheus reads. */
  readonly metrics: { readonly contentType: string; metrics(): Promise<string> };
  readonly webhook?: Webhook | undefined;
  /** Told of what went wrong in here; the one who asked is told nothing of it. */
  readonly onError: (error: Error) => void;
}

export interface HttpSide {
  readonly url: string;
  /** Ends open streams too. */
  close(): Promise<void>;
}

/** The largest body that is read of what people ask for. */
const BODY = 64 * 1024;

/** Serves health, metrics, the API and the page until it is closed. Throws when it may not or cannot listen. */
export async function serveHttp(options: HttpOptions): Promise<HttpSide> {
  const address = addressOf(options.listen);
  if (!address.loopback && options.token === undefined)
    throw stalled(
      'NoToken',
      `--listen ${options.listen}: others can reach this address, so it needs a token; set MCPGW_HTTP_TOKEN or MCPGW_HTTP_TOKEN_FILE, or listen on 127.0.0.1`,
    );
  const answer = getRequestListener(application(options, address).fetch);
  const server = createServer((incoming, outgoing) => void answer(incoming, outgoing));
  const port = await begin(server, address);
  return {
    url: urlOf({ host: address.host, port }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Everything that is answered at an address. */
export function application(options: HttpOptions, { loopback }: Pick<Address, 'loopback'>): Hono {
  const { metrics, webhook } = options;
  const app = new Hono();
  const guard = { ...options, loopback };
  const shown = { ...options, events: new RecentEvents(options) };

  app.onError((error, context) => {
    if (error instanceof BadWish) return failure(context, 400, 'BadRequest', error.message);
    if (error instanceof ReconcileError) return failure(context, 409, error.code, error.message);
    options.onError(error);
    return failure(context, 500, 'InternalError', 'this went wrong here; the log of the daemon says how');
  });
  app.notFound((context) => failure(context, 404, 'NotFound', `nothing is at ${context.req.path}`));

  app.use(closed, redacted);
  app.get('/healthz', (context) => healthz(context, options));
  app.get('/readyz', (context) => readyz(context, options));
  // It checks signatures itself, and reads no more than it may.
  if (webhook !== undefined)
    app.all('/webhook', async (context) => {
      const { status, body } = await webhook(context.req.raw);
      return context.json(body, status);
    });

  app.use(localHostOnly(guard), limited, sameSiteOnly());
  app.route('/', loaded());
  if (options.token !== undefined) app.route('/', login(guard));
  app.use(tokenOnly(guard));
  app.get('/metrics', async (context) =>
    context.body(await metrics.metrics(), 200, { 'Content-Type': metrics.contentType }),
  );
  app.route('/api/v1', api(shown));
  app.route('/', pages(shown));
  return app;
}

const limited = bodyLimit({
  maxSize: BODY,
  onError: (context) => failure(context, 413, 'TooLarge', `a body may have at most ${BODY / 1024} KiB`),
});

async function begin(server: Server, { host, port }: Address): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why = error.code === 'EADDRINUSE' ? 'something listens there already' : error.message;
      reject(
        stalled('CannotListen', `cannot listen on ${urlOf({ host, port })}: ${why}; choose another with --listen`),
      );
    });
    server.listen(port, host, resolve);
  });
  const bound = server.address();
  return typeof bound === 'object' && bound !== null ? bound.port : port;
}
