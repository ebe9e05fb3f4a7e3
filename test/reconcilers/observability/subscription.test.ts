import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { ConfirmSubscriptionCommand, ListSubscriptionsByTopicCommand, SubscribeCommand } from '@aws-sdk/client-sns';
import { toReconcileError } from '../../../src/aws/errors.ts';
import { allKinds, look } from '../../../src/engine/look.ts';
import { makePlan } from '../../../src/engine/plan.ts';
import { actionOf } from '../../iam-actions.ts';
import { subscription } from '../../../src/reconcilers/observability/subscription.ts';
import { topic } from '../../../src/reconcilers/observability/topic.ts';
import { testKind } from '../../kind-contract.ts';
import { openAccount, REGION, type SandboxAccount } from '../../sandbox-account.ts';
import { assertEmpty, SandboxGateway, type Declared } from '../../sandbox-gateway.ts';

testKind(subscription, {
  name: 'alarms',
  needs: (graph, name) => ({ topicArn: graph.add(topic, 'alarms', { topicName: `${name}-alarms` }).ref('topicArn') }),
  props: { endpoint: 'ops@example.com', asked: true },
  replacements: [{ endpoint: 'others@example.com' }],
  observeBudget: 2,
  uncalled: ['sns:Unsubscribe'],
});

describe('Subscription and the person who reads the mail', () => {
  let account: SandboxAccount;
  let gateway: SandboxGateway;
  const declare = (endpoint?: string): Declared =>
    gateway.declare(
      (graph) => {
        if (endpoint === undefined) return;
        const told = graph.add(topic, 'alarms', { topicName: 'own-alarms' });
        graph.add(subscription, 'alarms', { topicArn: told.ref('topicArn'), endpoint, asked: true });
      },
      [topic, subscription],
    );
  const topicArn = (): string => `arn:aws:sns:${REGION}:${account.accountId}:own-alarms`;
  const confirm = async (Token: string): Promise<void> => {
    const sns = await gateway.aws.sns();
    await sns.send(new ConfirmSubscriptionCommand({ TopicArn: topicArn(), Token }));
  };
  const subscribed = async (): Promise<readonly string[]> => {
    const sns = await gateway.aws.sns();
    const { Subscriptions } = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn: topicArn() }));
    return (Subscriptions ?? []).map((item) => String(item.Endpoint)).sort();
  };
  const mails = (): number => gateway.calls.filter((call) => actionOf(call) === 'sns:Subscribe').length;

  before(async () => {
    account = await openAccount();
    gateway = new SandboxGateway(account);
  });

  test('one that is not confirmed is ready with a note, and nobody gets a second mail', async () => {
    await gateway.apply(declare('ops@example.com'));
    assert.equal(mails(), 1);
    for (const _ of ['again', 'and again']) {
      const { plan } = await gateway.apply(declare('ops@example.com'));
      const state = plan.states.get('Subscription/alarms');
      assert.equal(state?.phase, 'ready');
      assert.match(state.because ?? '', /ops@example\.com has to confirm/);
    }
    assert.equal(mails(), 1);
  });

  test('one that nobody confirmed in time is ready with a note, and nobody gets a second mail', async () => {
    const sns = await gateway.aws.sns();
    const expired = { ...sns, paginateListSubscriptionsByTopic: listing({ Subscriptions: [] }) } as typeof sns;
    const aws = { ...gateway.aws, sns: async () => expired };
    const { graph, kinds } = declare('ops@example.com');
    const classify = toReconcileError;
    const snapshot = await look({ env: aws, graph, kinds, at: allKinds(kinds), known: new Map(), classify });
    const plan = makePlan({ graph, kinds, snapshot });
    assertEmpty(plan);
    assert.match(plan.states.get('Subscription/alarms')?.because ?? '', /ops@example\.com has not confirmed in time/);
  });

  test('one that is confirmed needs no note', async () => {
    await confirm('ops@example.com');
    assertEmpty(await gateway.plan(declare('ops@example.com')));
    assert.equal(
      (await gateway.plan(declare('ops@example.com'))).states.get('Subscription/alarms')?.because,
      undefined,
    );
  });

  test('another address takes the place of the first; what listens by another protocol stays', async () => {
    const sns = await gateway.aws.sns();
    const Endpoint = `arn:aws:sqs:${REGION}:${account.accountId}:pager`;
    await sns.send(new SubscribeCommand({ TopicArn: topicArn(), Protocol: 'sqs', Endpoint }));
    await gateway.apply(declare('others@example.com'));
    assert.deepEqual(await subscribed(), [Endpoint, 'others@example.com']);
    assertEmpty(await gateway.plan(declare('others@example.com')));
  });

  test('an address that somebody added is seen once it is confirmed, and taken off', async () => {
    const sns = await gateway.aws.sns();
    await sns.send(new SubscribeCommand({ TopicArn: topicArn(), Protocol: 'email', Endpoint: 'spy@example.com' }));
    assertEmpty(await gateway.plan(declare('others@example.com')));
    await confirm('spy@example.com');
    const plan = await gateway.plan(declare('others@example.com'));
    assert.deepEqual(
      plan.steps.map((step) => step.action),
      ['delete'],
    );
    await gateway.apply(declare('others@example.com'));
    assert.ok(!(await subscribed()).includes('spy@example.com'));
  });

  test('with the topic goes the one that was never confirmed', async () => {
    await gateway.apply(declare());
    assertEmpty(await gateway.plan(declare()));
  });
});

/** Pages of a list: only this one. */
const listing = (page: object) =>
  async function* () {
    yield page;
  };
