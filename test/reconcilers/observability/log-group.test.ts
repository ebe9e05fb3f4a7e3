import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  CreateLogGroupCommand,
  DeleteRetentionPolicyCommand,
  PutAccountPolicyCommand,
  PutRetentionPolicyCommand,
  TagLogGroupCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { setTimeout as sleep } from 'node:timers/promises';
import { logGroup } from '../../../src/reconcilers/observability/log-group.ts';
import { testKind } from '../../kind-contract.ts';
import { openAccount } from '../../sandbox-account.ts';
import { assertEmpty, printPlan, SandboxGateway, type Declared } from '../../sandbox-gateway.ts';

testKind(logGroup, {
  props: (name) => ({ logGroupName: `/ecs/${name}-registry`, retentionInDays: 7 }),
  updates: [{ retentionInDays: 30 }],
  replacements: [{ logGroupName: '/ecs/own-other' }],
  observeBudget: 2,
  uncalled: ['logs:ListTagsForResource'],
  outside: {
    'lines that are kept for ever': async (aws, live) => {
      const logs = await aws.logs();
      const logGroupName = String(live.props['logGroupName']);
      await logs.send(new DeleteRetentionPolicyCommand({ logGroupName }));
    },
  },
});

describe('LogGroup beside what AWS and others do', () => {
  const logGroupName = '/aws/docdb/own-documentdb-cluster/audit';
  const declare = (gateway: SandboxGateway): Declared =>
    gateway.declare((graph) => graph.add(logGroup, 'audit', { logGroupName, retentionInDays: 7 }));

  test('a group that AWS made first is taken over and keeps its lines', async () => {
    const gateway = new SandboxGateway(await openAccount());
    const logs = await gateway.aws.logs();
    await logs.send(new CreateLogGroupCommand({ logGroupName }));
    const plan = await gateway.plan(declare(gateway));
    assert.deepEqual(
      plan.steps.map((step) => [step.node, step.action]),
      [['LogGroup/audit', 'update']],
      printPlan(plan),
    );
    const { done } = await gateway.apply(declare(gateway));
    assert.deepEqual(
      done.map((step) => step.verb),
      ['update'],
    );
    assertEmpty(await gateway.plan(declare(gateway)));
  });

  test("another tool's group is left alone", async () => {
    const gateway = new SandboxGateway(await openAccount());
    const logs = await gateway.aws.logs();
    await logs.send(new CreateLogGroupCommand({ logGroupName }));
    await logs.send(new TagLogGroupCommand({ logGroupName, tags: { ManagedBy: 'terraform' } }));
    const plan = await gateway.plan(declare(gateway));
    assert.deepEqual(plan.steps, []);
    assert.match(plan.states.get('LogGroup/audit')?.because ?? '', /belongs to Terraform/);
  });

  for (const [retentionInDays, words] of [
    [90, 'for 90 days'],
    ['NEVER_EXPIRE', 'for ever'],
  ] as const)
    test(`a policy of the account that keeps lines ${words} stands above ours, and the group says so`, async () => {
      const gateway = new SandboxGateway(await openAccount());
      const declared = declare(gateway);
      await gateway.apply(declared);
      const logs = await gateway.aws.logs();
      const policyDocument = JSON.stringify({ retentionInDays, enforcementMode: 'RETROACTIVE' });
      await logs.send(
        new PutAccountPolicyCommand({
          policyName: 'company',
          policyType: 'RETENTION_POLICY',
          policyDocument,
          scope: 'ALL',
        }),
      );
      const applies = async (): Promise<string | undefined> =>
        (await gateway.plan(declared)).states.get('LogGroup/audit')?.because;
      while ((await applies()) === undefined) await sleep(100);
      assert.equal(await applies(), `its lines are kept ${words}, as the account's policy company says`);
      assertQuiet(await gateway.plan(declared));
      await logs.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays: 1 }));
      assertQuiet(await gateway.plan(declared));
      assert.deepEqual((await gateway.apply(declared)).done, []);
    });

  function assertQuiet({ steps, states }: Awaited<ReturnType<SandboxGateway['plan']>>): void {
    assert.deepEqual(steps, []);
    assert.equal(states.get('LogGroup/audit')?.phase, 'ready');
  }
});
