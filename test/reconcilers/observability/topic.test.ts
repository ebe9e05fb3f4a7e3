import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CreateTopicCommand } from '@aws-sdk/client-sns';
import { topic } from '../../../src/reconcilers/observability/topic.ts';
import { testKind } from '../../kind-contract.ts';
import { openAccount } from '../../sandbox-account.ts';
import { assertEmpty, SandboxGateway, type Declared } from '../../sandbox-gateway.ts';

testKind(topic, {
  props: (name) => ({ topicName: `${name}-v2-alarms` }),
  replacements: [{ topicName: 'own-v2-other' }],
  observeBudget: 2,
  uncalled: ['sns:ListTagsForResource'],
});

describe('Topic', () => {
  const declare = (gateway: SandboxGateway, wanted: boolean): Declared =>
    gateway.declare((graph) => wanted && graph.add(topic, 'alarms', { topicName: 'own-v2-alarms' }), [topic]);

  test('one that is no longer wanted is found although no node names it', async () => {
    const gateway = new SandboxGateway(await openAccount());
    await gateway.apply(declare(gateway, true));
    const plan = await gateway.plan(declare(gateway, false));
    assert.deepEqual(
      plan.steps.map((step) => [step.node, step.action]),
      [['Topic/alarms', 'delete']],
    );
    await gateway.apply(declare(gateway, false));
    assertEmpty(await gateway.plan(declare(gateway, false)));
  });

  test("one of somebody else's under our name is refused", async () => {
    const gateway = new SandboxGateway(await openAccount());
    const sns = await gateway.aws.sns();
    await sns.send(new CreateTopicCommand({ Name: 'own-v2-alarms' }));
    const plan = await gateway.plan(declare(gateway, true));
    assert.deepEqual(plan.steps, []);
    assert.match(plan.states.get('Topic/alarms')?.because ?? '', /belongs to somebody else/);
  });
});
