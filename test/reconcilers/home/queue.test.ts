import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { QueueAttributeName } from '@aws-sdk/client-sqs';
import type { Aws } from '../../../src/aws/aws.ts';
import { toReconcileError } from '../../../src/aws/errors.ts';
import type { Observed } from '../../../src/engine/kind.ts';
import { eventRule } from '../../../src/reconcilers/home/event-rule.ts';
import { queue, type QueueProps } from '../../../src/reconcilers/home/queue.ts';
import { actionOf } from '../../iam-actions.ts';
import { testKind } from '../../kind-contract.ts';
import { openAccount, REGION } from '../../sandbox-account.ts';
import { assertEmpty, SandboxGateway, type Declared } from '../../sandbox-gateway.ts';

const policyFor = (action: string, ruleArn = `arn:aws:events:${REGION}:123456789012:rule/calls`) => ({
  Version: '2012-10-17' as const,
  Statement: [
    {
      Effect: 'Allow' as const,
      Principal: { Service: 'events.amazonaws.com' },
      Action: action,
      Resource: '*',
      Condition: { ArnEquals: { 'aws:SourceArn': ruleArn } },
    },
  ],
});

const propsOf = (name: string): QueueProps => ({
  queueName: `${name}-events`,
  messageRetentionSeconds: 3600,
  visibilityTimeoutSeconds: 60,
  receiveWaitSeconds: 20,
  sse: true,
  policy: policyFor('sqs:SendMessage'),
});

const setTo =
  (Attributes: Partial<Record<QueueAttributeName, string>>) =>
  async (aws: Aws, live: Observed): Promise<void> => {
    const sqs = await aws.sqs();
    await sqs.send(new sqs.SetQueueAttributesCommand({ QueueUrl: String(live.outputs['queueUrl']), Attributes }));
  };

testKind(queue, {
  props: propsOf,
  updates: [
    { messageRetentionSeconds: 7200, receiveWaitSeconds: 0 },
    { visibilityTimeoutSeconds: 30 },
    { policy: policyFor('sqs:*') },
    { sse: false },
    { sse: true },
  ],
  replacements: [{ queueName: 'own-other' }],
  observeBudget: 3,
  uncalled: ['sqs:ListQueueTags'],
  outside: {
    'a policy that was taken off': setTo({ Policy: '' }),
    'messages that are not encrypted': setTo({ SqsManagedSseEnabled: 'false' }),
    'a key of KMS': setTo({ KmsMasterKeyId: 'alias/aws/sqs' }),
  },
});

describe('Queue', () => {
  const declare = (gateway: SandboxGateway, wanted = true): Declared =>
    gateway.declare((graph) => wanted && graph.add(queue, 'events', propsOf('own')), [queue]);

  test('its name is free a minute after it was deleted, and is waited for', async () => {
    const gateway = new SandboxGateway(await openAccount());
    await gateway.apply(declare(gateway));
    await gateway.destroy(declare(gateway));
    const sqs = await gateway.aws.sqs();
    await assert.rejects(sqs.send(new sqs.CreateQueueCommand({ QueueName: 'own-events' })), (error) => {
      const { code, disposition } = toReconcileError(error);
      return code === 'QueueDeletedRecently' && disposition === 'waiting';
    });
    gateway.calls.length = 0;
    await gateway.apply(declare(gateway));
    assert.ok(gateway.calls.filter((call) => actionOf(call) === 'sqs:CreateQueue').length > 1);
    assertEmpty(await gateway.plan(declare(gateway)));
  });

  test('one that is no longer wanted is found although no node names it', async () => {
    const gateway = new SandboxGateway(await openAccount());
    await gateway.apply(declare(gateway));
    const plan = await gateway.plan(declare(gateway, false));
    assert.deepEqual(
      plan.steps.map((step) => [step.node, step.action]),
      [['Queue/events', 'delete']],
    );
  });

  test("one of somebody else's under our name is refused", async () => {
    const gateway = new SandboxGateway(await openAccount());
    const sqs = await gateway.aws.sqs();
    await sqs.send(new sqs.CreateQueueCommand({ QueueName: 'own-events' }));
    const plan = await gateway.plan(declare(gateway));
    assert.deepEqual(plan.steps, []);
    assert.match(plan.states.get('Queue/events')?.because ?? '', /belongs to somebody else/);
  });

  test('it goes after the rule that sends to it, although its policy names the rule', async () => {
    const account = await openAccount();
    const gateway = new SandboxGateway(account);
    const ruleArn = `arn:aws:events:${REGION}:${account.accountId}:rule/calls`;
    const wanted = gateway.declare((graph) => {
      const to = graph.add(queue, 'events', { ...propsOf('own'), policy: policyFor('sqs:SendMessage', ruleArn) });
      graph.add(eventRule, 'calls', {
        ruleName: 'calls',
        description: 'Calls',
        pattern: { source: ['aws.ec2'] },
        state: 'ENABLED',
        targetArn: to.ref('queueArn'),
      });
    });
    await gateway.apply(wanted);
    assertEmpty(await gateway.plan(wanted));

    const plan = await gateway.planDestroy(wanted);
    assert.deepEqual(
      plan.steps.map((step) => [step.node, step.waitsFor]),
      [
        ['Queue/events', ['EventRule/calls']],
        ['EventRule/calls', []],
      ],
    );
    await gateway.destroy(wanted);
  });
});
