import assert from 'node:assert/strict';
import { test } from 'node:test';
import { must } from '../../../src/engine/errors.ts';
import { allFields, toInput as toService } from '../../../src/reconcilers/ecs/service-form.ts';
import { toInput as toDefinition } from '../../../src/reconcilers/ecs/task-definition-form.ts';

const role = 'arn:aws:iam::123456789012:role/tasks';

test('a task definition says of every container what is the same for all', () => {
  const request = toDefinition(
    {
      family: 'own-v2-server',
      cpu: 256,
      memory: 512,
      executionRoleArn: role,
      taskRoleArn: role,
      volumes: { logs: { fileSystemId: 'fs-01234567', accessPointId: 'fsap-01234567' } },
      containers: {
        main: {
          image: 'public.ecr.aws/example/server:1',
          essential: true,
          environment: {},
          secrets: {},
          ports: { http: 80 },
          mounts: { '/app/logs': 'logs' },
          logGroup: '/ecs/tasks',
        },
      },
      secretVersions: '',
    },
    'eu-west-1',
  );
  assert.equal(request.networkMode, 'awsvpc');
  assert.deepEqual(request.requiresCompatibilities, ['FARGATE']);
  assert.deepEqual(request.runtimePlatform, { cpuArchitecture: 'X86_64', operatingSystemFamily: 'LINUX' });
  assert.deepEqual(request.volumes, [
    {
      name: 'logs',
      efsVolumeConfiguration: {
        fileSystemId: 'fs-01234567',
        transitEncryption: 'ENABLED',
        authorizationConfig: { accessPointId: 'fsap-01234567' },
      },
    },
  ]);
  const container = must(request.containerDefinitions?.[0], 'container');
  assert.deepEqual(container.portMappings, [{ name: 'http', containerPort: 80, hostPort: 80, protocol: 'tcp' }]);
  assert.deepEqual(container.mountPoints, [{ sourceVolume: 'logs', containerPath: '/app/logs', readOnly: false }]);
  assert.deepEqual(container.logConfiguration, {
    logDriver: 'awslogs',
    options: { 'awslogs-group': '/ecs/tasks', 'awslogs-region': 'eu-west-1', 'awslogs-stream-prefix': 'ecs' },
  });
  assert.deepEqual(container.linuxParameters, { initProcessEnabled: true });
  assert.deepEqual(container.restartPolicy, { enabled: true });
  assert.equal(container.versionConsistency, 'disabled');
  assert.equal(container.readonlyRootFilesystem, false);
  assert.equal(container.stopTimeout, 120);
});

test('a service stands in private subnets without addresses of its own, and its names are those that others call', () => {
  const request = toService(
    {
      clusterArn: 'arn:aws:ecs:us-east-1:123456789012:cluster/main',
      serviceName: 'own-v2-server',
      taskDefinition: 'own-v2-server:1',
      desiredCount: 1,
      capacityProviderStrategy: [],
      subnetIds: ['subnet-1'],
      securityGroupIds: ['sg-1'],
      assignPublicIp: false,
      targets: [],
      serviceConnect: {
        namespaceArn: 'arn:aws:servicediscovery:us-east-1:123456789012:namespace/ns-1',
        aliases: { http: { name: 'server', port: 80 } },
      },
      enableExecuteCommand: true,
      enableECSManagedTags: true,
      deployment: { maximumPercent: 200, minimumHealthyPercent: 66, rollback: true },
      knows: [],
    },
    allFields,
  );
  assert.deepEqual(request.networkConfiguration?.awsvpcConfiguration, {
    subnets: ['subnet-1'],
    securityGroups: ['sg-1'],
    assignPublicIp: 'DISABLED',
  });
  assert.deepEqual(request.serviceConnectConfiguration?.services, [
    { portName: 'http', discoveryName: 'server', clientAliases: [{ dnsName: 'server', port: 80 }] },
  ]);
});
