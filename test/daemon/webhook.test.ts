import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, test } from 'node:test';
import type { Follow } from '../../src/daemon/git-ref.ts';
import { webhook, type Webhook, type WebhookAnswer } from '../../src/daemon/webhook.ts';
import { Secret } from '../../src/engine/secret.ts';
import { timing, type Clock } from '../../src/engine/timing.ts';

const SECRET = 'a-secret-of-the-forge';
const SIGNING = `whsec_${Buffer.from('0123456789abcdef0123456789abcdef').toString('base64')}`;
const MINUTE = 60_000;
const BEGAN = Date.parse('2026-11-21T12:00:00Z');

type Fields = Record<string, unknown>;
type Sent = Readonly<Record<string, string | undefined>>;

interface HookOptions {
  readonly url?: string;
  readonly follow?: Follow;
  readonly secret?: string;
}

/** A hook for one repository, and what of it was woken. */
class Hook {
  now = BEGAN;
  woken = 0;
  readonly send: Webhook;

  constructor({ url = 'https://github.com/acme/gateways.git', secret = SECRET, follow }: HookOptions = {}) {
    const clock: Clock = { now: () => this.now, sleep: () => Promise.resolve() };
    const sources = [{ url, follow: follow ?? {}, hint: () => (this.woken += 1) }];
    this.send = webhook({ secret: new Secret(secret), sources, clock, timing: timing() });
  }

  /** As GitHub sends a push of now. */
  github(change: { body?: Fields; headers?: Sent; secret?: string } = {}): Promise<WebhookAnswer> {
    const text = JSON.stringify({
      ref: 'refs/heads/main',
      before: '0'.repeat(40),
      after: `${this.now}`.padStart(40, '1'),
      repository: {
        clone_url: 'https://github.com/acme/gateways.git',
        ssh_url: 'git@github.com:acme/gateways.git',
        default_branch: 'main',
        pushed_at: Math.floor(this.now / 1000),
      },
      ...change.body,
    });
    const signature = createHmac('sha256', change.secret ?? SECRET)
      .update(text)
      .digest('hex');
    return this.post(text, {
      'x-github-event': 'push',
      'x-github-delivery': crypto.randomUUID(),
      'x-hub-signature-256': `sha256=${signature}`,
      ...change.headers,
    });
  }

  /** As GitLab sends one, signed or with a token. */
  gitlab(headers: Sent, ref = 'refs/heads/main'): Promise<WebhookAnswer> {
    return this.post(gitlabBody(ref), { 'x-gitlab-event': 'Push Hook', ...headers });
  }

  post(body: string, headers: Sent): Promise<WebhookAnswer> {
    const given = { 'content-type': 'application/json', ...headers };
    const entries = Object.entries(given).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value] as [string, string]],
    );
    return this.send(new Request('http://localhost/webhook', { method: 'POST', body, headers: entries }));
  }
}

const gitlabBody = (ref: string): string =>
  JSON.stringify({
    object_kind: 'push',
    ref,
    project: {
      git_http_url: 'https://gitlab.example.test/acme/gateways.git',
      git_ssh_url: 'git@gitlab.example.test:acme/gateways.git',
      default_branch: 'main',
    },
  });

function gitlabSignature(id: string, at: number, key = SIGNING): Sent {
  const time = Math.floor(at / 1000);
  const bytes = Buffer.from(key.slice('whsec_'.length), 'base64');
  const mac = createHmac('sha256', bytes).update(`${id}.${time}.${gitlabBody('refs/heads/main')}`);
  return { 'webhook-id': id, 'webhook-timestamp': String(time), 'webhook-signature': `v1,${mac.digest('base64')}` };
}

const gitlabHook = (secret: string): Hook =>
  new Hook({ url: 'ssh://git@gitlab.example.test:2222/acme/gateways', secret });

