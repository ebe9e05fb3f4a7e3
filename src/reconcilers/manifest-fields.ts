import { kebab } from '../aws/names.ts';
import type { NodeId } from '../engine/ref.ts';
import { serviceNames } from '../spec/gateway.ts';

/** A field of a thing with the one field of the manifest that it is made from. */
interface Behind {
  /** `*` stands for a service's name. */
  readonly node: string;
  readonly path: string;
  /** `*` stands for the service. */
  readonly field: string;
}

// Only what a manifest says by itself and in one place: what is put together from several fields cannot be taken back.
const FIELDS: readonly Behind[] = [
  { node: 'Service/*', path: '/desiredCount', field: 'services.*.replicas' },
  { node: 'TaskDefinition/*', path: '/cpu', field: 'services.*.cpu' },
  { node: 'TaskDefinition/*', path: '/memory', field: 'services.*.memory' },
  { node: 'ScalableTarget/*', path: '/minCapacity', field: 'services.*.autoscaling.min' },
  { node: 'ScalableTarget/*', path: '/maxCapacity', field: 'services.*.autoscaling.max' },
  { node: 'ScalingPolicy/*-cpu', path: '/targetValue', field: 'services.*.autoscaling.targetCpu' },
  { node: 'ScalingPolicy/*-memory', path: '/targetValue', field: 'services.*.autoscaling.targetMemory' },
  { node: 'AuroraCluster/keycloak', path: '/engineVersion', field: 'databases.keycloak.engineVersion' },
  { node: 'AuroraCluster/keycloak', path: '/backupRetentionPeriod', field: 'databases.keycloak.backupRetentionDays' },
  { node: 'AuroraCluster/keycloak', path: '/deletionProtection', field: 'databases.keycloak.deletionProtection' },
  {
    node: 'AuroraCluster/keycloak',
    path: '/serverlessV2ScalingConfiguration/minCapacity',
    field: 'databases.keycloak.minCapacity',
  },
  {
    node: 'AuroraCluster/keycloak',
    path: '/serverlessV2ScalingConfiguration/maxCapacity',
    field: 'databases.keycloak.maxCapacity',
  },
  { node: 'DocumentDbCluster/registry', path: '/engineVersion', field: 'databases.registry.engineVersion' },
  {
    node: 'DocumentDbCluster/registry',
    path: '/backupRetentionPeriod',
    field: 'databases.registry.backupRetentionDays',
  },
  { node: 'DocumentDbCluster/registry', path: '/deletionProtection', field: 'databases.registry.deletionProtection' },
  { node: 'DocumentDbInstance/primary', path: '/dbInstanceClass', field: 'databases.registry.instanceClass' },
  { node: 'FileSystem/main', path: '/throughputMode', field: 'files.throughputMode' },
  { node: 'FileSystem/main', path: '/provisionedThroughputInMibps', field: 'files.provisionedThroughput' },
  { node: 'Distribution/registry', path: '/priceClass', field: 'ingress.priceClass' },
];

/** The keys of the field under `spec` that alone decides a field of a thing; undefined: there is no such field. */
export function fieldBehind(node: NodeId, path: string): readonly string[] | undefined {
  for (const service of serviceNames)
    for (const behind of FIELDS)
      if (behind.node.replace('*', kebab(service)) === node && behind.path === path)
        return behind.field.replace('*', service).split('.');
  return undefined;
}
