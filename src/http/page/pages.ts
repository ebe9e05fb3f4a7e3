import { Hono, type Context } from 'hono';
import { html } from 'hono/html';
import { keyOf, type ApiOptions } from '../api.ts';
import { admit, safePath, type GuardOptions } from '../guard.ts';
import { assets } from './generated/assets.ts';
import { gatewayPage } from './gateway.ts';
import { overview, pathOf } from './gateways.ts';
import type { Html } from './marks.ts';
import { shell, type Shell } from './shell.ts';
import { sickFirst, standingOf } from './standing.ts';
import { viewOf } from './view.ts';

const ROOT = '/gateways/:account/:region/:name';

/** What the browser loads, under names that change with it; needs no token. */
export function loaded(): Hono {
  const app = new Hono();
  for (const { path, type, text } of Object.values(assets))
    app.get(path, (context) =>
      context.body(text, 200, { 'Content-Type': type, 'Cache-Control': 'public, max-age=31536000, immutable' }),
    );
  return app;
}

/** The page: all gateways, and each of them. */
export function pages({ board, clock, events }: Pick<ApiOptions, 'board' | 'clock' | 'events'>): Hono {
  const app = new Hono();
  app.get('/', (context) => {
    const now = clock.now();
    const [worst] = sickFirst(board.all);
    const isUnreadable = board.sources.some(({ error }) => error !== undefined);
    return page(context, {
      title: 'MCP gateways',
      tone: isUnreadable ? 'bad' : (worst?.[1].tone ?? 'calm'),
      now,
      body: overview(board, now),
    });
  });
  app.get(ROOT, async (context) => {
    const now = clock.now();
    const report = board.get(keyOf(context));
    if (report === undefined) return page(context, { ...missing(keyOf(context)), now }, 404);
    const { word, tone } = standingOf(report);
    const view = viewOf(context.req.query());
    const happened = await events.of(report.key).catch(messageOf);
    return page(context, {
      title: `${word}: ${report.name}`,
      tone,
      now,
      body: gatewayPage({
        report,
        all: board.all,
        source: board.source(report.source),
        path: pathOf(report),
        view,
        now,
        events: happened,
      }),
    });
  });
  return app;
}

/** Asks a browser for the token, once. */
export function login(options: GuardOptions): Hono {
  const app = new Hono();
  const ask = (context: Context, to: string, wrong: boolean): Promise<Response> =>
    page(context, { ...asking(to, wrong), now: options.clock.now(), live: false }, wrong ? 401 : 200);
  app.get('/login', (context) => ask(context, safePath(context.req.query('to')), false));
  app.post('/login', async (context) => {
    const { token, to } = await context.req.parseBody();
    const target = safePath(typeof to === 'string' ? to : undefined);
    if (admit(context, typeof token === 'string' ? token : '', options)) return context.redirect(target, 303);
    return ask(context, target, true);
  });
  return app;
}

async function page(context: Context, shown: Shell, status: 200 | 401 | 404 = 200): Promise<Response> {
  context.header('Cache-Control', 'no-store');
  return context.html(await shell(shown), status);
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const missing = (key: string): Pick<Shell, 'title' | 'tone' | 'body'> => ({
  title: 'No such gateway',
  tone: 'calm',
  body: html`<main id="main" class="overview" tabindex="-1">
    <h1>No such gateway</h1>
    <p class="empty">${key} is not known. <a href="/">All gateways</a></p>
  </main>`,
});

function asking(to: string, wrong: boolean): Pick<Shell, 'title' | 'tone' | 'body'> {
  const form: Html = html`<main id="main" class="login" tabindex="-1">
    <h1>Sign in</h1>
    <form method="post" action="/login">
      <input type="hidden" name="to" value="${to}" />
      <label>
        <span>Token</span>
        <input
          type="password"
          name="token"
          required
          autofocus
          autocomplete="current-password"
          ${wrong ? html`aria-invalid="true" aria-describedby="wrong"` : ''}
        />
      </label>
      ${wrong ? html`<p class="wrong" id="wrong" role="alert">This is not the token.</p>` : ''}
      <button>Sign in</button>
      <p class="faint">It is what the daemon was started with: MCPGW_HTTP_TOKEN.</p>
    </form>
  </main>`;
  return { title: 'Sign in', tone: 'calm', body: form };
}
