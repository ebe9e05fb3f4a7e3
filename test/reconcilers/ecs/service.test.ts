import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { must } from '../../../src/engine/errors.ts';
import type { Observed } from '../../../src/engine/kind.ts';
import type { NodeState } from '../../../src/engine/plan.ts';
import { liveOf } from '../../../src/engine/snapshot.ts';
import type { ServiceProps } from '../../../src/reconcilers/ecs/service-form.ts';
import { service } from '../../../src/reconcilers/ecs/service.ts';
import { testKind } from '../../kind-contract.ts';
import { openAccount } from '../../sandbox-account.ts';
import { assertEmpty, SandboxGateway, type Declared } from '../../sandbox-gateway.ts';
import { CRASHING, GOOD, Workloads } from './workloads.ts';

const reachedAs = (name: string) => ({
  namespaceArn: { $ref: 'Namespace/main', output: 'namespaceArn' },
  aliases: { port: { name, port: 8000 } },
});

testKind(service, {
  needs: (graph, name) => {
    const workloads = new Workloads(graph, name);
    workloads.definition('other', 'public.ecr.aws/example/server:2');
    return workloads.service('server', workloads.definition('server'));
  },
  props: (name) => (name === 'stranger' ? { serviceName: 'stranger', serviceConnect: undefined } : {}),
  updates: [
    { desiredCount: 2 },
    { taskDefinition: { $ref: 'TaskDefinition/other', output: 'taskDefinitionArn', when: 'ready' } },
    { deployment: { maximumPercent: 150, minimumHealthyPercent: 50, rollback: false } },
    { capacityProviderStrategy: [{ capacityProvider: 'FARGATE_SPOT', base: 1, weight: 100 }] },
    { capacityProviderStrategy: [] },
    { subnetIds: [{ $ref: 'Subnet/private-b', output: 'subnetId' }] },
    { enableExecuteCommand: false },
    { enableECSManagedTags: false },
  ],
  // Under another name it may not take over the old one's name in the namespace.
  replacements: [{ serviceName: 'own-v2-renamed', serviceConnect: reachedAs('renamed') }],
  observeBudget: 5,
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
  const declare = (image: string, environment = '8000', change: object = {}): Declared =>
    gateway.declare((graph) => {
      const workloads = new Workloads(graph, 'own');
      graph.add(service, 'server', {
        ...workloads.service('server', workloads.definition('server', image, environment)),
        ...change,
      });
    });
  const stateOf = async (declared: Declared): Promise<NodeState> =>
    must((await gateway.plan(declared)).states.get('Service/server'), 'state');
  const updates = (): number => gateway.calls.filter((call) => call.operation === 'UpdateService').length;

  before(async () => {
    gateway = new SandboxGateway(await openAccount());
    await gateway.apply(declare(GOOD));
  });

  test('that fails is rolled back by ECS, and the service stalls with stop reason, exit code and last lines', async () => {
    const outcome = await gateway.attempt(declare(CRASHING));
    assert.equal(outcome.result, 'failed');
    assert.deepEqual(outcome.plan.steps, []);
    const { phase, because } = must(outcome.plan.states.get('Service/server'), 'state');
    assert.equal(phase, 'stalled');
    assert.match(
      because ?? '',
      /^its rollout failed and was rolled back by ECS after \d+ failed tasks: .*circuit breaker/,
    );
    assert.match(because ?? '', /^stop reason: Essential container in task exited \(EssentialContainerExited\)$/m);
    assert.match(because ?? '', /^main: exit code 1/m);
    assert.match(because ?? '', /^main: \S.*\n(main: .*\n)*running now: own-v2-server:1$/m);
  });

  test('that failed is not tried again, by this process or another', async () => {
    const sent = updates();
    const again = await gateway.attempt(declare(CRASHING));
    assert.equal(again.result, 'failed');
    assert.deepEqual(again.done, []);
    assert.equal(updates(), sent);
  });

  test('that failed does not hold up a change that begins none', async () => {
    await gateway.attempt(declare(CRASHING, '8000', { desiredCount: 2 }));
    const { phase, live } = await stateOf(declare(CRASHING, '8000', { desiredCount: 2 }));
    assert.equal(live?.props['desiredCount'], 2);
    assert.equal(phase, 'stalled');
  });

  test('of something else goes on after one that failed', async () => {
    await gateway.apply(declare(GOOD, '8001'));
    assertEmpty(await gateway.plan(declare(GOOD, '8001')));
  });

  test('that ECS cannot roll back to anything stalls as well', async () => {
    const account = new SandboxGateway(await openAccount());
    const declared = account.declare((graph) => {
      const workloads = new Workloads(graph, 'own');
      graph.add(service, 'server', workloads.service('server', workloads.definition('server', CRASHING)));
    });
    const { plan } = await account.attempt(declared);
    assert.match(plan.states.get('Service/server')?.because ?? '', /its rollout failed.*\nstop reason: /);
    assert.equal(plan.states.get('Service/server')?.phase, 'stalled');
    await account.destroy(declared);
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
