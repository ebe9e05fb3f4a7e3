import type { UpdateServiceCommandInput } from '@aws-sdk/client-ecs';
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { Aws } from '../../../src/aws/aws.ts';
import { must } from '../../../src/engine/errors.ts';
import type { Observed } from '../../../src/engine/kind.ts';
import { liveOf } from '../../../src/engine/snapshot.ts';
import type { ServiceProps } from '../../../src/reconcilers/ecs/service-form.ts';
import { service } from '../../../src/reconcilers/ecs/service.ts';
import { testKind } from '../../kind-contract.ts';
import { openAccount } from '../../sandbox-account.ts';
import { assertEmpty, SandboxGateway, type Declared } from '../../sandbox-gateway.ts';
import { CRASHING, GOOD, Workloads } from './workloads.ts';

async function byHand(aws: Aws, rest: Partial<UpdateServiceCommandInput>): Promise<void> {
  const ecs = await aws.ecs();
  await ecs.send(new ecs.UpdateServiceCommand({ cluster: 'own-cluster', service: 'own-v2-renamed', ...rest }));
}

const reachedAs = (name: string) => ({
  namespaceArn: { $ref: 'Namespace/main', output: 'namespaceArn' },
  aliases: { port: { name, port: 8000 } },
});

testKind(service, {
  needs: (graph, name) => {
    const workloads = new Workloads(graph, name);
    workloads.definition('other', { image: 'public.ecr.aws/example/server:2' });
    return workloads.service('server', workloads.definition('server'));
  },
  props: (name) => (name === 'stranger' ? { serviceName: 'stranger', serviceConnect: undefined } : {}),
  updates: [
    { desiredCount: 2 },
    { taskDefinition: { $ref: 'TaskDefinition/other', output: 'taskDefinitionArn', when: 'ready' } },
    { deployment: { maximumPercent: 150, minimumHealthyPercent: 50, rollback: false } },
    { deployment: { maximumPercent: 150, minimumHealthyPercent: 50, rollback: true } },
    { capacityProviderStrategy: [{ capacityProvider: 'FARGATE_SPOT', base: 1, weight: 100 }] },
    { capacityProviderStrategy: [] },
    { subnetIds: [{ $ref: 'Subnet/private-b', output: 'subnetId' }] },
    { enableExecuteCommand: false },
    { enableECSManagedTags: false },
  ],
  // Under another name it may not take over the old one's name in the namespace.
  replacements: [{ serviceName: 'own-v2-renamed', serviceConnect: reachedAs('renamed') }],
  observeBudget: 2,
  outside: {
    'another revision rolled out by hand': (aws) => byHand(aws, { taskDefinition: 'own-v2-server:1' }),
    'the circuit breaker switched off': (aws) =>
      byHand(aws, { deploymentConfiguration: { deploymentCircuitBreaker: { enable: false, rollback: false } } }),
    'Service Connect switched off': (aws) => byHand(aws, { serviceConnectConfiguration: { enabled: false } }),
    'public addresses for its tasks': (aws, { props }) => {
      const { subnetIds, securityGroupIds } = props as Pick<ServiceProps, 'subnetIds' | 'securityGroupIds'>;
      const network = { subnets: [...subnetIds], securityGroups: [...securityGroupIds] };
      return byHand(aws, { networkConfiguration: { awsvpcConfiguration: { ...network, assignPublicIp: 'ENABLED' } } });
    },
    'ECS Exec switched on': (aws) => byHand(aws, { enableExecuteCommand: true }),
  },
  uncalled: [
    'ecs:DescribeServiceDeployments',
    'ecs:DescribeServiceRevisions',
    'ecs:ListTasks',
    'ecs:DescribeTasks',
    'logs:GetLogEvents',
  ],
});

type Live = Observed<ServiceProps>;

