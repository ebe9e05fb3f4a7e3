import type {
  CreateServiceCommandInput,
  LoadBalancer,
  Service,
  ServiceConnectConfiguration,
  UpdateServiceCommandInput,
} from '@aws-sdk/client-ecs';
import { must } from '../../engine/errors.ts';
import type { LiveProps } from '../../engine/kind.ts';
import { toStrategyItem, type StrategyItem } from './cluster.ts';

export interface ServiceProps {
  readonly clusterArn: string;
  readonly serviceName: string;
  /** ARN of a revision. */
  readonly taskDefinition: string;
  readonly desiredCount: number;
  /** Between these the number of tasks is autoscaling's. */
  readonly autoscaled?: { readonly min: number; readonly max: number };
  /** None: launch type Fargate. */
  readonly capacityProviderStrategy: readonly StrategyItem[];
  readonly subnetIds: readonly string[];
  readonly securityGroupIds: readonly string[];
  /** Without NAT it is the only way to the internet. */
  readonly assignPublicIp: boolean;
  readonly targets: readonly Target[];
  /** Seconds in which failing checks of a new task do not count; only with targets. */
  readonly healthCheckGracePeriodSeconds?: number;
  readonly serviceConnect?: ServiceConnectProps;
  readonly enableExecuteCommand: boolean;
  readonly enableECSManagedTags: boolean;
  readonly deployment: DeploymentProps;
  /** Names of other services that its tasks resolve. */
  readonly knows: readonly string[];
}

export interface Target {
  readonly targetGroupArn: string;
  readonly containerName: string;
  readonly containerPort: number;
}

export interface ServiceConnectProps {
  readonly namespaceArn: string;
  /** Names and ports for others, by the name of the container's port. */
  readonly aliases: Readonly<Record<string, { readonly name: string; readonly port: number }>>;
}

export interface DeploymentProps {
  /** Percent of the desired count that may run, and must run. */
  readonly maximumPercent: number;
  readonly minimumHealthyPercent: number;
  /** Goes back to the last good revision by itself. Without, a broken image is tried for ever. */
  readonly rollback: boolean;
}

type Fields = ReadonlySet<keyof ServiceProps>;

export const allFields: Fields = new Set([
  'taskDefinition',
  'desiredCount',
  'capacityProviderStrategy',
  'subnetIds',
  'assignPublicIp',
  'targets',
  'healthCheckGracePeriodSeconds',
  'serviceConnect',
  'enableExecuteCommand',
  'enableECSManagedTags',
  'deployment',
]);

/** The part of a create or update call that these fields need. What holds several values is sent whole. */
export function toInput(
  props: ServiceProps,
  fields: Fields,
): Partial<CreateServiceCommandInput & UpdateServiceCommandInput> {
  const has = (...names: readonly (keyof ServiceProps)[]): boolean => names.some((name) => fields.has(name));
  return {
    ...(has('taskDefinition') && { taskDefinition: props.taskDefinition }),
    ...(has('desiredCount') && { desiredCount: props.desiredCount }),
    ...(has('capacityProviderStrategy') && {
      capacityProviderStrategy: props.capacityProviderStrategy.map((item) => ({ ...item })),
    }),
    ...(has('subnetIds', 'securityGroupIds', 'assignPublicIp') && {
      networkConfiguration: {
        awsvpcConfiguration: {
          subnets: [...props.subnetIds],
          securityGroups: [...props.securityGroupIds],
          assignPublicIp: props.assignPublicIp ? 'ENABLED' : 'DISABLED',
        },
      },
    }),
    ...(has('targets') && { loadBalancers: props.targets.map((target) => ({ ...target })) }),
    ...(has('healthCheckGracePeriodSeconds') && { healthCheckGracePeriodSeconds: props.healthCheckGracePeriodSeconds }),
    ...(has('serviceConnect') && { serviceConnectConfiguration: toServiceConnect(props.serviceConnect) }),
    ...(has('enableExecuteCommand') && { enableExecuteCommand: props.enableExecuteCommand }),
    ...(has('enableECSManagedTags') && { enableECSManagedTags: props.enableECSManagedTags }),
    ...(has('deployment') && {
      deploymentConfiguration: {
        maximumPercent: props.deployment.maximumPercent,
        minimumHealthyPercent: props.deployment.minimumHealthyPercent,
        deploymentCircuitBreaker: { enable: props.deployment.rollback, rollback: props.deployment.rollback },
      },
    }),
  };
}

function toServiceConnect(props: ServiceConnectProps | undefined): ServiceConnectConfiguration {
  // Left out, it would stay as it is.
  if (props === undefined) return { enabled: false };
  const services = Object.entries(props.aliases).map(([portName, { name, port }]) => ({
    portName,
    discoveryName: name,
    clientAliases: [{ dnsName: name, port }],
  }));
  return { enabled: true, namespace: props.namespaceArn, services };
}

/** `knows` and `autoscaled` are not in the service itself. */
export function toProps(item: Service): Omit<LiveProps<ServiceProps>, 'knows' | 'autoscaled'> {
  const network = item.networkConfiguration?.awsvpcConfiguration;
  const deployment = item.deploymentConfiguration;
  const breaker = deployment?.deploymentCircuitBreaker;
  return {
    clusterArn: item.clusterArn,
    serviceName: item.serviceName,
    taskDefinition: item.taskDefinition,
    desiredCount: item.desiredCount,
    capacityProviderStrategy: (item.capacityProviderStrategy ?? []).map(toStrategyItem),
    subnetIds: network?.subnets ?? [],
    securityGroupIds: network?.securityGroups ?? [],
    assignPublicIp: network?.assignPublicIp === 'ENABLED',
    targets: (item.loadBalancers ?? []).map(toTarget),
    healthCheckGracePeriodSeconds: item.healthCheckGracePeriodSeconds,
    serviceConnect: toServiceConnectProps(primaryOf(item)?.serviceConnectConfiguration),
    enableExecuteCommand: item.enableExecuteCommand ?? false,
    enableECSManagedTags: item.enableECSManagedTags ?? false,
    deployment: {
      maximumPercent: deployment?.maximumPercent ?? 200,
      minimumHealthyPercent: deployment?.minimumHealthyPercent ?? 100,
      rollback: breaker?.enable === true && breaker.rollback === true,
    },
  };
}

/** The deployment that counts. Service Connect's settings are in it alone, not in the service. */
export const primaryOf = (item: Service) => item.deployments?.find((deployment) => deployment.status === 'PRIMARY');

const toTarget = (item: LoadBalancer): Target => ({
  targetGroupArn: must(item.targetGroupArn, 'targetGroupArn'),
  containerName: must(item.containerName, 'containerName'),
  containerPort: must(item.containerPort, 'containerPort'),
});

function toServiceConnectProps(item: ServiceConnectConfiguration | undefined): ServiceConnectProps | undefined {
  if (item?.enabled !== true) return undefined;
  const aliases = (item.services ?? []).map(({ portName, discoveryName, clientAliases }) => {
    const alias = clientAliases?.[0];
    return [
      must(portName, 'portName'),
      { name: alias?.dnsName ?? discoveryName ?? '', port: alias?.port ?? 0 },
    ] as const;
  });
  return { namespaceArn: item.namespace ?? '', aliases: Object.fromEntries(aliases) };
}
