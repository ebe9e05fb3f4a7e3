import { controllerNames } from '../../aws/names.ts';
import { partitionOf } from '../../aws/partition.ts';
import { GraphBuilder } from '../../engine/graph.ts';
import type { Kinds } from '../../engine/kind.ts';
import { format, type Input } from '../../engine/ref.ts';
import type { Controller } from '../../spec/controller.ts';
import { cluster } from '../ecs/cluster.ts';
import { image } from '../ecs/image.ts';
import type { ContainerProps } from '../ecs/task-definition-form.ts';
import { taskDefinition } from '../ecs/task-definition.ts';
import { service } from '../ecs/service.ts';
import { managedPolicy } from '../identity/managed-policy.ts';
import { role } from '../identity/role.ts';
import { serviceLinkedRole } from '../identity/service-linked-role.ts';
import type { Wish } from '../index.ts';
import { bucket } from '../ingress/bucket.ts';
import { bucketPolicy } from '../ingress/bucket-settings.ts';
import { availabilityZone } from '../network/availability-zone.ts';
import { defaultSecurityGroup } from '../network/default-security-group.ts';
import { internetGateway } from '../network/internet-gateway.ts';
import { routeTableAssociation } from '../network/route-table-association.ts';
import { routeTable } from '../network/route-table.ts';
import { securityGroupRule } from '../network/security-group-rule.ts';
import { securityGroup } from '../network/security-group.ts';
import { subnet } from '../network/subnet.ts';
import { vpc } from '../network/vpc.ts';
import { logGroup } from '../observability/log-group.ts';
import { eventRule } from './event-rule.ts';
import { declareEvents } from './events.ts';
import { declareHomeNetwork } from './network.ts';
import { queue } from './queue.ts';
import { declareHomeRoles } from './roles.ts';

/** Every kind that a controller's home consists of, by the domain that people see it in. */
export const homeKinds: Kinds = {
  network: [
    availabilityZone,
    vpc,
    subnet,
    internetGateway,
    routeTable,
    routeTableAssociation,
    defaultSecurityGroup,
    securityGroup,
    securityGroupRule,
  ],
  identity: [serviceLinkedRole, role, managedPolicy],
  data: [bucket],
  events: [queue, eventRule],
  ecs: [image, cluster, taskDefinition, service],
  observability: [logGroup],
};

const PORT = 9464;
/** A quarter of a vCPU, the least that there is. */
const CPU = 256;
/** Days. */
const VERSIONS_STAY = 30;

/** Everything that a daemon needs to run in AWS by itself. */
export function declareHome(controller: Controller): Wish {
  const { name, accountId, region, memory } = controller;
  const names = controllerNames(name, region, accountId);
  const graph = new GraphBuilder(`${region}/${name}`, { component: 'mcpgw-controller', ...controller.tags });

  const network = declareHomeNetwork(graph, controller, names);
  const state = graph.add(
    bucket,
    'state',
    {
      bucketName: names.bucket,
      ownership: 'BucketOwnerEnforced',
      versioned: true,
      encryption: 'AES256',
      publicAccessBlocked: true,
      lifecycle: { versionsExpireAfter: VERSIONS_STAY, abortUploadsAfter: 1 },
      policy: bucketPolicy(`arn:${partitionOf(region)}:s3:::${names.bucket}`),
    },
    { title: names.bucket },
  );
  const events = declareEvents(graph, controller, names);
  const logs = graph.add(logGroup, 'controller', {
    logGroupName: names.logGroup,
    retentionInDays: controller.logRetentionDays,
  });
  const used = {
    queueArn: events.ref('queueArn'),
    bucketName: state.ref('bucketName'),
    logGroupName: logs.ref('logGroupName'),
  };
  const roles = declareHomeRoles(graph, controller, names, used);
  const found = graph.add(image, 'controller', { reference: controller.image });
  const definition = graph.add(taskDefinition, 'controller', {
    family: names.name,
    cpu: CPU,
    memory,
    executionRoleArn: roles.execution.ref('roleArn'),
    taskRoleArn: roles.task.ref('roleArn'),
    volumes: {},
    containers: {
      controller: containerOf(controller, {
        image: found.ref('image'),
        queueUrl: events.ref('queueUrl', { when: 'ready' }),
        bucketName: state.ref('bucketName', { when: 'ready' }),
        logGroup: used.logGroupName,
      }),
    },
    secretVersions: '',
  });
  const linked = graph.add(serviceLinkedRole, 'ecs', { serviceName: 'ecs.amazonaws.com' });
  const main = graph.add(
    cluster,
    'controller',
    {
      clusterName: names.name,
      containerInsights: 'disabled',
      capacityProviders: ['FARGATE'],
      defaultStrategy: [{ capacityProvider: 'FARGATE', base: 1, weight: 1 }],
    },
    { after: [linked] },
  );
  const made = graph.add(
    service,
    'controller',
    {
      clusterArn: main.ref('clusterArn', { when: 'ready' }),
      serviceName: names.name,
      taskDefinition: definition.ref('taskDefinitionArn', { when: 'ready' }),
      desiredCount: 1,
      capacityProviderStrategy: [{ capacityProvider: 'FARGATE', base: 1, weight: 1 }],
      subnetIds: network.subnetIds,
      securityGroupIds: [network.securityGroupId],
      assignPublicIp: network.publicIp,
      targets: [],
      enableExecuteCommand: true,
      enableECSManagedTags: true,
      // One at a time: a second one would only wait for the first one's leases.
      deployment: { maximumPercent: 100, minimumHealthyPercent: 0, rollback: true },
      knows: [],
    },
    { after: [roles.execution, roles.task, ...network.ready] },
  );
  const open = (value: unknown) => ({ value, sensitive: false });
  return {
    graph: graph.build(),
    outputs: {
      cluster_name: open(main.ref('clusterName')),
      service_name: open(made.ref('serviceName')),
      task_role_arn: open(roles.task.ref('roleArn')),
      state: open(format`s3://${used.bucketName}`),
      queue_url: open(events.ref('queueUrl')),
      log_group_name: open(used.logGroupName),
    },
  };
}

interface Surroundings {
  readonly image: Input<string>;
  readonly queueUrl: Input<string>;
  readonly bucketName: Input<string>;
  readonly logGroup: Input<string>;
}

function containerOf(controller: Controller, surroundings: Surroundings): Input<ContainerProps> {
  const { source, region, interval, topic, environment, secrets } = controller;
  const option = (name: string, value: string | undefined) => (value === undefined ? [] : [`--${name}`, value]);
  return {
    image: surroundings.image,
    essential: true,
    command: [
      'daemon',
      ...option('git', source.git),
      ...option('branch', source.branch),
      ...option('tag', source.tag),
      ...option('path', source.path),
      ...option('interval', interval),
      ...option('listen', `127.0.0.1:${PORT}`),
      '--queue',
      surroundings.queueUrl,
    ],
    environment: {
      AWS_REGION: region,
      MCPGW_STATE: format`s3://${surroundings.bucketName}`,
      ...(topic !== undefined && { MCPGW_NOTIFY_TOPIC: topic }),
      ...environment,
    },
    secrets,
    ports: {},
    mounts: {},
    health: {
      command: [
        'CMD',
        'node',
        '-e',
        `fetch('http://127.0.0.1:${PORT}/healthz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))`,
      ],
      interval: 30,
      timeout: 5,
      retries: 3,
      start: 60,
    },
    logGroup: surroundings.logGroup,
  };
}
