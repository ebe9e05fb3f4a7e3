import { Hono, type Context } from 'hono';
import type { Board, GatewayReport, NodeReport } from '../daemon/board.ts';
import type { Clock, Timing } from '../engine/timing.ts';
import type { Commands } from './commands.ts';
import { failure } from './failure.ts';
import { gatewayObject, sourceObject } from './gateway-object.ts';
import { live } from './live.ts';
import type { RecentEvents } from './recent-events.ts';
import { wantedOf } from './wanted.ts';
import { byOf, fieldsOf, pauseOf, planIdOf, type Fields } from './wish.ts';

export interface ApiOptions {
  readonly events: RecentEvents;
  readonly board: Board;
  readonly commands: Commands;
  readonly clock: Clock;
  readonly timing: Timing;
}

const GATEWAY = '/gateways/:account/:region/:name';

/** `/api/v1`: the board as JSON, its changes as they happen, and what people may ask for. */
export function api(options: ApiOptions): Hono {
  const { board, events } = options;
  const app = new Hono();
  const of = (context: Context, answer: (report: GatewayReport) => Response): Response => {
    const key = keyOf(context);
    const report = board.get(key);
    return report === undefined ? unknownGateway(context, board, key) : answer(report);
  };

  app.get('/gateways', (context) =>
    context.json({ apiVersion: 'mcpgw.io/v1alpha1', kind: 'GatewayList', items: board.all.map(gatewayObject) }),
  );
  app.get('/sources', (context) => context.json({ kind: 'SourceList', items: board.sources.map(sourceObject) }));
  app.get('/events', (context) => live(context, options));
  app.get(GATEWAY, (context) => of(context, (report) => context.json(gatewayObject(report))));
  app.get(`${GATEWAY}/events`, (context) => of(context, ({ key }) => live(context, options, key)));
  app.get(`${GATEWAY}/log`, async (context) => {
    const key = keyOf(context);
    if (board.get(key) === undefined) return unknownGateway(context, board, key);
    const { node } = context.req.query();
    const all = await events.of(key);
    const items = node === undefined ? all : all.filter((event) => event.type === 'call' && event.node === node);
    return context.json({ kind: 'EventList', items });
  });
  app.get(`${GATEWAY}/runs`, (context) => of(context, ({ runs }) => context.json({ kind: 'RunList', items: runs })));
  app.get(`${GATEWAY}/nodes`, (context) =>
    of(context, ({ nodes }) => {
      const { phase, domain } = context.req.query();
      const items = nodes.filter(
        (node) => (phase === undefined || node.phase === phase) && (domain === undefined || node.domain === domain),
      );
      return context.json({ kind: 'NodeList', items: items.map(nodeObject(nodes)) });
    }),
  );
  app.get(`${GATEWAY}/nodes/:kind/:node{.+}`, (context) =>
    of(context, ({ key, nodes }) => {
      const id = `${context.req.param('kind')}/${context.req.param('node')}`;
      const node = nodes.find((each) => each.id === id);
      return node === undefined
        ? failure(context, 404, 'NotFound', `${key} has no node ${id}`)
        : context.json(nodeObject(nodes)(node));
    }),
  );

  for (const verb of ['pause', 'resume', 'reconcile', 'approve'] as const)
    app.post(`${GATEWAY}/${verb}`, async (context) => {
      const key = keyOf(context);
      if (board.get(key) === undefined) return unknownGateway(context, board, key);
      const wish = wishFor(verb, options, key, await fieldsOf(context));
      await wish();
      if (isForm(context)) return context.redirect(pagePathOf(key), 303);
      const report = board.get(key);
      return context.json(report === undefined ? {} : gatewayObject(report), 202);
    });
  return app;
}

/** A node with what is wanted of it in plain words. */
function nodeObject(nodes: readonly NodeReport[]): (node: NodeReport) => object {
  const byId = new Map(nodes.map((node) => [node.id, node] as const));
  return ({ props, ...node }) => (props === undefined ? node : { ...node, props: wantedOf({ ...node, props }, byId) });
}

type Verb = 'pause' | 'resume' | 'reconcile' | 'approve';

/** What was asked for, read whole before any of it is done. */
function wishFor(verb: Verb, { commands, clock }: ApiOptions, key: string, fields: Fields): () => Promise<void> {
  switch (verb) {
    case 'pause': {
      const pause = pauseOf(fields, clock.now());
      return () => commands.pause(key, pause);
    }
    case 'approve': {
      const planId = planIdOf(fields);
      return () => commands.approve(key, planId, byOf(fields));
    }
    case 'resume':
    case 'reconcile': {
      const by = byOf(fields);
      return () => commands[verb](key, by);
    }
  }
}

/** The gateway that a path names, `<account>/<region>/<name>`. */
export const keyOf = ({ req }: Context): string =>
  [req.param('account'), req.param('region'), req.param('name')].join('/');

/** Where the page shows a gateway. */
export const pagePathOf = (key: string): string => `/gateways/${key.split('/').map(encodeURIComponent).join('/')}`;

const isForm = ({ req }: Context): boolean =>
  (req.header('content-type') ?? '').startsWith('application/x-www-form-urlencoded');

function unknownGateway(context: Context, board: Board, key: string): Response {
  const known = board.all.map((report) => report.key);
  const listed = known.length === 0 ? 'none is known yet' : `known: ${known.slice(0, 20).join(', ')}`;
  return failure(context, 404, 'NotFound', `no gateway ${key}; ${listed}`);
}