describe('a webhook of GitHub', () => {
  test('a push to what is followed wakes it', async () => {
    const hook = new Hook();
    const answer = await hook.github();
    assert.equal(answer.status, 202);
    assert.match(answer.body.message, /refs\/heads\/main is looked at/);
    assert.equal(hook.woken, 1);
  });

  test('a wrong signature, a missing one and a changed body wake nobody, and tell no secret', async () => {
    const hook = new Hook();
    const answers = await Promise.all([
      hook.github({ secret: 'another-secret' }),
      hook.github({ headers: { 'x-hub-signature-256': 'sha256=00' } }),
      hook.github({ headers: { 'x-hub-signature-256': '' } }),
      hook.github({ headers: { 'x-hub-signature-256': undefined } }),
      hook.github({ headers: { 'x-hub-signature-256': undefined, 'x-hub-signature': 'sha1=00' } }),
      hook.github({ headers: { 'x-hub-signature-256': undefined, 'x-gitlab-token': 'guess' } }),
    ]);
    for (const answer of answers) {
      assert.equal(answer.status, 401);
      assert.doesNotMatch(JSON.stringify(answer), new RegExp(SECRET));
    }
    assert.match(answers[3]?.body.message ?? '', /not signed: give the webhook of the forge the same secret/);
    assert.equal(hook.woken, 0);
  });

  test('a delivery counts once, under its own id and under a new one', async () => {
    const hook = new Hook();
    const again = { headers: { 'x-github-delivery': 'one' } };
    assert.equal((await hook.github(again)).status, 202);
    const answer = await hook.github({ headers: { 'x-github-delivery': 'two' } });
    assert.equal(answer.status, 409);
    assert.match(answer.body.message, /came before/);
    assert.equal((await hook.github({ ...again, body: { after: '2' } })).status, 409);
    assert.equal(hook.woken, 1);
  });

  test('an old delivery is refused, also by a process that has just begun', async () => {
    const hook = new Hook();
    const old = { ref: 'refs/heads/main', repository: repositoryAt(BEGAN - 6 * MINUTE) };
    const answer = await hook.github({ body: old });
    assert.equal(answer.status, 409);
    assert.match(answer.body.message, /360 s old.*polling sees/);
    assert.equal((await hook.github({ body: { repository: repositoryAt(BEGAN - 4 * MINUTE) } })).status, 202);
    assert.equal(hook.woken, 1);
  });

  test('a clock that jumps opens no gap, and is told', async () => {
    const hook = new Hook();
    const body = { repository: repositoryAt(BEGAN) };
    assert.equal((await hook.github({ body, headers: { 'x-github-delivery': 'one' } })).status, 202);
    hook.now = BEGAN - 24 * 60 * MINUTE;
    const ahead = await hook.github({ body: { ...body, after: '3' } });
    assert.equal(ahead.status, 409);
    assert.match(ahead.body.message, /86400 s ahead of the clock here: correct one/);
    hook.now = BEGAN + MINUTE;
    assert.equal((await hook.github({ body, headers: { 'x-github-delivery': 'one' } })).status, 409);
    hook.now = BEGAN + 24 * 60 * MINUTE;
    assert.equal((await hook.github({ body: { ...body, after: '4' } })).status, 409);
    assert.equal((await hook.github()).status, 202);
    assert.equal(hook.woken, 2);
  });

  test('many deliveries push out the oldest and no memory grows', async () => {
    const hook = new Hook();
    const first = { headers: { 'x-github-delivery': 'first' }, body: { after: 'first' } };
    assert.equal((await hook.github(first)).status, 202);
    for (let i = 0; i < 5000; i += 1) await hook.github({ body: { after: `${i}` } });
    assert.equal((await hook.github(first)).status, 202);
    assert.equal((await hook.github({ body: { after: '4999' } })).status, 409);
  });

  test('a huge body is refused without being read to its end', async () => {
    const hook = new Hook();
    const declared = await hook.post('{}', { 'content-length': `${30 * 1024 * 1024}` });
    assert.equal(declared.status, 413);
    let given = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        given += 1;
        controller.enqueue(new Uint8Array(64 * 1024));
      },
    });
    const answer = await hook.send(
      new Request('http://localhost/webhook', { method: 'POST', body: endless, duplex: 'half' }),
    );
    assert.equal(answer.status, 413);
    assert.ok(given < 30, `${given} parts were read`);
  });

  test('a body that breaks off is an answer and no crash', async () => {
    const broken = new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(new Error('gone')) });
    const request = new Request('http://localhost/webhook', { method: 'POST', body: broken, duplex: 'half' });
    assert.equal((await new Hook().send(request)).status, 400);
  });

  test('only the repository and the ref that are followed wake', async () => {
    const main = new Hook({ follow: { branch: 'main' } });
    for (const ref of ['refs/heads/other', 'refs/heads/feature/main', 'refs/tags/main', 'main'])
      assert.equal((await main.github({ body: { ref } })).status, 200, ref);
    const elsewhere = { ...repositoryAt(BEGAN), clone_url: 'https://github.com/acme/other.git', ssh_url: '' };
    assert.equal((await main.github({ body: { repository: elsewhere } })).status, 200);
    assert.equal(main.woken, 0);
    const tags = new Hook({ follow: { tags: 'v1.*' } });
    for (const [ref, status] of [
      ['refs/tags/v1.4.0', 202],
      ['refs/tags/v1', 200],
      ['refs/tags/xv1.4', 200],
      ['refs/heads/v1.4', 200],
    ] as const)
      assert.equal((await tags.github({ body: { ref } })).status, status, ref);
  });

  test('an address of any form is the same repository', async () => {
    for (const url of [
      'git@github.com:acme/gateways.git',
      'ssh://git@github.com/acme/gateways',
      'https://GitHub.com/acme/gateways/',
    ])
      assert.equal((await new Hook({ url }).github()).status, 202, url);
  });

  test('what is no push is taken and does nothing', async () => {
    const hook = new Hook();
    const ping = await hook.github({ headers: { 'x-github-event': 'ping' } });
    assert.equal(ping.status, 200);
    assert.match(ping.body.message, /only pushes count/);
    assert.equal(hook.woken, 0);
  });

  test('a body in another form is told', async () => {
    const hook = new Hook();
    const form = await hook.github({ headers: { 'content-type': 'application/x-www-form-urlencoded' } });
    assert.equal(form.status, 415);
    assert.equal((await hook.github({ body: { ref: 7 } })).status, 400);
    assert.equal((await hook.github({ body: { repository: 'x' } })).status, 400);
    const get = await hook.send(new Request('http://localhost/webhook'));
    assert.equal(get.status, 405);
  });
});

