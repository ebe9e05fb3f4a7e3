import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type { SourceReport } from '../../src/daemon/board.ts';
import { openNotifier, type Notifier } from '../../src/daemon/notify.ts';
import { timing, type Clock } from '../../src/engine/timing.ts';
import type { Store } from '../../src/state/store.ts';
import { memoryStore } from '../state/memory-store.ts';
import { openInbox, type Inbox } from './inbox.ts';
import { COMMIT, node, report, runReport, stalledReport } from './report.ts';

const MINUTE = 60_000;
const NEXT = '9'.repeat(40);

interface Data {
  readonly condition: { readonly type: string; readonly status: string; readonly message: string };
  readonly text: string;
  readonly revision: string;
}

describe('a notification', () => {
  let inbox: Inbox;
  let store: Store;
  let now: number;
  let warnings: string[];

  beforeEach(async () => {
    inbox = await openInbox();
    store = memoryStore();
    now = 0;
    warnings = [];
  });
  afterEach(() => inbox.close());

  const clock: Clock = {
    now: () => now,
    sleep: (_ms, signal) => new Promise((done) => signal?.addEventListener('abort', () => done())),
  };
  const open = (environment: Record<string, string> = { MCPGW_NOTIFY_URL: inbox.url }): Promise<Notifier> =>
    openNotifier({ environment, clock, timing: timing(), onWarning: (message) => void warnings.push(message) });
  const data = (): readonly Data[] => inbox.letters.map(({ body }) => JSON.parse(body) as Data);
  const told = (): readonly string[] => data().map(({ condition }) => `${condition.type} ${condition.status}`);

  test('comes once for a condition and a revision, however often anybody looks', async () => {
    const notify = await open();
    for (let i = 0; i < 20; i += 1) await notify(stalledReport(), store);
    assert.deepEqual(told(), ['Stalled True']);
    const [first] = data();
    assert.equal(first?.revision, COMMIT);
    assert.match(first.text, /^us-east-1\/mcp-gateway needs somebody: Service\/auth is stalled: rolled back\n/);
    await notify(stalledReport(undefined, { attemptedRevision: NEXT }), store);
    assert.deepEqual(told(), ['Stalled True', 'Stalled True']);
  });

  test('comes once although the daemon was started again', async () => {
    await (
      await open()
    )(stalledReport(), store);
    await (
      await open()
    )(stalledReport(), store);
    assert.deepEqual(told(), ['Stalled True']);
  });

  test('after trouble it is told that all is well, and flapping tells nothing more', async () => {
    const notify = await open();
    for (let i = 0; i < 5; i += 1) {
      await notify(report(), store);
      await notify(stalledReport(), store);
    }
    assert.deepEqual(told(), ['Ready True', 'Stalled True', 'Ready True']);
  });

  test('drift is told by what drifted, and only what somebody did outside', async () => {
    const notify = await open();
    const change = (path: string, origin: 'outside' | 'manifest') => ({
      path,
      from: 1,
      to: 2,
      replaces: false,
      origin,
    });
    const drifted = (path: string, origin: 'outside' | 'manifest' = 'outside') =>
      report({ conditions: [], nodes: [node({ phase: 'drifted', changes: [change(path, origin)] })] });
    await notify(drifted('/desiredCount', 'manifest'), store);
    assert.deepEqual(told(), []);
    await notify(drifted('/desiredCount'), store);
    await notify(drifted('/desiredCount'), store);
    await notify(drifted('/cpu'), store);
    assert.deepEqual(told(), ['Drifted True', 'Drifted True']);
    assert.match(data()[0]?.condition.message ?? '', /was changed outside: Service\/auth desiredCount/);
  });

  test('a plan that waits says how to approve it, a pause its end', async () => {
    const notify = await open();
    const held = { planId: '7c1e09d2', why: '4 things would be deleted', deletes: ['Subnet/a', 'Subnet/b'] as const };
    await notify(report({ conditions: [], held }), store);
    assert.match(
      data()[0]?.condition.message ?? '',
      /4 things would be deleted\. It deletes Subnet\/a and Subnet\/b\. To approve: mcpgw-controller approve mcp-gateway --plan 7c1e09d2/,
    );
    const pause = { until: '2026-11-21T14:00:00Z', why: 'trade fair', by: 'ops' };
    await notify(report({ conditions: [], pause }), store);
    await notify(report({ conditions: [] }), store);
    await notify(report({ conditions: [] }), store);
    assert.deepEqual(told(), ['ApprovalNeeded True', 'Paused True', 'Paused False']);
  });

  test('a run that failed once is a mishap, three times is news', async () => {
    const notify = await open();
    const failed = (times: number) =>
      report({ conditions: [], runs: [runReport({ result: 'failed', errors: ['no quota'], times })] });
    await notify(failed(1), store);
    await notify(failed(3), store);
    await notify(failed(4), store);
    assert.deepEqual(told(), ['Failing True']);
  });

  test('a source that cannot be read is told once for each error, and once when it can be read again', async () => {
    const source = { place: 'https://example.com/ops.git', kind: 'git', revision: COMMIT, problems: [] } as const;
    const lost = (error: string): SourceReport => ({ ...source, error });
    const well: SourceReport = { ...source, error: undefined };
    let notify = await open();
    await notify(well, store);
    assert.deepEqual(told(), []);
    for (let i = 0; i < 5; i += 1) await notify(lost('the branch main is gone'), store);
    notify = await open();
    await notify({ ...lost('the branch main is gone'), revision: undefined }, store);
    await notify(lost('the password is refused'), store);
    assert.deepEqual(told(), ['SourceUnreadable True', 'SourceUnreadable True']);
    for (let i = 0; i < 3; i += 1) await notify(well, store);
    await notify(lost('the branch main is gone'), store);
    await notify(well, store);
    assert.deepEqual(told().slice(2), ['SourceUnreadable False']);
    const [first, , last] = inbox.letters.map(({ body }) => JSON.parse(body) as object);
    assert.deepEqual(first, {
      source: source.place,
      revision: COMMIT,
      condition: {
        type: 'SourceUnreadable',
        status: 'True',
        message: 'cannot be read: the branch main is gone',
      },
      text: `The source ${source.place} cannot be read: the branch main is gone\nRevision ${COMMIT}`,
    });
    assert.match(JSON.stringify(last), /can be read again/);
    await notify({ ...lost('the branch main is gone'), revision: NEXT }, store);
    assert.equal(told().length, 4);
  });

  test('who could not be told of a source is told later', async () => {
    const lost: SourceReport = { place: 'gateways', kind: 'file', revision: undefined, error: 'gone', problems: [] };
    const notify = await open();
    inbox.answer = [500, 'no'];
    await notify(lost, store);
    inbox.answer = [200, 'ok'];
    now += MINUTE;
    await notify(lost, store);
    await notify(lost, store);
    assert.equal(inbox.letters.length, 2);
  });

  test('Slack gets a text in which nothing becomes a mention', async () => {
    const notify = await open({ MCPGW_NOTIFY_SLACK_URL: inbox.url });
    await notify(stalledReport('a <!channel> & b'), store);
    const { text } = JSON.parse(inbox.letters[0]?.body ?? '{}') as { text: string };
    assert.match(text, /a &lt;!channel&gt; &amp; b/);
  });

  test('a topic of SNS gets a subject that it takes', async () => {
    const kept = { ...process.env };
    Object.assign(process.env, {
      AWS_ENDPOINT_URL: inbox.url,
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'not-a-key',
    });
    inbox.answer = [
      200,
      '<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>',
    ];
    try {
      const notify = await open({ MCPGW_NOTIFY_TOPIC: 'arn:aws:sns:eu-west-1:123456789012:gateways' });
      await notify(stalledReport(), store);
      await notify(stalledReport(), store);
    } finally {
      process.env = kept;
    }
    assert.deepEqual(warnings, []);
    assert.equal(inbox.letters.length, 1);
    const form = new URLSearchParams(inbox.letters[0]?.body);
    assert.equal(form.get('Action'), 'Publish');
    assert.equal(form.get('Subject'), 'us-east-1/mcp-gateway: Stalled');
    assert.match(form.get('Message') ?? '', /rolled back/);
  });

  test('who does not take it is warned of once, asked less often, and told in the end; others are told at once', async () => {
    const other = await openInbox();
    const secret = `${inbox.url}/services/T000/B000/secret-part`;
    const notify = await open({ MCPGW_NOTIFY_SLACK_URL: secret, MCPGW_NOTIFY_URL: other.url });
    inbox.answer = [500, `no: ${secret}`];
    for (let i = 0; i < 5; i += 1) await notify(stalledReport(), store);
    assert.equal(inbox.letters.length, 1);
    assert.equal(other.letters.length, 1);
    now += MINUTE;
    await notify(stalledReport(), store);
    assert.equal(inbox.letters.length, 2);
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? '', /by slack: it answers 500/);
    assert.doesNotMatch(warnings[0] ?? '', /secret-part/);
    inbox.answer = [200, 'ok'];
    now += MINUTE;
    await notify(stalledReport(), store);
    await notify(stalledReport(), store);
    assert.equal(inbox.letters.length, 3);
    assert.equal(other.letters.length, 1);
    other.close();
  });

  test('a store that cannot be used costs a warning and no notification', async () => {
    const broken = { ...store, write: () => Promise.reject(new Error('disk full')) };
    const notify = await open();
    await notify(stalledReport(), broken);
    await notify(stalledReport(), broken);
    assert.deepEqual(told(), ['Stalled True']);
    assert.match(warnings.join(), /disk full/);
  });

  test('without a channel nothing happens', async () => {
    await (
      await open({})
    )(stalledReport(), store);
    assert.equal(inbox.letters.length, 0);
  });
});
