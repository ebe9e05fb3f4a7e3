import type { ContainerDefinition, RegisterTaskDefinitionCommandInput, TaskDefinition } from '@aws-sdk/client-ecs';
import { createHash } from 'node:crypto';
import type { LiveProps, Tags } from '../../engine/kind.ts';
import { must } from '../../engine/errors.ts';

/**
 * AWS's lists of named things are records here: their order means nothing, AWS does not keep it, and a difference is
 * shown under its name.
 */
export interface TaskDefinitionProps {
  readonly family: string;
  /** CPU units; 1024 are one vCPU. */
  readonly cpu: number;
  /** MiB. */
  readonly memory: number;
  readonly executionRoleArn: string;
  readonly taskRoleArn: string;
  readonly volumes: Readonly<Record<string, VolumeProps>>;
  readonly containers: Readonly<Record<string, ContainerProps>>;
  /** Of what its containers read when they start, with blanks between: tasks that run do not see a new version. */
  readonly secretVersions: string;
}

export interface VolumeProps {
  readonly fileSystemId: string;
  readonly accessPointId: string;
}

export interface ContainerProps {
  readonly image: string;
  readonly essential: boolean;
  readonly command?: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** ARNs of secrets and parameters, by variable. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Ports by name. Without a protocol of its own Service Connect passes TCP through, and cuts no long request. */
  readonly ports: Readonly<Record<string, number>>;
  /** Volumes by path. */
  readonly mounts: Readonly<Record<string, string>>;
  readonly health?: HealthProps;
  readonly logGroup: string;
  /** Another container that must be healthy before this one starts. */
  readonly startsAfter?: string;
}

export interface HealthProps {
  readonly command: readonly string[];
  /** Seconds. */
  readonly interval: number;
  readonly timeout: number;
  readonly retries: number;
  readonly start: number;
}

/** On a revision: what versions of secrets it was registered for. */
export const SECRETS_TAG = 'mcpgw:secrets';

export const STREAM_PREFIX = 'ecs';

/** Versions of secrets as one word, short enough for a tag. A word that was made so stays. */
export function secretsMark(versions: string): string {
  return /^[0-9a-f]{16}$/.test(versions) ? versions : createHash('sha256').update(versions).digest('hex').slice(0, 16);
}

export function toInput(props: TaskDefinitionProps, region: string): RegisterTaskDefinitionCommandInput {
  return {
    family: props.family,
    cpu: String(props.cpu),
    memory: String(props.memory),
    executionRoleArn: props.executionRoleArn,
    taskRoleArn: props.taskRoleArn,
    networkMode: 'awsvpc',
    requiresCompatibilities: ['FARGATE'],
    runtimePlatform: { cpuArchitecture: 'X86_64', operatingSystemFamily: 'LINUX' },
    volumes: Object.entries(props.volumes).map(([name, volume]) => ({
      name,
      efsVolumeConfiguration: {
        fileSystemId: volume.fileSystemId,
        transitEncryption: 'ENABLED',
        authorizationConfig: { accessPointId: volume.accessPointId },
      },
    })),
    containerDefinitions: Object.entries(props.containers).map(([name, container]) =>
      toContainer(name, container, region),
    ),
  };
}

function toContainer(name: string, props: ContainerProps, region: string): ContainerDefinition {
  return {
    name,
    image: props.image,
    essential: props.essential,
    ...(props.command && { command: [...props.command] }),
    environment: Object.entries(props.environment).map(([key, value]) => ({ name: key, value })),
    secrets: Object.entries(props.secrets).map(([key, valueFrom]) => ({ name: key, valueFrom })),
    portMappings: Object.entries(props.ports).map(([key, port]) => ({
      name: key,
      containerPort: port,
      hostPort: port,
      protocol: 'tcp',
    })),
    mountPoints: Object.entries(props.mounts).map(([containerPath, sourceVolume]) => ({
      sourceVolume,
      containerPath,
      readOnly: false,
    })),
    ...(props.health && {
      healthCheck: {
        command: [...props.health.command],
        interval: props.health.interval,
        timeout: props.health.timeout,
        retries: props.health.retries,
        startPeriod: props.health.start,
      },
    }),
    ...(props.startsAfter !== undefined && { dependsOn: [{ containerName: props.startsAfter, condition: 'HEALTHY' }] }),
    logConfiguration: {
      logDriver: 'awslogs',
      options: { 'awslogs-group': props.logGroup, 'awslogs-region': region, 'awslogs-stream-prefix': STREAM_PREFIX },
    },
    linuxParameters: { initProcessEnabled: true },
    restartPolicy: { enabled: true },
    versionConsistency: 'disabled',
    readonlyRootFilesystem: false,
    // Whoever waits for this container gives up after that time; the first check comes after 30 s.
    startTimeout: 120,
    stopTimeout: 120,
  };
}

export function toProps(item: TaskDefinition, tags: Tags): LiveProps<TaskDefinitionProps> {
  return {
    family: item.family,
    cpu: numberOf(item.cpu),
    memory: numberOf(item.memory),
    executionRoleArn: item.executionRoleArn,
    taskRoleArn: item.taskRoleArn,
    volumes: recordOf(item.volumes, (volume) => [
      volume.name,
      {
        fileSystemId: volume.efsVolumeConfiguration?.fileSystemId ?? '',
        accessPointId: volume.efsVolumeConfiguration?.authorizationConfig?.accessPointId ?? '',
      },
    ]),
    containers: recordOf(item.containerDefinitions, (container) => [container.name, toContainerProps(container)]),
    secretVersions: tags[SECRETS_TAG],
  };
}

function toContainerProps(item: ContainerDefinition): ContainerProps {
  const { healthCheck: health, command, dependsOn } = item;
  const waitsFor = dependsOn?.find((other) => other.condition === 'HEALTHY')?.containerName;
  return {
    image: item.image ?? '',
    essential: item.essential ?? true,
    ...(command !== undefined && command.length > 0 && { command }),
    environment: recordOf(item.environment, ({ name, value }) => [name, value ?? '']),
    secrets: recordOf(item.secrets, ({ name, valueFrom }) => [name, valueFrom ?? '']),
    ports: recordOf(item.portMappings, (port) => [port.name, port.containerPort ?? 0]),
    mounts: recordOf(item.mountPoints, (mount) => [mount.containerPath, mount.sourceVolume ?? '']),
    ...(health && {
      health: {
        command: health.command ?? [],
        interval: health.interval ?? 30,
        timeout: health.timeout ?? 5,
        retries: health.retries ?? 3,
        start: health.startPeriod ?? 0,
      },
    }),
    logGroup: item.logConfiguration?.options?.['awslogs-group'] ?? '',
    ...(waitsFor !== undefined && { startsAfter: waitsFor }),
  };
}

/** AWS returns sizes as text, and `1 vCPU` as 1024. */
const numberOf = (text: string | undefined): number | undefined => (text === undefined ? undefined : Number(text));

function recordOf<Item, Value>(
  list: readonly Item[] | undefined,
  entry: (item: Item) => readonly [string | undefined, Value],
): Readonly<Record<string, Value>> {
  return Object.fromEntries(
    (list ?? []).map((item) => {
      const [key, value] = entry(item);
      return [must(key, 'name'), value];
    }),
  );
}
