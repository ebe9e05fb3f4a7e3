import assert from 'node:assert/strict';
import { request } from 'node:http';
import test, { type TestContext } from 'node:test';
import { stalled } from '../../src/engine/errors.ts';
import { serveHttp } from '../../src/http/server.ts';
import { addressOf } from '../../src/http/listen.ts';
import { tokenFrom } from '../../src/http/token.ts';
import { condition, gatewayReport, runReport, sourceReport } from './gateway-reports.ts';
import { serve, type HttpSideOptions, type Served } from './http-side.ts';

const TOKEN = '0123456789abcdef0123456789abcdef';
const JSON_TYPE = { 'Content-Type': 'application/json' };
const PATH = '/api/v1/gateways/123456789012/us-east-1/mcp-gateway';
const KEY = '123456789012/us-east-1/mcp-gateway';

async function started(t: TestContext, options: HttpSideOptions = {}): Promise<Served> {
  const served = await serve(options);
  t.after(() => served.close());
  served.board.put(
    gatewayReport({
      name: 'mcp-gateway',
      nodes: [
        { ...node, id: 'Vpc/main', kind: 'Vpc', domain: 'network' },
        {
          ...node,
          id: 'DnsRecord/a/b',
          kind: 'DnsRecord',
          domain: 'ingress',
          phase: 'pending',
          because: 'propagating',
        },
      ],
      runs: [runReport({ at: '2026-11-21T12:00:00.000Z' })],
      outputs: {
        registry_url: { value: 'https://example.com', sensitive: false },
        database_secret: { value: 'hunter2', sensitive: true },
      },
    }),
  );
  return served;
}

const node = {
  phase: 'ready',
  since: '2026-11-21T11:00:00.000Z',
  waitsFor: [],
  changes: [],
  outputs: { vpcId: 'vpc-1' },
} as const;

interface GatewayObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly generation: number };
  readonly status: {
    readonly conditions: readonly { readonly type: string }[];
    readonly domains: unknown;
    readonly outputs: unknown;
    readonly timeToReadySeconds: number;
  };
}

interface Answer {
  readonly kind?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly because?: string;
  readonly items?: readonly { readonly id?: string; readonly planId?: string }[];
}

const jsonOf = async (answer: Response): Promise<Answer> => (await answer.json()) as Answer;

