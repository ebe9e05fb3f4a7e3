import assert from 'node:assert/strict';
import { test } from 'node:test';
import { liveOf } from '../../../src/engine/snapshot.ts';
import { scalableTarget } from '../../../src/reconcilers/ecs/scalable-target.ts';
import { scalingPolicy } from '../../../src/reconcilers/ecs/scaling-policy.ts';
import { service } from '../../../src/reconcilers/ecs/service.ts';
import { testKind } from '../../kind-contract.ts';
import { openAccount } from '../../sandbox-account.ts';
import { assertEmpty, SandboxGateway, type Declared } from '../../sandbox-gateway.ts';
import { Workloads } from './workloads.ts';
import type { GraphBuilder } from '../../../src/engine/graph.ts';

const resourceIdOf = (owner: string): string => `service/${owner}-cluster/${owner}-v2-server`;

function addService(graph: GraphBuilder, owner: string, autoscaled = { min: 0, max: 6 }): void {
  const workloads = new Workloads(graph, owner);
  const props = workloads.service('server', workloads.definition('server'));
  graph.add(service, 'server', { ...props, autoscaled });
}

testKind(scalableTarget, {
  needs: (graph, name) => {
    addService(graph, name);
    return { resourceId: resourceIdOf(name) };
  },
  after: ['Service/server'],
  props: { minCapacity: 1, maxCapacity: 4 },
  updates: [{ maxCapacity: 6 }, { minCapacity: 0 }],
  observeBudget: 1,
});

testKind(scalingPolicy, {
  needs: (graph, name) => {
    addService(graph, name);
    const target = { resourceId: resourceIdOf(name), minCapacity: 1, maxCapacity: 4 };
    graph.add(scalableTarget, 'server', target, { after: [{ id: 'Service/server' }] });
    return { resourceId: resourceIdOf(name) };
  },
  after: ['ScalableTarget/server'],
  props: {
    policyName: 'cpu',
    metric: 'ECSServiceAverageCPUUtilization',
    targetValue: 70,
    scaleInCooldown: 300,
    scaleOutCooldown: 60,
  },
  updates: [
    { targetValue: 60 },
    { metric: 'ECSServiceAverageMemoryUtilization' },
    { scaleInCooldown: 200, scaleOutCooldown: 30 },
  ],
  replacements: [{ policyName: 'memory' }],
  observeBudget: 1,
});

test('the number of tasks is let be within the bounds, and put right outside them', async () => {
  const gateway = new SandboxGateway(await openAccount());
  const declare = (autoscaled: object): Declared =>
    gateway.declare((graph) => {
      const workloads = new Workloads(graph, 'own');
      graph.add(service, 'server', { ...workloads.service('server', workloads.definition('server')), ...autoscaled });
    });
  const scaled = declare({ autoscaled: { min: 1, max: 3 } });
  await gateway.apply(scaled);
  const ecs = await gateway.aws.ecs();
  const setCount = (desiredCount: number) =>
    ecs.send(new ecs.UpdateServiceCommand({ cluster: 'own-cluster', service: 'own-v2-server', desiredCount }));

  await setCount(3);
  assert.deepEqual((await gateway.plan(scaled)).steps, []);
  const fixed = await gateway.plan(declare({}));
  assert.deepEqual(
    fixed.steps.map((step) => step.changes),
    [[{ path: '/desiredCount', from: 3, to: 1, replaces: false }]],
  );

  await setCount(0);
  await gateway.apply(scaled);
  assert.equal(liveOf(await gateway.look(scaled), 'Service')[0]?.props['desiredCount'], 1);
});

test('a quiet look registers nothing: each registration would move the number of tasks', async () => {
  const gateway = new SandboxGateway(await openAccount());
  const declared = gateway.declare((graph) => {
    addService(graph, 'own');
    const target = { resourceId: resourceIdOf('own'), minCapacity: 2, maxCapacity: 4 };
    graph.add(scalableTarget, 'server', target, { after: [{ id: 'Service/server' }] });
  });
  await gateway.apply(declared);
  gateway.calls.length = 0;
  assertEmpty(await gateway.plan(declared));
  const { done } = await gateway.apply(declared);
  assert.deepEqual(
    done.filter((step) => step.kind === 'ScalableTarget'),
    [],
  );
  assert.ok(!gateway.calls.some((call) => call.operation === 'RegisterScalableTarget'));
});
