import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NODE_TAG, OWNER_TAG } from '../../../src/engine/graph.ts';
import { liveOf } from '../../../src/engine/snapshot.ts';
import { workspace } from '../../../src/reconcilers/observability/workspace.ts';
import { testKind } from '../../kind-contract.ts';
import { openAccount } from '../../sandbox-account.ts';
import { assertEmpty, printPlan, SandboxGateway, type Declared } from '../../sandbox-gateway.ts';

testKind(workspace, {
  props: (name) => ({ alias: `${name}-v2-prometheus` }),
  replacements: [{ alias: 'own-v2-other' }],
  observeBudget: 1,
});

describe('Workspace beside its twin', () => {
  const declare = (gateway: SandboxGateway): Declared =>
    gateway.declare((graph) => graph.add(workspace, 'metrics', { alias: 'own-v2-prometheus' }));

  test('of two the older one stays, and the other, which would cost money, goes', async () => {
    const gateway = new SandboxGateway(await openAccount());
    await gateway.apply(declare(gateway));
    const first = liveOf(await gateway.look(declare(gateway)), 'Workspace')[0]?.outputs['workspaceId'];
    const amp = await gateway.aws.amp();
    const tags = { [OWNER_TAG]: gateway.aws.owner, [NODE_TAG]: 'Workspace/metrics' };
    await amp.send(new amp.CreateWorkspaceCommand({ alias: 'own-v2-prometheus', tags }));
    await gateway.apply(declare(gateway));
    assertEmpty(await gateway.plan(declare(gateway)));
    const left = liveOf(await gateway.look(declare(gateway)), 'Workspace').filter((live) => live.phase === 'ready');
    assert.deepEqual(
      left.map((live) => live.outputs['workspaceId']),
      [first],
    );
  });

  test("one of the same alias that nobody marked is somebody else's", async () => {
    const gateway = new SandboxGateway(await openAccount());
    const amp = await gateway.aws.amp();
    await amp.send(new amp.CreateWorkspaceCommand({ alias: 'own-v2-prometheus' }));
    const plan = await gateway.plan(declare(gateway));
    assert.deepEqual(
      plan.steps.map((step) => [step.node, step.action]),
      [['Workspace/metrics', 'create']],
      printPlan(plan),
    );
  });
});
