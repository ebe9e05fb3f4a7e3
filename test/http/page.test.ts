import assert from 'node:assert/strict';
import test from 'node:test';
import { Board, type GatewayReport } from '../../src/daemon/board.ts';
import { Secret } from '../../src/engine/secret.ts';
import { consoleLink } from '../../src/http/page/console-links.ts';
import { standingOf } from '../../src/http/page/standing.ts';
import { hrefOf, toggle, viewOf } from '../../src/http/page/view.ts';
import { condition, gatewayReport, readyNodes, runReport } from './gateway-reports.ts';
import { serve } from './http-side.ts';
import { happened, scene } from './scene.ts';
import { memoryStore } from '../state/memory-store.ts';
import { systemClock } from '../../src/engine/timing.ts';

const PATH = '/gateways/123456789012/us-east-1/mcp-gateway';
const TOKEN = '0123456789abcdef0123456789abcdef';

async function textAt(url: string): Promise<string> {
  return (await fetch(url, { headers: { Accept: 'text/html' } })).text();
}

test('values that try to be markup stay text, wherever they stand', async (t) => {
  const evil = `"><img src=x onerror=alert(1)>'<script>alert(2)</script>`;
  const board = new Board();
  const report = gatewayReport({ name: 'mcp-gateway' });
  board.put({
    ...report,
    file: evil,
    attemptedRevision: evil,
    appliedRevision: `${evil}2`,
    conditions: [condition('Ready', 'False', evil, evil), condition('Stalled', 'True', evil, evil)],
    nodes: [
      {
        id: `Vpc/${evil}`,
        kind: 'Vpc',
        domain: evil,
        phase: 'stalled',
        because: evil,
        since: evil,
        waitsFor: [evil],
        changes: [{ path: `/${evil}`, from: evil, to: { [evil]: evil }, replaces: false, origin: 'outside' }],
        props: { [evil]: evil },
        outputs: { [evil]: evil, url: `https://x.example/"onmouseover="alert(3)` },
      },
    ],
    runs: [runReport({ at: evil, revision: evil, planId: evil, errors: [evil], result: 'failed' })],
    held: { planId: evil, why: evil, deletes: [evil] },
    pause: { until: evil, why: evil, by: evil },
    outputs: { [evil]: { value: evil, sensitive: false } },
  });
  board.putSource({ place: report.source, kind: 'git', revision: evil, error: evil, problems: [] });
  board.putSource({ place: evil, kind: 'file', revision: evil, error: undefined, problems: [evil] });
  const served = await serve({ board });
  t.after(() => served.close());
  const views = [
    '',
    `?node=${encodeURIComponent(`Vpc/${evil}`)}&toggled=approve,same`,
    `?find=${encodeURIComponent(evil)}`,
  ];
  for (const view of ['/', ...views.map((each) => PATH + each)]) {
    const text = await textAt(served.url + view);
    assert.doesNotMatch(text, /<img|<script>|onmouseover="alert/, view);
    assert.match(text, /&lt;img src=x onerror=alert\(1\)&gt;/, view);
  }
  assert.deepEqual(served.errors, []);
});

test('no value of a secret leaves, even where a message quotes it', async (t) => {
  const secret = new Secret('correct-horse-battery');
  secret.open();
  const board = new Board();
  const [node] = await readyNodes(Date.now());
  assert.ok(node);
  board.put(
    gatewayReport({
      name: 'mcp-gateway',
      nodes: [
        {
          ...node,
          phase: 'stalled',
          because: 'the password correct-horse-battery is wrong',
          props: {
            password: secret,
            token: { $secret: 'arn:of-a-secret' },
            vpcId: { $ref: 'Vpc/main', output: 'vpcId' },
          },
        },
      ],
      outputs: { arn: { value: 'arn:of-a-secret', sensitive: true } },
    }),
  );
  const served = await serve({ board });
  t.after(() => served.close());
  const texts = await Promise.all(
    [`${PATH}?node=${node.id}&toggled=same`, `/api/v1${PATH}/nodes`, `/api/v1${PATH}`].map((path) =>
      textAt(served.url + path),
    ),
  );
  assert.doesNotMatch(texts.join('\n'), /correct-horse|arn:of-a-secret/);
  assert.match(texts[1] ?? '', /"password":"\[secret\]","token":"\[secret\]","vpcId":"Vpc\/main\.vpcId"/);
});

test('a gateway of five thousand things is shown at once, shut where it is ready', async (t) => {
  const nodes = await readyNodes(Date.now());
  const many = Array.from({ length: 5000 }, (_, i) => {
    const node = nodes[i % nodes.length];
    assert.ok(node);
    return { ...node, id: `${node.id}-${i}` };
  });
  const board = new Board();
  board.put(gatewayReport({ name: 'mcp-gateway', nodes: many }));
  const served = await serve({ board });
  t.after(() => served.close());
  const began = performance.now();
  const shut = await textAt(served.url + PATH);
  assert.ok(performance.now() - began < 1000);
  assert.ok(shut.length < 50_000);
  const open = await textAt(`${served.url}${PATH}?toggled=network`);
  assert.ok(open.split('class="node"').length > 1500);
});

test('what is sick comes first, and its domain is open', async (t) => {
  const served = await serve({ board: await scene(Date.now()) });
  t.after(() => served.close());
  const overview = await textAt(`${served.url}/`);
  assert.match(overview, /1 stalled, 1 held, 1 new, 1 paused, 2 ready/);
  assert.ok(overview.indexOf('>mcp-gateway<') < overview.indexOf('>prod-us<'));
  const text = await textAt(served.url + PATH);
  const rows = [...text.matchAll(/id="row-([^"]+)"/g)].map(([, id]) => id);
  assert.deepEqual(rows, [
    'SecurityGroup/keycloak-db',
    'Service/auth',
    'Service/registry',
    'ScalableTarget/auth',
    'ScalingPolicy/auth-cpu',
    'MetricAlarm/auth-cpu',
  ]);
});

test('what happened to a gateway and to a node of it is shown, newest first, and read on', async (t) => {
  const now = Date.now();
  const texts = new Map<string, string>();
  const store = memoryStore(texts);
  let ahead = 0;
  const served = await serve({
    board: await scene(now),
    storeOf: () => store,
    clock: { ...systemClock, now: () => Date.now() + ahead },
  });
  t.after(() => served.close());
  const lines = happened(now).map((event) => `${JSON.stringify(event)}\n`);
  texts.set('log/a.jsonl', lines.slice(0, 3).join(''));
  const calls = async (path: string): Promise<readonly string[]> =>
    [...(await textAt(served.url + path)).matchAll(/<code>(ecs:\w+)<\/code>/g)].map(([, call]) => call ?? '');
  assert.deepEqual(await calls(PATH), ['ecs:UpdateService', 'ecs:RegisterTaskDefinition']);
  assert.deepEqual(await calls(`${PATH}?node=TaskDefinition/auth`), ['ecs:RegisterTaskDefinition']);
  texts.set('log/a.jsonl', lines.join(''));
  ahead = 60_000;
  assert.deepEqual(await calls(PATH), ['ecs:UpdateService', 'ecs:UpdateService', 'ecs:RegisterTaskDefinition']);
  const { items } = (await (await fetch(`${served.url}/api/v1${PATH}/log?node=Service/registry`)).json()) as {
    readonly items: readonly { readonly result: string }[];
  };
  assert.deepEqual(
    items.map(({ result }) => result),
    ['ThrottlingException'],
  );
});

test('a log that cannot be read is said on the page, and the rest is shown', async (t) => {
  const served = await serve({
    board: await scene(Date.now()),
    storeOf: () => ({ ...memoryStore(), list: () => Promise.reject(new Error('permission denied')) }),
  });
  t.after(() => served.close());
  const text = await textAt(served.url + PATH);
  assert.match(text, /The log cannot be read: permission denied/);
  assert.match(text, /id="row-Service\/auth"/);
});

test('an unknown gateway and a gone node are said', async (t) => {
  const served = await serve({ board: await scene(Date.now()) });
  t.after(() => served.close());
  const answer = await fetch(`${served.url}/gateways/1/eu-west-1/none`);
  assert.equal(answer.status, 404);
  assert.match(await answer.text(), /1\/eu-west-1\/none is not known/);
  assert.match(await textAt(`${served.url}${PATH}?node=Vpc/gone`), /There is no such resource any more/);
});

test('a browser signs in once with the token and goes where it wanted to', async (t) => {
  const served = await serve({ board: await scene(Date.now()), token: TOKEN });
  t.after(() => served.close());
  const html = { Accept: 'text/html' };
  const sent = await fetch(`${served.url}${PATH}?node=Vpc/main`, { headers: html, redirect: 'manual' });
  assert.equal(sent.status, 303);
  const at = sent.headers.get('location') ?? '';
  assert.equal(at, `/login?to=${encodeURIComponent(`${PATH}?node=Vpc/main`)}`);
  const form = await textAt(served.url + at);
  assert.match(form, /type="password"/);

  const signIn = (token: string, to: string): Promise<Response> =>
    fetch(`${served.url}/login`, {
      method: 'POST',
      redirect: 'manual',
      headers: { ...html, Origin: served.url },
      body: new URLSearchParams({ token, to }),
    });
  const wrong = await signIn('not-the-token', '/');
  assert.equal(wrong.status, 401);
  assert.equal(wrong.headers.get('set-cookie'), null);
  assert.match(await wrong.text(), /This is not the token/);

  const right = await signIn(TOKEN, `${PATH}?node=Vpc/main`);
  assert.equal(right.status, 303);
  assert.equal(right.headers.get('location'), `${PATH}?node=Vpc/main`);
  const cookie = right.headers.get('set-cookie') ?? '';
  assert.match(cookie, /HttpOnly; SameSite=Strict/);
  assert.doesNotMatch(cookie, new RegExp(TOKEN));
  const pass = cookie.split(';')[0] ?? '';
  assert.equal((await fetch(served.url + PATH, { headers: { Cookie: pass } })).status, 200);
  const forged = pass.replace(/=(\d+)/, (_, until: string) => `=${Number(until) + 1000}`);
  assert.equal((await fetch(`${served.url}/api/v1/gateways`, { headers: { Cookie: forged } })).status, 401);
  for (const to of ['https://evil.example/', '//evil.example', '/\\evil.example', ''])
    assert.equal((await signIn(TOKEN, to)).headers.get('location'), '/', to);
});

test('a gateway has one word, the worst that holds', () => {
  const word = (given: Partial<GatewayReport>, ...conditions: GatewayReport['conditions']): string =>
    standingOf(gatewayReport({ name: 'g', ...given, conditions })).word;
  const ready = condition('Ready', 'True');
  const not = condition('Ready', 'False');
  const held = { planId: 'a', why: 'b', deletes: [] };
  const pause = { until: '2026-11-21T18:00:00.000Z', why: 'freeze', by: 'on-call' };
  assert.equal(word({}, ready), 'ready');
  assert.equal(word({}, ready, condition('Drifted', 'True')), 'drifted');
  assert.equal(word({}, not), 'not ready');
  assert.equal(word({ running: true }, not), 'pending');
  assert.equal(word({ running: true }, ready), 'ready');
  assert.equal(word({}, not, condition('Progressing', 'True'), condition('Drifted', 'True')), 'pending');
  assert.equal(word({ pause }, not), 'paused');
  assert.equal(word({ held, pause }, not), 'held');
  assert.equal(word({ held }, not, condition('ManifestAccepted', 'False')), 'refused');
  assert.equal(word({ held }, not, condition('Stalled', 'True')), 'stalled');
  assert.equal(word({ held }, not, condition('Stalled', 'True'), condition('Released', 'True')), 'released');
  assert.equal(word({}, condition('Ready', 'Unknown')), 'unknown');
  assert.equal(word({ lastLook: undefined }), 'new');
});

test('a view stands in its address', () => {
  const view = { node: 'DnsRecord/a&b', find: 'x y', run: undefined, toggled: ['network', 'ecs.ready'] };
  const href = hrefOf('/g', view);
  assert.equal(href, '/g?node=DnsRecord/a%26b&find=x+y&toggled=network,ecs.ready');
  assert.deepEqual(viewOf(Object.fromEntries(new URL(href, 'http://x').searchParams)), view);
  assert.deepEqual(toggle(toggle(view, 'data'), 'network').toggled, ['ecs.ready', 'data']);
  assert.equal(hrefOf('/g'), '/g');
});

test('a thing has its place in the console of its partition, as soon as its id is known', () => {
  const at = { accountId: '123456789012', region: 'us-east-1' };
  const link = (kind: string, outputs: Readonly<Record<string, unknown>>, where = at): string | undefined =>
    consoleLink({ kind, outputs }, where);
  assert.equal(
    link('Vpc', { vpcId: 'vpc-1' }),
    'https://us-east-1.console.aws.amazon.com/vpcconsole/home?region=us-east-1#VpcDetails:VpcId=vpc-1',
  );
  assert.equal(
    link('Service', { serviceArn: 'arn:aws:ecs:us-east-1:1:service/main/auth', serviceName: 'auth' }),
    'https://us-east-1.console.aws.amazon.com/ecs/v2/clusters/main/services/auth/health?region=us-east-1',
  );
  assert.equal(
    link('LogGroup', { logGroupName: '/ecs/auth' }),
    'https://us-east-1.console.aws.amazon.com/cloudwatch/home?region=us-east-1#logsV2:log-groups/log-group/$252Fecs$252Fauth',
  );
  assert.match(
    link('Vpc', { vpcId: 'vpc-1' }, { ...at, region: 'cn-north-1' }) ?? '',
    /^https:\/\/console\.amazonaws\.cn\//,
  );
  assert.equal(link('Vpc', {}), undefined);
  assert.equal(link('SecurityGroupRule', { ruleId: 'sgr-1' }), undefined);
});
