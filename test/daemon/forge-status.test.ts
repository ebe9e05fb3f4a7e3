import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { commitStatusOf } from '../../src/daemon/commit-status.ts';
import { forgeStatus, type ForgeStatus } from '../../src/daemon/forge-status.ts';
import { timing, type Clock } from '../../src/engine/timing.ts';
import { openInbox, type Inbox } from './inbox.ts';
import { COMMIT, report, runReport, stalledReport } from './report.ts';

const TOKEN = 'forge-token-value';
const MINUTE = 60_000;

describe('the status of a commit', () => {
  let inbox: Inbox;
  let now: number;
  let warnings: string[];

  beforeEach(async () => {
    inbox = await openInbox();
    now = 0;
    warnings = [];
  });
  afterEach(() => inbox.close());

  const clock: Clock = {
    now: () => now,
    sleep: (_ms, signal) => new Promise((done) => signal?.addEventListener('abort', () => done())),
  };
  async function open(url: string, more: Record<string, string> = {}): Promise<ForgeStatus> {
    const environment = { MCPGW_FORGE_TOKEN: TOKEN, MCPGW_FORGE_API: inbox.url, ...more };
    const linkOf = (): string => 'https://gateways.example.test/#mcp-gateway';
    const onWarning = (message: string): void => void warnings.push(message);
    const status = await forgeStatus({ url, environment, clock, timing: timing(), linkOf, onWarning });
    assert(status);
    return status;
  }

  test('is told to GitHub with a link, and again only when it changes', async () => {
    const tell = await open('git@github.com:acme/gateways.git');
    const going = report({ appliedRevision: undefined, conditions: [], running: true });
    await tell(going);
    await tell({ ...going, lastLook: '2026-11-21T12:00:00Z' });
    await Promise.all([tell(report()), tell(report()), tell(report())]);
    assert.deepEqual(
      inbox.letters.map(({ path, body }) => [path, JSON.parse(body) as unknown]),
      ['pending', 'success'].map((state) => [
        `/repos/acme/gateways/statuses/${COMMIT}`,
        {
          state,
          description: state === 'success' ? 'ready' : 'being applied',
          context: 'mcpgw/123456789012/us-east-1/mcp-gateway',
          target_url: 'https://gateways.example.test/#mcp-gateway',
        },
      ]),
    );
    assert.equal(inbox.letters[0]?.headers['authorization'], `Bearer ${TOKEN}`);
  });

  test('of a commit whose manifests have mistakes is told too', async () => {
    const tell = await open('https://github.com/acme/gateways');
    const source = { place: 'x', kind: 'git', revision: COMMIT, error: undefined } as const;
    await tell({ ...source, problems: ['gateway.yaml:3:1: spec: is missing', 'b.yaml: is empty'] });
    await tell({ ...source, problems: [] });
    const bodies = inbox.letters.map(
      ({ body }) => JSON.parse(body) as { state: string; description: string; context: string },
    );
    assert.deepEqual(
      bodies.map(({ state, description, context }) => [state, description, context]),
      [
        ['failure', '2 problems: gateway.yaml:3:1: spec: is missing', 'mcpgw/manifests'],
        ['success', 'every manifest can be followed', 'mcpgw/manifests'],
      ],
    );
  });

  test('is told to GitLab in its words; a state that it has already is no failure', async () => {
    const tell = await open('https://gitlab.example.test/group/sub/gateways.git');
    inbox.answer = [400, '{"message":"Cannot transition status via :enqueue from :pending"}'];
    await tell(stalledReport());
    const [letter] = inbox.letters;
    assert.equal(letter?.path, `/projects/group%2Fsub%2Fgateways/statuses/${COMMIT}`);
    assert.equal(letter.headers['private-token'], TOKEN);
    const body = JSON.parse(letter.body) as { state: string; name: string; description: string };
    assert.equal(body.state, 'failed');
    assert.match(body.description, /rolled back/);
    assert.deepEqual(warnings, []);
  });

  test('a forge that refuses is a warning that says what to do, once, and is asked less often', async () => {
    const tell = await open('https://github.com/acme/gateways');
    inbox.answer = [403, `{"message":"Resource not accessible by ${TOKEN}"}`];
    for (let i = 0; i < 5; i += 1) await tell(report());
    assert.equal(inbox.letters.length, 1);
    now += MINUTE;
    await tell(report());
    assert.equal(inbox.letters.length, 2);
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? '', /answers 403.*give MCPGW_FORGE_TOKEN a token.*may write commit statuses/);
    assert.doesNotMatch(warnings.join(), new RegExp(TOKEN));
    inbox.answer = [201, '{}'];
    now += MINUTE;
    await tell(report());
    await tell(report());
    assert.equal(inbox.letters.length, 3);
  });

  test('a token goes to nobody else, and a forge that is not there stops nothing', async () => {
    const tell = await open('https://github.com/acme/gateways');
    inbox.answer = [307, ''];
    await tell(report());
    assert.equal(inbox.letters.length, 1);
    assert.match(warnings[0] ?? '', /answers 307/);
    inbox.close();
    now += MINUTE;
    await tell(report());
    assert.match(warnings[1] ?? '', /ECONNREFUSED|connect/);
  });

  test('without a token nothing is told; a forge that nobody knows has to be named', async () => {
    const options = { clock, timing: timing(), onWarning: () => undefined };
    assert.equal(await forgeStatus({ ...options, url: 'https://github.com/a/b', environment: {} }), undefined);
    const environment = { MCPGW_FORGE_TOKEN: TOKEN };
    await assert.rejects(forgeStatus({ ...options, url: 'https://code.example.test/a/b', environment }), {
      message: 'nothing says which forge code.example.test is: set MCPGW_FORGE to github or gitlab',
    });
    const tell = await open('https://code.example.test/a/b', { MCPGW_FORGE: 'gitlab' });
    await tell(report());
    assert.match(inbox.letters[0]?.path ?? '', /^\/projects\/a%2Fb\//);
  });
});

describe('what a status says', () => {
  const said = (change: Parameters<typeof report>[0]): string => {
    const status = commitStatusOf(report(change));
    return `${status?.state}: ${status?.description}`;
  };
  const cases: readonly (readonly [Parameters<typeof report>[0], string])[] = [
    [{}, 'success: ready'],
    [{ conditions: [] }, 'pending: applied, not ready yet'],
    [{ appliedRevision: 'x' }, 'pending: being applied'],
    [
      { held: { planId: '7c1e09d2', why: '4 deletions', deletes: [] } },
      'pending: plan 7c1e09d2 waits for approval: 4 deletions',
    ],
    [{ pause: { until: '14:00', why: 'fair', by: 'ops' } }, 'pending: paused until 14:00 by ops: fair'],
    [{ runs: [runReport({ result: 'failed', errors: ['no\n quota'] })] }, 'failure: no quota'],
    [{ runs: [runReport({ result: 'failed', revision: 'old' })] }, 'success: ready'],
  ];
  for (const [change, text] of cases) test(text, () => assert.equal(said(change), text));

  test('it is short enough for a forge', () => {
    const long = commitStatusOf(stalledReport('x'.repeat(500)));
    assert.equal(long?.description.length, 140);
  });

  test('a manifest that stands in no repository has none', () => {
    assert.equal(commitStatusOf(report({ attemptedRevision: 'sha256:abc' })), undefined);
  });
});
