import { allow, policy, trust } from '../../../src/aws/policy.ts';
import type { GraphBuilder, Handle } from '../../../src/engine/graph.ts';
import type { Input } from '../../../src/engine/ref.ts';
import { cluster, type ClusterOutputs } from '../../../src/reconcilers/ecs/cluster.ts';
import { namespace, type NamespaceOutputs } from '../../../src/reconcilers/ecs/namespace.ts';
import type { ServiceProps } from '../../../src/reconcilers/ecs/service-form.ts';
import type { TaskDefinitionProps } from '../../../src/reconcilers/ecs/task-definition-form.ts';
import { taskDefinition, type TaskDefinitionOutputs } from '../../../src/reconcilers/ecs/task-definition.ts';
import { role, type RoleOutputs } from '../../../src/reconcilers/identity/role.ts';
import { securityGroup } from '../../../src/reconcilers/network/security-group.ts';
import { logGroup, type LogGroupOutputs } from '../../../src/reconcilers/observability/log-group.ts';
import { addSubnets, addVpc } from '../network/networks.ts';

type Wanted<Props> = { readonly [K in keyof Props]: Input<Props[K]> };

export const GOOD = 'public.ecr.aws/example/server:1';
/** The sandbox runs nothing; an image of this name is one whose program fails at once. */
export const CRASHING = 'public.ecr.aws/example/crash:1';

export const addRole = (graph: GraphBuilder, owner: string): Handle<RoleOutputs> =>
  graph.add(role, 'tasks', {
    roleName: `${owner}-tasks`,
    trust: trust('ecs-tasks.amazonaws.com'),
    inlinePolicies: {
      tasks: policy(allow(['ecr:*', 'logs:*', 'secretsmanager:GetSecretValue'], '*')),
    },
    managedPolicyArns: [],
  });

export const addLogGroup = (graph: GraphBuilder, owner: string): Handle<LogGroupOutputs> =>
  graph.add(logGroup, 'tasks', { logGroupName: `/ecs/${owner}`, retentionInDays: 7 });

export const addCluster = (graph: GraphBuilder, owner: string, rest: object = {}): Handle<ClusterOutputs> =>
  graph.add(cluster, 'main', {
    clusterName: `${owner}-cluster`,
    containerInsights: 'enabled',
    capacityProviders: ['FARGATE', 'FARGATE_SPOT'],
    defaultStrategy: [{ capacityProvider: 'FARGATE', base: 1, weight: 50 }],
    ...rest,
  });

/** One container of this name, with a port `port` that others may call. */
interface Needs {
  readonly image?: Input<string>;
  readonly port?: string;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly roleArn: Input<string>;
  readonly logGroupName: Input<string>;
}

export const definitionOf = (
  family: string,
  { image = GOOD, port = '8000', secrets = {}, roleArn, logGroupName }: Needs,
): Wanted<TaskDefinitionProps> => ({
  family,
  cpu: 256,
  memory: 512,
  executionRoleArn: roleArn,
  taskRoleArn: roleArn,
  volumes: {},
  containers: {
    main: {
      image,
      essential: true,
      environment: { PORT: port },
      secrets,
      ports: { port: 8000 },
      mounts: {},
      logGroup: logGroupName,
    },
  },
  secretVersions: '',
});

/** Everything that a service needs before it, with one task definition for each of these images. */
export class Workloads {
  readonly #graph: GraphBuilder;
  readonly #owner: string;
  readonly #roleArn: Input<string>;
  readonly #logGroupName: Input<string>;
  readonly #shared: Pick<Wanted<ServiceProps>, 'clusterArn' | 'subnetIds' | 'securityGroupIds' | 'assignPublicIp'>;
  readonly namespace: Handle<NamespaceOutputs>;

  constructor(graph: GraphBuilder, owner: string) {
    this.#graph = graph;
    this.#owner = owner;
    const main = addVpc(graph);
    const vpcId = main.ref('vpcId');
    this.#roleArn = addRole(graph, owner).ref('roleArn', { when: 'ready' });
    this.#logGroupName = addLogGroup(graph, owner).ref('logGroupName');
    this.namespace = graph.add(namespace, 'main', { namespaceName: `${owner}-v2.local`, vpcId });
    const group = graph.add(securityGroup, 'tasks', { vpcId, groupName: `${owner}-tasks`, description: 'tasks' });
    this.#shared = {
      clusterArn: addCluster(graph, owner).ref('clusterArn', { when: 'ready' }),
      subnetIds: addSubnets(graph, main).map((subnet) => subnet.ref('subnetId')),
      securityGroupIds: [group.ref('groupId')],
      assignPublicIp: false,
    };
  }

  definition(name: string, rest: Omit<Needs, 'roleArn' | 'logGroupName'> = {}): Handle<TaskDefinitionOutputs> {
    const needs = { ...rest, roleArn: this.#roleArn, logGroupName: this.#logGroupName };
    return this.#graph.add(taskDefinition, name, definitionOf(`${this.#owner}-v2-${name}`, needs));
  }

  /** A service that others reach as `name`, and that knows these others. */
  service(
    name: string,
    definition: Handle<TaskDefinitionOutputs>,
    knows: readonly string[] = [],
  ): Wanted<ServiceProps> {
    return {
      ...this.#shared,
      serviceName: `${this.#owner}-v2-${name}`,
      taskDefinition: definition.ref('taskDefinitionArn', { when: 'ready' }),
      desiredCount: 1,
      capacityProviderStrategy: [{ capacityProvider: 'FARGATE', base: 1, weight: 100 }],
      targets: [],
      serviceConnect: {
        namespaceArn: this.namespace.ref('namespaceArn', { when: 'ready' }),
        aliases: { port: { name, port: 8000 } },
      },
      enableExecuteCommand: true,
      enableECSManagedTags: true,
      deployment: { maximumPercent: 200, minimumHealthyPercent: 66, rollback: true },
      knows,
    };
  }
}
