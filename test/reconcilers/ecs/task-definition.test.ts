import assert from 'node:assert/strict';
import { test } from 'node:test';
import { must } from '../../../src/engine/errors.ts';
import { OWNER_TAG } from '../../../src/engine/graph.ts';
import { liveOf } from '../../../src/engine/snapshot.ts';
import { taskDefinition } from '../../../src/reconcilers/ecs/task-definition.ts';
import { testKind } from '../../kind-contract.ts';
import { openAccount } from '../../sandbox-account.ts';
import { SandboxGateway } from '../../sandbox-gateway.ts';
import { definitionOf } from './workloads.ts';

const roleArn = 'arn:aws:iam::123456789012:role/tasks';
const base = definitionOf('', { roleArn, logGroupName: '/ecs/tasks' });
const main = must(Object.values(base.containers)[0], 'container');
const secret = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:key-AbCdEf';
const health = { command: ['CMD-SHELL', 'nc -z localhost 8000'], interval: 30, timeout: 5, retries: 3, start: 60 };

testKind(taskDefinition, {
  props: (name) => ({ ...base, family: name === 'stranger' ? 'other-v2-stranger' : `${name}-v2-server` }),
  updates: [
    { cpu: 512, memory: 1024 },
    { taskRoleArn: `${roleArn}-other` },
    { executionRoleArn: `${roleArn}-other` },
    { volumes: { logs: { fileSystemId: 'fs-01234567', accessPointId: 'fsap-01234567' } } },
    {
      containers: {
        main: {
          ...main,
          command: ['start', '--optimized'],
          environment: { PORT: '8000', EMPTY: '', A: '{}' },
          secrets: { SECRET_KEY: secret, PASSWORD: `${secret}:password::` },
          ports: { port: 8000, other: 9000 },
          mounts: { '/app/logs': 'logs' },
          health,
        },
        side: { ...main, essential: false, ports: {}, startsAfter: 'main' },
      },
    },
    { secretVersions: ' 6f6a7c0e-first 9a1b-second' },
  ],
  replacements: [{ family: 'own-v2-other' }],
  observeBudget: 2,
  uncalled: ['ecs:ListTaskDefinitions', 'ecs:ListServices', 'ecs:DescribeServices'],
});

test('the last five revisions stay, and those that somebody else registered', async () => {
  const gateway = new SandboxGateway(await openAccount());
  const declare = (memory: number) =>
    gateway.declare((graph) => void graph.add(taskDefinition, 'server', { ...base, family: 'own-v2-server', memory }));
  const ecs = await gateway.aws.ecs();
  for (const memory of [512, 1024]) await gateway.apply(declare(memory));
  const theirs = await ecs.send(
    new ecs.RegisterTaskDefinitionCommand({
      family: 'own-v2-server',
      containerDefinitions: [{ name: 'main', image: 'public.ecr.aws/example/theirs:1', memory: 128 }],
    }),
  );
  assert.equal(theirs.taskDefinition?.revision, 3);
  const seen = liveOf(await gateway.look(declare(1024)), 'TaskDefinition');
  assert.deepEqual(
    seen.map((item) => String(item.outputs['taskDefinitionArn']).split(':').pop()),
    ['2'],
    'theirs was taken for ours',
  );

  for (const memory of [512, 1024, 2048, 512, 1024, 2048, 512]) await gateway.apply(declare(memory));
  const { SDK } = { SDK: await import('@aws-sdk/client-ecs') };
  const { taskDefinitionArns } = await ecs.send(
    new SDK.ListTaskDefinitionsCommand({ familyPrefix: 'own-v2-server', status: 'ACTIVE' }),
  );
  assert.deepEqual(
    taskDefinitionArns?.map((arn) => arn.split(':').pop()),
    ['3', '6', '7', '8', '9', '10'],
  );

  await gateway.destroy(declare(512));
  const left = await ecs.send(new SDK.ListTaskDefinitionsCommand({ familyPrefix: 'own-v2-server', status: 'ACTIVE' }));
  assert.deepEqual(
    left.taskDefinitionArns?.map((arn) => arn.split(':').pop()),
    ['3'],
  );
});

test("a family that is another gateway's is refused", async () => {
  const account = await openAccount();
  const [own, other] = ['own', 'other'].map((name) => new SandboxGateway(account, { name }));
  assert(own !== undefined && other !== undefined);
  const declare = (gateway: SandboxGateway) =>
    gateway.declare((graph) => void graph.add(taskDefinition, 'keycloak', { ...base, family: 'keycloak' }));
  await other.apply(declare(other));
  const { states, steps } = await own.plan(declare(own));
  assert.match(states.get('TaskDefinition/keycloak')?.because ?? '', /belongs to the gateway us-east-1\/other/);
  assert.deepEqual(steps, []);
  const [theirs] = liveOf(await other.look(declare(other)), 'TaskDefinition');
  assert.equal(theirs?.tags?.[OWNER_TAG], 'us-east-1/other');
});
