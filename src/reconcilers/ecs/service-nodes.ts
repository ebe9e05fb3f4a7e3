import { must } from '../../engine/errors.ts';
import type { Handle } from '../../engine/graph.ts';
import { format, type Input, type NodeId } from '../../engine/ref.ts';
import type { ServiceName } from '../../spec/gateway.ts';
import type { ServiceLine, TargetName } from '../../spec/releases/release.ts';
import type { Declaration } from '../declaration.ts';
import type { ManagedPolicyOutputs } from '../identity/managed-policy.ts';
import type { RoleOutputs } from '../identity/role.ts';
import type { StrategyItem, ClusterOutputs } from './cluster.ts';
import { containersOf, secretsOf, versionOf, volumesOf, type Context } from './containers.ts';
import type { NamespaceOutputs } from './namespace.ts';
import { declareExecutionRole, declareTaskRole } from './roles.ts';
import { isScaled } from './scaling.ts';
import { service, type ServiceOutputs } from './service.ts';
import { taskDefinition, type TaskDefinitionOutputs } from './task-definition.ts';

interface Wanted {
  readonly line: ServiceLine;
  readonly context: Context;
  readonly shell: Handle<ManagedPolicyOutputs>;
  readonly namespace: Handle<NamespaceOutputs>;
  readonly cluster: Handle<ClusterOutputs>;
  readonly knows: readonly string[];
  readonly behind: Nodes;
}

type Nodes = readonly { readonly id: NodeId }[];

interface Made {
  readonly service: Handle<ServiceOutputs>;
  readonly taskDefinition: Handle<TaskDefinitionOutputs>;
}

/** One service with all that is its own: roles, task definition, and the service itself. */
export function declareService(declaration: Declaration, name: ServiceName, wanted: Wanted): Made {
  const { graph, gateway, names } = declaration;
  const { line, context, cluster, namespace } = wanted;
  const { network, ingress } = context.parts;
  const { replicas, capacity, autoscaling } = gateway.services[name];
  const execution = declareExecutionRole(declaration, name, line, context);
  const task = declareTaskRole(declaration, line, context, wanted.shell);
  const definition = declareTaskDefinition(declaration, name, line, context, { execution, task });

  const group = must(network.groups[name === 'keycloak' ? 'keycloakEcs' : name], `security group ${name}`);
  const targets = Object.entries(line.targets) as [TargetName, number][];
  const made = graph.add(
    service,
    line.name,
    {
      clusterArn: cluster.ref('clusterArn', { when: 'ready' }),
      serviceName: names.service(line.name),
      taskDefinition: definition.ref('taskDefinitionArn', { when: 'ready' }),
      desiredCount: replicas,
      ...(isScaled(line, autoscaling) && { autoscaled: { min: autoscaling.min, max: autoscaling.max } }),
      capacityProviderStrategy: strategyOf(line, capacity),
      subnetIds: network.privateSubnetIds,
      securityGroupIds: [group.ref('groupId')],
      assignPublicIp: false,
      targets: targets.map(([target, containerPort]) => ({
        targetGroupArn: must(ingress.targetGroups[target], `target group ${target}`).ref('targetGroupArn'),
        containerName: must(line.containers[0], 'container').name,
        containerPort,
      })),
      ...(line.grace !== undefined && { healthCheckGracePeriodSeconds: line.grace }),
      ...(line.alias && {
        serviceConnect: {
          namespaceArn: namespace.ref('namespaceArn', { when: 'ready' }),
          aliases: { [line.alias.portName]: { name: line.alias.name, port: line.alias.port } },
        },
      }),
      enableExecuteCommand: line.shell,
      enableECSManagedTags: true,
      deployment: { maximumPercent: line.rollout.max, minimumHealthyPercent: line.rollout.min, rollback: true },
      knows: wanted.knows,
    },
    { after: [execution, task, ...beforeTasks(name, line, context)], behind: wanted.behind },
  );
  return { service: made, taskDefinition: definition };
}

function declareTaskDefinition(
  { graph, gateway, names }: Declaration,
  name: ServiceName,
  line: ServiceLine,
  context: Context,
  roles: Readonly<Record<'execution' | 'task', Handle<RoleOutputs>>>,
): Handle<TaskDefinitionOutputs> {
  const { cpu, memory, environment } = gateway.services[name];
  const { parts } = context;
  // Only what people reach knows the addresses.
  const isPublic = Object.keys(line.targets).length > 0;
  const told = isPublic ? parts.ingress.told : { after: [], behind: [] };
  const known = isPublic && name !== 'keycloak' ? parts.keycloak.told : [];
  const secrets = secretsOf(line, environment, context);
  const versions = secrets.flatMap((from) => versionOf(from, parts) ?? []);
  const parameters = secrets.flatMap((from) => ('parameter' in from ? [parts.data.parameters[from.parameter]] : []));
  return graph.add(
    taskDefinition,
    line.name,
    {
      family: names.service(line.name),
      cpu,
      memory,
      executionRoleArn: roles.execution.ref('roleArn'),
      taskRoleArn: roles.task.ref('roleArn'),
      volumes: volumesOf(line, context),
      containers: containersOf(line, environment, context),
      secretVersions: versions.reduce<Input<string>>((all, version) => format`${all} ${version}`, ''),
    },
    // A new version of a secret is in its parameter before a task is started for it.
    { after: [...parameters, ...told.after, ...known], behind: told.behind },
  );
}

/** What its tasks need in order to start well: three that fail make ECS give the deployment up. */
function beforeTasks(name: ServiceName, line: ServiceLine, { conditions, parts }: Context): Nodes {
  const { network, data, ingress } = parts;
  const hasMounts = line.containers.some((container) => Object.keys(container.mounts).length > 0);
  const usesDocumentdb = conditions.documentdb && (name === 'registry' || name === 'auth');
  return [
    ...network.internetReady,
    ...(hasMounts ? data.files.ready : []),
    ...(name === 'keycloak' ? data.aurora.ready : []),
    ...(usesDocumentdb ? data.documentdb.ready : []),
    ...(Object.keys(line.targets) as TargetName[]).flatMap((target) => ingress.listenersReady[target] ?? []),
  ];
}

/** Keycloak's has the launch type, which is no strategy, until it is to run on spare capacity. */
function strategyOf({ cluster }: ServiceLine, capacity: 'fargate' | 'fargate-spot'): readonly StrategyItem[] {
  if (capacity === 'fargate-spot') return [{ capacityProvider: 'FARGATE_SPOT', base: 1, weight: 100 }];
  return cluster === 'keycloak' ? [] : [{ capacityProvider: 'FARGATE', base: 1, weight: 100 }];
}