/** A request with any Host header, which `fetch` would not send. */
function statusWith(url: string, headers: Readonly<Record<string, string>>): Promise<number> {
  return new Promise((resolve, reject) => {
    request(url, { headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });
}

test('a gateway is served as Kubernetes would show it, without what is sensitive', async (t) => {
  const { url } = await started(t);
  const answer = await fetch(url + PATH);
  const text = await answer.text();
  const { apiVersion, kind, metadata, status } = JSON.parse(text) as GatewayObject;
  assert.deepEqual(
    [apiVersion, kind, metadata.name, metadata.generation],
    ['mcpgw.io/v1alpha1', 'Gateway', 'mcp-gateway', 3],
  );
  assert.equal(status.conditions[0]?.type, 'Ready');
  assert.deepEqual(status.domains, [
    { name: 'network', ready: 1, total: 1 },
    { name: 'ingress', ready: 0, total: 1 },
  ]);
  assert.equal(status.timeToReadySeconds, 820);
  assert.deepEqual(status.outputs, { registry_url: 'https://example.com', database_secret: '[secret]' });
  assert.doesNotMatch(text, /hunter2/);
});

test('the list, the nodes by phase, one node with a slash in its name, and the runs have their addresses', async (t) => {
  const { url } = await started(t);
  const json = async (path: string): Promise<Answer> => jsonOf(await fetch(url + path));
  assert.equal((await json('/api/v1/gateways')).items?.length, 1);
  assert.deepEqual(
    (await json(`${PATH}/nodes?phase=pending`)).items?.map(({ id }) => id),
    ['DnsRecord/a/b'],
  );
  assert.equal((await json(`${PATH}/nodes/DnsRecord/a/b`)).because, 'propagating');
  assert.equal((await json(`${PATH}/runs`)).items?.[0]?.planId, '7c1e09d2');
});

test('what does not exist is named with what does', async (t) => {
  const { url } = await started(t);
  const answer = await fetch(`${url}/api/v1/gateways/1/eu-west-1/other`);
  assert.equal(answer.status, 404);
  const { kind, reason, message } = await jsonOf(answer);
  assert.deepEqual([kind, reason], ['Status', 'NotFound']);
  assert.match(message ?? '', /no gateway 1\/eu-west-1\/other; known: 123456789012\/us-east-1\/mcp-gateway/);
});

test('health says whether the loop beats, readiness whether everything was looked at once', async (t) => {
  const served = await started(t);
  const status = async (path: string): Promise<number> => (await fetch(served.url + path)).status;
  assert.deepEqual([await status('/healthz'), await status('/readyz')], [200, 200]);
  served.board.put(gatewayReport({ name: 'new', lastLook: undefined }));
  assert.equal(await status('/readyz'), 503);
  served.board.put(
    gatewayReport({
      name: 'new',
      lastLook: undefined,
      runs: [runReport({ at: '2026-11-21T12:00:00Z', result: 'failed' })],
    }),
  );
  assert.equal(await status('/readyz'), 200);
  const conditions = [condition('Released', 'True')];
  served.board.put(gatewayReport({ name: 'let-go', lastLook: undefined, conditions }));
  assert.equal(await status('/readyz'), 200);
  served.beat = { at: Date.now() - 600_000, sourcesRead: false };
  assert.deepEqual([await status('/healthz'), await status('/readyz')], [503, 503]);
});

test('wishes reach the daemon, and their fields are checked first', async (t) => {
  const { url, asked } = await started(t);
  const post = async (path: string, body: unknown): Promise<readonly [number, string]> => {
    const answer = await fetch(`${url}${PATH}/${path}`, {
      method: 'POST',
      headers: JSON_TYPE,
      body: JSON.stringify(body),
    });
    return [answer.status, (await jsonOf(answer)).message ?? ''];
  };
  const until = new Date(Date.now() + 3_600_000).toISOString();
  assert.equal((await post('pause', { until, why: 'release freeze', by: 'on-call' }))[0], 202);
  assert.equal((await post('resume', { by: 'on-call' }))[0], 202);
  assert.equal((await post('reconcile', {}))[0], 202);
  assert.equal((await post('approve', { planId: '7c1e09d2', by: 'on-call' }))[0], 202);
  assert.deepEqual(asked, [
    `pause ${KEY} ${until} release freeze on-call`,
    `resume ${KEY} on-call`,
    `reconcile ${KEY} somebody over HTTP`,
    `approve ${KEY} 7c1e09d2 on-call`,
  ]);
  assert.deepEqual(await post('pause', { until }), [400, 'why is missing: say the reason to whoever comes after you']);
  assert.deepEqual(await post('pause', { why: 'x' }), [
    400,
    'until is missing: a pause needs an end, as ISO 8601 or as minutes',
  ]);
  assert.deepEqual(await post('pause', { until: '2020-01-01T00:00:00Z', why: 'x' }), [400, 'until lies in the past']);
  assert.deepEqual(await post('pause', { until: 'soon', why: 'x' }), [
    400,
    'until must be a time such as 2026-01-31T18:00:00Z',
  ]);
  assert.deepEqual(await post('pause', { minutes: 1e9, why: 'x' }), [400, 'a pause lasts at most 31 days']);
  assert.deepEqual(await post('approve', {}), [400, 'planId is missing: name the plan that you have seen']);
  assert.deepEqual(await post('approve', [1]), [400, 'the body must be a JSON object']);
  assert.equal(asked.length, 4);
});

test('a refusal is a conflict with its reason; what breaks inside is not shown', async (t) => {
  const refusing = await started(t, {
    commands: {
      approve: () => Promise.reject(stalled('PlanChanged', 'plan 1 is not held any more; plan 2 is')),
      resume: () => Promise.reject(new Error('password hunter2')),
    },
  });
  const post = (path: string, body: unknown): Promise<Response> =>
    fetch(`${refusing.url}${PATH}/${path}`, { method: 'POST', headers: JSON_TYPE, body: JSON.stringify(body) });
  const refused = await post('approve', { planId: '1' });
  assert.equal(refused.status, 409);
  assert.match((await jsonOf(refused)).message ?? '', /plan 2 is/);
  const broken = await post('resume', {});
  assert.equal(broken.status, 500);
  assert.doesNotMatch(await broken.text(), /hunter2/);
  assert.match(refusing.errors[0]?.message ?? '', /hunter2/);
});

test('a change that another site asks for is refused', async (t) => {
  const { url, asked } = await started(t);
  const status = async (headers: Readonly<Record<string, string>>): Promise<number> =>
    (
      await fetch(`${url}${PATH}/reconcile`, {
        method: 'POST',
        headers,
        redirect: 'manual',
        body: headers['Content-Type'] === JSON_TYPE['Content-Type'] ? '{}' : 'by=on-call',
      })
    ).status;
  const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
  assert.equal(await status({ ...form, Origin: 'https://evil.example' }), 403);
  assert.equal(await status({ ...form, Origin: 'null' }), 403);
  assert.equal(await status({ ...form, 'Sec-Fetch-Site': 'cross-site' }), 403);
  assert.equal(await status({ ...JSON_TYPE, 'Sec-Fetch-Site': 'same-site', Origin: url }), 403);
  assert.equal(await status(form), 403);
  assert.deepEqual(asked, []);
  assert.equal(await status({ ...form, Origin: url }), 303);
  assert.equal(await status({ ...form, 'Sec-Fetch-Site': 'same-origin' }), 303);
  assert.equal(await status(JSON_TYPE), 202);
  assert.equal(asked.length, 3);
});

test('on loopback only the names of this machine are answered', async (t) => {
  const { url } = await started(t);
  const { port } = new URL(url);
  assert.equal(await statusWith(url + PATH, { host: `evil.example:${port}` }), 403);
  assert.equal(await statusWith(url + PATH, { host: '127.0.0.1.evil.example' }), 403);
  assert.equal(await statusWith(url + PATH, { host: `localhost:${port}` }), 200);
  assert.equal(await statusWith(url + PATH, { host: `[::1]:${port}` }), 200);
});

test('no other site may read an answer, and no page runs what did not come from here', async (t) => {
  const { url } = await started(t);
  const { headers } = await fetch(url + PATH, { headers: { Origin: 'https://evil.example' } });
  assert.equal(headers.get('access-control-allow-origin'), null);
  assert.match(headers.get('content-security-policy') ?? '', /default-src 'none'; script-src 'self'; style-src 'self'/);
  assert.equal(headers.get('x-content-type-options'), 'nosniff');
  assert.equal(headers.get('x-frame-options'), 'DENY');
});

test('with a token only who brings it comes in, except to health', async (t) => {
  const { url } = await started(t, { token: TOKEN });
  const status = async (path: string, headers = {}): Promise<number> => (await fetch(url + path, { headers })).status;
  assert.equal(await status(PATH), 401);
  assert.equal(await status('/metrics'), 401);
  assert.equal(await status(PATH, { Authorization: `Bearer ${TOKEN.slice(0, -1)}` }), 401);
  assert.equal(await status(PATH, { Authorization: `Bearer ${TOKEN}` }), 200);
  assert.equal(await status('/metrics', { Authorization: `bearer ${TOKEN}` }), 200);
  assert.deepEqual([await status('/healthz'), await status('/readyz')], [200, 200]);
});

test('an address that others can reach needs a token, and a good one', async () => {
  const refused = serveHttp({ ...({} as Parameters<typeof serveHttp>[0]), listen: '0.0.0.0:0' });
  await assert.rejects(refused, /others can reach this address, so it needs a token; set MCPGW_HTTP_TOKEN/);
  await assert.rejects(
    tokenFrom({ MCPGW_HTTP_TOKEN: 'short' }),
    /MCPGW_HTTP_TOKEN has 5 characters and needs at least 16/,
  );
  await assert.rejects(tokenFrom({ MCPGW_HTTP_TOKEN_FILE: '/nonexistent/token' }), /cannot be read/);
  assert.equal(await tokenFrom({}), undefined);
  assert.equal(await tokenFrom({ MCPGW_HTTP_TOKEN: ` ${TOKEN}\n` }), TOKEN);
});

test('an address says whether others can reach it', () => {
  assert.deepEqual(addressOf('127.0.0.1:9464'), { host: '127.0.0.1', port: 9464, loopback: true });
  assert.deepEqual(addressOf('[::1]:80'), { host: '::1', port: 80, loopback: true });
  assert.equal(addressOf('localhost:80').loopback, true);
  assert.deepEqual(addressOf(':80'), { host: '0.0.0.0', port: 80, loopback: false });
  assert.equal(addressOf('[::]:80').loopback, false);
  assert.equal(addressOf('10.0.0.1:80').loopback, false);
  for (const wrong of ['9464', '127.0.0.1', '127.0.0.1:99999', 'http://x:1'])
    assert.throws(() => addressOf(wrong), /not an address; write host:port/);
});

test('a taken port is said in words', async (t) => {
  const { url } = await started(t);
  await assert.rejects(serve({ listen: new URL(url).host }), /something listens there already; choose another/);
});

test('a huge body is refused', async (t) => {
  const { url } = await started(t);
  const answer = await fetch(`${url}${PATH}/pause`, {
    method: 'POST',
    headers: JSON_TYPE,
    body: `"${'x'.repeat(100_000)}"`,
  });
  assert.equal(answer.status, 413);
});

test('the webhook needs no token, and answers what its handler says', async (t) => {
  const { url } = await started(t, {
    token: TOKEN,
    webhook: async (sent) => ({
      status: 202,
      body: { message: `${sent.headers.get('x-event')} ${await sent.text()}` },
    }),
  });
  const answer = await fetch(`${url}/webhook`, { method: 'POST', headers: { 'x-event': 'push' }, body: 'hello' });
  assert.deepEqual([answer.status, await answer.json()], [202, { message: 'push hello' }]);
});

test('changes are told as they happen, and a burst is told once', async (t) => {
  const { url, board } = await started(t);
  const leave = new AbortController();
  const answer = await fetch(`${url}${PATH}/events`, { signal: leave.signal });
  assert.match(answer.headers.get('content-type') ?? '', /^text\/event-stream/);
  const text: string[] = [];
  const reading = (async () => {
    for await (const chunk of answer.body ?? []) {
      text.push(Buffer.from(chunk).toString());
      if (text.join('').includes('"generation":22')) return;
    }
  })();
  for (let generation = 12; generation <= 22; generation++)
    board.put(gatewayReport({ name: 'mcp-gateway', generation }));
  board.put(gatewayReport({ name: 'other' }));
  await reading;
  leave.abort();
  const said = text.join('');
  assert.match(said, /^event: pulse\n/);
  assert.equal(said.match(/^event: gateway$/gm)?.length, 1);
  assert.doesNotMatch(said, /"name":"other"/);
});

test('the sources are listed with what is wrong with them, and told of when that changes', async (t) => {
  const { url, board } = await started(t);
  const error = 'the branch main is gone';
  board.putSource(sourceReport());
  const leave = new AbortController();
  const streams = await Promise.all(
    [PATH, '/api/v1'].map((path) => fetch(`${url}${path}/events`, { signal: leave.signal })),
  );
  board.putSource(sourceReport());
  board.putSource(sourceReport({ place: 'elsewhere', error: 'another' }));
  board.putSource(sourceReport({ error }));
  const told = await Promise.all(
    streams.map(async ({ body }) => {
      let text = '';
      for await (const chunk of body ?? []) {
        text += Buffer.from(chunk).toString();
        if (text.includes(error)) break;
      }
      return text.match(/^event: (?!pulse).*$/gm)?.length;
    }),
  );
  leave.abort();
  assert.deepEqual(told, [1, 2]);
  const { items } = (await (await fetch(`${url}/api/v1/sources`)).json()) as { readonly items: readonly object[] };
  assert.deepEqual(items[0], { ...sourceReport(), error });
});
