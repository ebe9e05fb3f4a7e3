import type { Service } from '@aws-sdk/client-ecs';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Aws } from '../../../src/aws/aws.ts';
import { rolloutOf } from '../../../src/reconcilers/ecs/rollout.ts';
import { awsOf, openAccount } from '../../sandbox-account.ts';

const BEGUN = Date.parse('2026-01-01T12:00:00Z');

/** A service whose tasks find no room, since noon. */
const crowded: Service = {
  status: 'ACTIVE',
  clusterArn: 'arn:aws:ecs:us-east-1:123456789012:cluster/own',
  serviceArn: 'arn:aws:ecs:us-east-1:123456789012:service/own/server',
  serviceName: 'server',
  taskDefinition: 'arn:aws:ecs:us-east-1:123456789012:task-definition/server:1',
  runningCount: 0,
  desiredCount: 1,
  deployments: [
    {
      id: 'ecs-svc/1',
      status: 'PRIMARY',
      rolloutState: 'IN_PROGRESS',
      runningCount: 0,
      desiredCount: 1,
      createdAt: new Date(BEGUN),
    },
  ],
  events: [{ createdAt: new Date(BEGUN + 1), message: '(service server) was unable to place a task: no capacity' }],
};

async function after(ms: number): Promise<Aws> {
  const aws = awsOf(await openAccount(), { name: 'own' });
  return { ...aws, clock: { ...aws.clock, now: () => BEGUN + ms } };
}

test('a rollout is underway until its deadline, and says what it lacks', async () => {
  const aws = await after(0);
  const { phase, because } = await rolloutOf(await after(aws.timing.rollout), crowded, []);
  assert.equal(phase, 'pending');
  assert.equal(because, '0 of 1 tasks run\n(service server) was unable to place a task: no capacity');
});

test('a rollout that does not end fails at its deadline, whoever began it', async () => {
  const aws = await after(0);
  const { phase, because } = await rolloutOf(await after(aws.timing.rollout + 1), crowded, []);
  assert.equal(phase, 'failed');
  assert.match(because ?? '', /^its rollout does not come to an end.*\n.*unable to place a task: no capacity$/);
});

test('a service that only gets more tasks is no rollout, however long ago it was deployed', async () => {
  const aws = await after((await after(0)).timing.rollout + 1);
  const ecs = await aws.ecs();
  const record = { status: 'SUCCESSFUL', createdAt: new Date(BEGUN), targetServiceRevisionArn: 'service-revision/1' };
  const send = async (): Promise<unknown> => ({ serviceDeployments: [record] });
  const env = { ...aws, ecs: async () => ({ ...ecs, send }) as typeof ecs };
  const { phase, because } = await rolloutOf(env, crowded, []);
  assert.deepEqual([phase, because?.split('\n')[0]], ['pending', '0 of 1 tasks run']);
});
