import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Target } from '@aws-sdk/client-eventbridge';
import type { Aws } from '../../../src/aws/aws.ts';
import { toReconcileError } from '../../../src/aws/errors.ts';
import { must } from '../../../src/engine/errors.ts';
import type { Act, Observed } from '../../../src/engine/kind.ts';
import { liveOf } from '../../../src/engine/snapshot.ts';
import { eventRule, type EventRuleOutputs, type EventRuleProps } from '../../../src/reconcilers/home/event-rule.ts';
import { testKind } from '../../kind-contract.ts';
import { openAccount, REGION } from '../../sandbox-account.ts';
import { assertEmpty, printPlan, SandboxGateway, type Declared } from '../../sandbox-gateway.ts';

const queueArn = (name: string): string => `arn:aws:sqs:${REGION}:123456789012:${name}`;

const propsOf = (name: string): EventRuleProps => ({
  ruleName: `${name}-calls`,
  description: 'Calls that change what gateways consist of',
  pattern: { source: ['aws.ec2'], 'detail-type': ['AWS API Call via CloudTrail'] },
  state: 'ENABLED',
  targetArn: queueArn('events'),
});

const put =
  (...Targets: Target[]) =>
  async (aws: Aws, live: Observed): Promise<void> => {
    const events = await aws.eventbridge();
    await events.send(new events.PutTargetsCommand({ Rule: String(live.props['ruleName']), Targets }));
  };

testKind(eventRule, {
  props: propsOf,
  updates: [
    { description: 'Calls' },
    { pattern: { source: ['aws.ec2', 'aws.ecs'], detail: { eventSource: ['ec2.amazonaws.com'] } } },
    { targetArn: queueArn('others') },
  ],
  replacements: [{ ruleName: 'own-other' }],
  observeBudget: 3,
  uncalled: ['events:ListTagsForResource'],
  outside: {
    'another target': put({ Id: 'spy', Arn: queueArn('spy') }),
    'four other targets': put(...['a', 'b', 'c', 'd'].map((Id) => ({ Id, Arn: queueArn(Id) }))),
    'another text for the target': put({ Id: 'queue', Arn: queueArn('others'), Input: '{}' }),
    'no target': async (aws, live) => {
      const events = await aws.eventbridge();
      await events.send(new events.RemoveTargetsCommand({ Rule: String(live.props['ruleName']), Ids: ['queue'] }));
    },
    'a rule that is switched off': async (aws, live) => {
      const events = await aws.eventbridge();
      const { ruleName, pattern } = live.props as unknown as EventRuleProps;
      const EventPattern = JSON.stringify(pattern);
      await events.send(new events.PutRuleCommand({ Name: ruleName, EventPattern, State: 'DISABLED' }));
    },
  },
});

describe('EventRule', () => {
  const declare = (gateway: SandboxGateway, wanted = true): Declared =>
    gateway.declare((graph) => wanted && graph.add(eventRule, 'calls', propsOf('own')), [eventRule]);
  const actOf = (env: Aws): Act<Aws> => ({
    env,
    node: { id: 'EventRule/calls', name: 'calls', tags: {} },
    token: '',
    live: () => [],
  });
  const liveIn = async (gateway: SandboxGateway): Promise<Observed<EventRuleProps, EventRuleOutputs>> =>
    must(liveOf(await gateway.look(declare(gateway)), 'EventRule')[0], 'live') as never;

  test('what nobody wants of its targets is named', async () => {
    const gateway = new SandboxGateway(await openAccount());
    await gateway.apply(declare(gateway));
    await put({ Id: 'spy', Arn: queueArn('spy') })(gateway.aws, await liveIn(gateway));
    const plan = await gateway.plan(declare(gateway));
    assert.deepEqual(
      plan.steps.map((step) => step.changes.map(({ path, from, to }) => [path, from, to])),
      [[['/targetArn', { queue: queueArn('events'), spy: { Arn: queueArn('spy') } }, queueArn('events')]]],
      printPlan(plan),
    );
  });

  test('a target that EventBridge refuses in an answer of success is an error', async () => {
    const gateway = new SandboxGateway(await openAccount());
    await gateway.apply(declare(gateway));
    const events = await gateway.aws.eventbridge();
    const answers = (ErrorCode: string): Aws => {
      const failed = {
        FailedEntryCount: 1,
        FailedEntries: [{ TargetId: 'queue', ErrorCode, ErrorMessage: 'not now' }],
      };
      const refusing = { ...events, send: async () => failed } as unknown as typeof events;
      return { ...gateway.aws, eventbridge: async () => refusing };
    };
    const live = await liveIn(gateway);
    const refusedAs = async (code: string): Promise<unknown> =>
      eventRule.update?.(actOf(answers(code)), live, propsOf('own'), new Set(['targetArn'])).then(
        () => 'accepted',
        (error: unknown) => {
          const { disposition, message } = toReconcileError(error);
          return [disposition, message];
        },
      );
    assert.deepEqual(await refusedAs('ConcurrentModificationException'), ['waiting', 'target queue: not now']);
    assert.deepEqual(await refusedAs('ValidationException'), [
      'stalled',
      'AWS refused it (ValidationException): target queue: not now',
    ]);
  });

  test('one with a target that was added since it was seen goes a look later', async () => {
    const gateway = new SandboxGateway(await openAccount());
    await gateway.apply(declare(gateway));
    const before = await liveIn(gateway);
    await put({ Id: 'spy', Arn: queueArn('spy') })(gateway.aws, before);
    await assert.rejects(
      async () => eventRule.delete?.(actOf(gateway.aws), before),
      (error) => toReconcileError(error).disposition === 'waiting',
    );
    // Its own target has gone already.
    await eventRule.delete?.(actOf(gateway.aws), {
      ...before,
      props: { ...before.props, others: { spy: { Arn: queueArn('spy') } } },
    });
    assertEmpty(await gateway.plan(declare(gateway, false)));
  });

  test("one of somebody else's under our name is refused", async () => {
    const gateway = new SandboxGateway(await openAccount());
    const events = await gateway.aws.eventbridge();
    await events.send(new events.PutRuleCommand({ Name: 'own-calls', EventPattern: '{"source":["aws.ec2"]}' }));
    const plan = await gateway.plan(declare(gateway));
    assert.deepEqual(plan.steps, []);
    assert.match(plan.states.get('EventRule/calls')?.because ?? '', /belongs to somebody else/);
  });
});