describe('a webhook of GitLab', () => {
  test('its token lets a push in, once', async () => {
    const hook = gitlabHook(SECRET);
    const headers = { 'x-gitlab-token': SECRET, 'idempotency-key': 'one' };
    assert.equal((await hook.gitlab(headers)).status, 202);
    assert.equal((await hook.gitlab(headers)).status, 409);
    assert.equal((await hook.gitlab({ ...headers, 'idempotency-key': 'two' })).status, 202);
    assert.equal((await hook.gitlab({ ...headers, 'x-gitlab-token': 'wrong' })).status, 401);
    assert.equal(hook.woken, 2);
  });

  test('its signature is checked with its id and time', async () => {
    const hook = gitlabHook(SIGNING);
    const signed = gitlabSignature('one', BEGAN);
    assert.equal((await hook.gitlab(signed)).status, 202);
    assert.equal((await hook.gitlab(signed)).status, 409);
    assert.equal((await hook.gitlab({ ...signed, 'webhook-id': 'two' })).status, 401);
    const moved = { ...signed, 'webhook-timestamp': String(Math.floor(BEGAN / 1000) + 1) };
    assert.equal((await hook.gitlab(moved)).status, 401);
    assert.equal((await hook.gitlab(gitlabSignature('old', BEGAN - 6 * MINUTE))).status, 409);
    assert.equal((await hook.gitlab(gitlabSignature('ahead', BEGAN + 6 * MINUTE))).status, 409);
    const other = { ...gitlabSignature('three', BEGAN), 'webhook-signature': 'v1,AAAA' };
    assert.equal((await hook.gitlab(other)).status, 401);
    const both = gitlabSignature('four', BEGAN);
    const turned = { ...both, 'webhook-signature': `v1,AAAA ${both['webhook-signature'] ?? ''}` };
    assert.equal((await hook.gitlab(turned)).status, 202);
    assert.equal(hook.woken, 2);
  });

  test('a key for signing is no token', async () => {
    const hook = gitlabHook(SIGNING);
    assert.equal((await hook.gitlab({ 'x-gitlab-token': SIGNING })).status, 401);
  });

  test('a tag is a push of its own', async () => {
    const hook = new Hook({ url: 'https://gitlab.example.test/acme/gateways', follow: { tags: 'v*' } });
    const headers = { 'x-gitlab-token': SECRET, 'x-gitlab-event': 'Tag Push Hook' };
    assert.equal((await hook.gitlab(headers, 'refs/tags/v2')).status, 202);
  });
});

function repositoryAt(at: number): Fields {
  return {
    clone_url: 'https://github.com/acme/gateways.git',
    default_branch: 'main',
    pushed_at: Math.floor(at / 1000),
  };
}
