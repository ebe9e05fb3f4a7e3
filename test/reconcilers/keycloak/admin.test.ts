import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ReconcileError } from '../../../src/engine/errors.ts';
import { Secret } from '../../../src/engine/secret.ts';
import { timing } from '../../../src/engine/timing.ts';
import type { WebFailure } from '../../../src/outside/http-failure.ts';
import type { Web, WebReply, WebRequest } from '../../../src/outside/http.ts';
import { Admin } from '../../../src/reconcilers/keycloak/admin.ts';

type Answer = Partial<WebReply> | WebFailure;

const TOKEN = { status: 200, body: JSON.stringify({ access_token: 'a-token', expires_in: 60 }) };

/** An administrator whose requests for tokens and whose other requests are answered so, one after the other. */
function adminWith(tokens: readonly Answer[], answers: readonly Answer[] = []) {
  const sent: WebRequest[] = [];
  let now = 0;
  const left = { tokens: [...tokens], answers: [...answers] };
  const web: Web = {
    ask: () => Promise.reject(new Error('nobody asks')),
    async send(request) {
      sent.push(request);
      const answer = (request.url.endsWith('/token') ? left.tokens : left.answers).shift() ?? { status: 204 };
      return 'failure' in answer ? answer : { status: 200, headers: {}, body: '', ...answer };
    },
  };
  const clock = { now: () => now, sleep: () => Promise.resolve() };
  const entrance = {
    url: 'https://kc.example.com',
    via: 'door',
    username: 'ad min',
    password: new Secret('p&ss=w+rd'),
  };
  return {
    admin: new Admin({ web, clock, timing: timing() }, entrance),
    sent,
    pass: (ms: number) => (now += ms),
  };
}

async function failureOf(call: Promise<unknown>): Promise<readonly unknown[]> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert(error instanceof ReconcileError, String(error));
  return [error.disposition, error.doubtful, error.message];
}

const said = (status: number, body: object): Answer => ({ status, body: JSON.stringify(body) });
const page = (status: number): Answer => ({ status, body: '<html>', headers: { server: 'awselb/2.0' } });

describe('the administrator of Keycloak', () => {
  test('asks for a token once a minute, at its door, with name and password as they are', async () => {
    const { admin, sent, pass } = adminWith([TOKEN, TOKEN], [said(200, {}), said(200, {}), said(200, {})]);
    await admin.get('/one');
    await admin.get('/two');
    pass(51_000);
    await admin.get('/three');
    assert.deepEqual(
      sent.map(({ url }) => new URL(url).pathname),
      [
        '/realms/master/protocol/openid-connect/token',
        '/admin/realms/one',
        '/admin/realms/two',
        '/realms/master/protocol/openid-connect/token',
        '/admin/realms/three',
      ],
    );
    assert(sent.every(({ via }) => via === 'door'));
    const form = new URLSearchParams(sent[0]?.body);
    assert.deepEqual([form.get('username'), form.get('password')], ['ad min', 'p&ss=w+rd']);
    assert.equal(sent[1]?.headers['authorization'], 'Bearer a-token');
  });

  test('signs in once more when a token is not taken, and no more than that', async () => {
    const { admin, sent } = adminWith([TOKEN, TOKEN], [said(401, { error: 'HTTP 401 Unauthorized' }), said(200, {})]);
    await admin.get('/one');
    assert.equal(sent.length, 4);
    const other = adminWith([TOKEN, TOKEN], [said(401, { error: 'no' }), said(401, { error: 'no' })]);
    await assert.rejects(other.admin.get('/one'), { code: 'NotAccepted' });
    assert.equal(other.sent.length, 4);
  });

  test('takes for absent what Keycloak says is absent, and nobody else', async () => {
    assert.equal(await adminWith([TOKEN], [said(404, { error: 'Realm not found.' })]).admin.get('/one'), undefined);
    for (const status of [403, 404, 503]) {
      const words = `what answers (awselb/2.0) at Keycloak's address is not Keycloak: status ${status}`;
      const [disposition, , message] = await failureOf(adminWith([TOKEN], [page(status)]).admin.get('/one'));
      assert.equal(disposition, 'failed');
      if (status < 500) assert.equal(message, words);
    }
    assert.deepEqual(await failureOf(adminWith([TOKEN], [{ status: 200, body: '<html>' }]).admin.get('/one')), [
      'failed',
      false,
      "what answers at Keycloak's address is not Keycloak: status 200",
    ]);
  });

  test('says what is refused and what goes on later', async () => {
    const put = (answer: Answer) => failureOf(adminWith([TOKEN], [answer]).admin.put('/one', {}));
    assert.deepEqual(await put(said(400, { error: 'invalid_input', error_description: 'no such URI' })), [
      'stalled',
      false,
      'Keycloak answers 400 for PUT /one: invalid_input: no such URI',
    ]);
    assert.deepEqual(await put(said(409, { errorMessage: 'Client x already exists' })), [
      'waiting',
      false,
      'PUT /one: Client x already exists',
    ]);
    assert.deepEqual(await put(said(500, { error: 'unknown_error' })), [
      'failed',
      true,
      'Keycloak answers 500 for PUT /one: unknown_error',
    ]);
    assert.deepEqual(await put(said(429, { error: 'slow down' })), [
      'failed',
      false,
      'Keycloak answers 429 for PUT /one: slow down',
    ]);
    assert.deepEqual(await put({ failure: 'broken', reason: 'door broke off: aborted' }), [
      'failed',
      true,
      'Keycloak does not answer: door broke off: aborted',
    ]);
  });

  test('is told apart from one who comes without HTTPS', async () => {
    const without = said(403, { error: 'invalid_request', error_description: 'HTTPS required' });
    const [disposition, , message] = await failureOf(adminWith([without]).admin.enter());
    assert.deepEqual(
      [disposition, message],
      ['stalled', 'Keycloak wants HTTPS from where this runs: its realm master has sslRequired'],
    );
    for (const status of [400, 401]) {
      const wrong = said(status, { error: 'invalid_grant', error_description: 'Invalid user credentials' });
      await assert.rejects(adminWith([wrong]).admin.enter(), { code: 'NotAccepted' });
    }
  });
});