describe('a rollout', () => {
  let gateway: SandboxGateway;
  const declare = (definition: object, change: object = {}): Declared =>
    gateway.declare((graph) => {
      const workloads = new Workloads(graph, 'own');
      const props = workloads.service('server', workloads.definition('server', definition));
      graph.add(service, 'server', { ...props, ...change });
    });
  const good = { image: GOOD };
  const crashing = { image: CRASHING };
  const sent = (): number => gateway.calls.filter((call) => call.operation === 'UpdateService').length;

  before(async () => {
    gateway = new SandboxGateway(await openAccount());
    await gateway.apply(declare(good));
  });

  test('that fails is rolled back by ECS, and the service stalls with stop reason, exit code and last lines', async () => {
    const { result, plan } = await gateway.attempt(declare(crashing));
    assert.equal(result, 'failed');
    assert.deepEqual(plan.steps, []);
    const { phase, because } = must(plan.states.get('Service/server'), 'state');
    assert.equal(phase, 'stalled');
    assert.match(
      because ?? '',
      /^its rollout failed and was rolled back by ECS after 3 failed tasks: .*circuit breaker/,
    );
    assert.match(because ?? '', /^stop reason: Essential container in task exited \(EssentialContainerExited\)$/m);
    assert.match(because ?? '', /^main: exit code 1/m);
    assert.match(because ?? '', /^main: exit code.*\n(main: .+\n)+running now: own-v2-server:1$/m);
  });

  test('that failed is not tried again, by this process or another', async () => {
    const already = sent();
    const { result, done } = await gateway.attempt(declare(crashing));
    assert.equal(result, 'failed');
    assert.deepEqual(done, []);
    assert.equal(sent(), already);
  });

  test('that failed does not hold up a change that begins none', async () => {
    const { plan } = await gateway.attempt(declare(crashing, { desiredCount: 2 }));
    const { phase, live } = must(plan.states.get('Service/server'), 'state');
    assert.equal(live?.props['desiredCount'], 2);
    assert.equal(phase, 'stalled');
  });

  test('of something else goes on after one that failed', async () => {
    const other = declare({ image: GOOD, port: '8001' });
    await gateway.apply(other);
    assertEmpty(await gateway.plan(other));
  });

  test('of the same task definition that failed stalls as well, though what runs is what is wanted', async () => {
    const secrets = await gateway.aws.secretsmanager();
    const { ARN = '' } = await secrets.send(new secrets.CreateSecretCommand({ Name: 'key', SecretString: 'value' }));
    const definition = { image: GOOD, secrets: { KEY: ARN } };
    await gateway.apply(declare(definition));
    await secrets.send(new secrets.DeleteSecretCommand({ SecretId: ARN, ForceDeleteWithoutRecovery: true }));
    const forced = declare(definition, { enableExecuteCommand: false });
    assert.equal((await gateway.attempt(forced)).result, 'failed');
    const { steps, states } = await gateway.plan(forced);
    assert.deepEqual(steps, []);
    assert.equal(states.get('Service/server')?.phase, 'stalled');
    assert.match(states.get('Service/server')?.because ?? '', /^stop reason: ResourceInitializationError: .*secret/m);
  });

  test('that fails again and again leaves what runs registered', async () => {
    const fresh = new SandboxGateway(await openAccount());
    const of = (definition: object): Declared =>
      fresh.declare((graph) => {
        const workloads = new Workloads(graph, 'own');
        graph.add(service, 'server', workloads.service('server', workloads.definition('server', definition)));
      });
    await fresh.apply(of(good));
    for (const port of ['1', '2', '3', '4', '5', '6']) await fresh.attempt(of({ ...crashing, port }));
    const ecs = await fresh.aws.ecs();
    const { services } = await ecs.send(
      new ecs.DescribeServicesCommand({ cluster: 'own-cluster', services: ['own-v2-server'] }),
    );
    const taskDefinition = must(services?.[0]?.taskDefinition, 'taskDefinition');
    assert.match(taskDefinition, /:1$/);
    const answer = await ecs.send(new ecs.DescribeTaskDefinitionCommand({ taskDefinition }));
    assert.equal(answer.taskDefinition?.status, 'ACTIVE');
    await fresh.apply(of(good));
    await fresh.destroy(of(good));
  });

  test('that ECS cannot roll back to anything stalls as well', async () => {
    const fresh = new SandboxGateway(await openAccount());
    const declared = fresh.declare((graph) => {
      const workloads = new Workloads(graph, 'own');
      graph.add(service, 'server', workloads.service('server', workloads.definition('server', crashing)));
    });
    const { plan } = await fresh.attempt(declared);
    const { phase, because } = must(plan.states.get('Service/server'), 'state');
    assert.equal(phase, 'stalled');
    assert.match(because ?? '', /^its rollout failed.*\nstop reason: /);
    await fresh.destroy(declared);
  });
});

describe('who knows whom', () => {
  let gateway: SandboxGateway;
  /** The registry and mcpgw call each other, and the registry calls `late` when that is there. */
  const declare = (late: boolean): Declared =>
    gateway.declare((graph) => {
      const workloads = new Workloads(graph, 'own');
      const definition = workloads.definition('server');
      const add = (name: string, knows: readonly string[], behind: readonly { id: string }[] = []) =>
        graph.add(service, name, workloads.service(name, definition, knows), { behind });
      const first = add('mcpgw', ['registry']);
      const second = late ? [add('late', [])] : [];
      add('registry', ['mcpgw', 'late'], [first, ...second]);
    });
  const deployments = async (name: string): Promise<number> => {
    const ecs = await gateway.aws.ecs();
    const answer = await ecs.send(
      new ecs.ListServiceDeploymentsCommand({ cluster: 'own-cluster', service: `own-v2-${name}` }),
    );
    return answer.serviceDeployments?.length ?? 0;
  };
  const serviceOf = async (name: string): Promise<Live> =>
    must(
      liveOf(await gateway.look(declare(true)), 'Service').find((item) => item.name === name),
      name,
    ) as unknown as Live;

  test('in a ring one side is deployed twice', async () => {
    gateway = new SandboxGateway(await openAccount());
    await gateway.apply(declare(false));
    assertEmpty(await gateway.plan(declare(false)));
    assert.deepEqual([await deployments('mcpgw'), await deployments('registry')], [2, 1]);
  });

  test('a server that comes later makes those who call him known to him by one more deployment', async () => {
    await gateway.apply(declare(true));
    assertEmpty(await gateway.plan(declare(true)));
    assert.deepEqual([await deployments('mcpgw'), await deployments('registry'), await deployments('late')], [2, 2, 1]);
    assert.deepEqual((await serviceOf('registry')).props.knows, ['mcpgw', 'late']);
  });

  test('what was deployed without our knowing is deployed again', async () => {
    const ecs = await gateway.aws.ecs();
    const { tags, outputs } = await serviceOf('registry');
    assert.match(tags?.['mcpgw:knows'] ?? '', /^srv-\w+( srv-\w+)+$/);
    const resourceArn = String((outputs as { serviceArn?: unknown }).serviceArn);
    await ecs.send(new ecs.TagResourceCommand({ resourceArn, tags: [{ key: 'mcpgw:knows', value: '' }] }));
    const plan = await gateway.plan(declare(true));
    assert.deepEqual(
      plan.steps.map((step) => [step.node, step.changes.map((change) => change.path)]),
      [['Service/registry', ['/knows']]],
    );
    await gateway.apply(declare(true));
    assertEmpty(await gateway.plan(declare(true)));
  });
});
