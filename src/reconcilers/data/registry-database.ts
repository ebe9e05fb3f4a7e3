import type { Handle } from '../../engine/graph.ts';
import type { Input } from '../../engine/ref.ts';
import type { Declaration } from '../declaration.ts';
import { logGroup } from '../observability/log-group.ts';
import { clusterParameterGroup } from './cluster-parameter-group.ts';
import type { Nodes, Surroundings } from './surroundings.ts';
import type { DatabaseClusterOutputs } from './database-cluster.ts';
import { dbSubnetGroup } from './db-subnet-group.ts';
import { documentDbCluster } from './documentdb-cluster.ts';
import { documentDbInstance } from './documentdb-instance.ts';

export interface RegistryDatabasePart {
  readonly endpoint: Input<string>;
  readonly readerEndpoint: Input<string>;
  readonly cluster: Handle<DatabaseClusterOutputs>;
  /** What must stand before anybody can connect. */
  readonly ready: Nodes;
}

export const DOCUMENTDB_PORT = 27017;

export function declareRegistryDatabase(
  { graph, gateway, names }: Declaration,
  { network, identity }: Surroundings,
): RegistryDatabasePart {
  const wanted = gateway.databases.registry;
  const called = names.registryDatabase;
  const password = identity.secrets.documentdb;
  const [major, minor] = wanted.engineVersion.split('.');

  const subnetGroup = graph.add(
    dbSubnetGroup,
    'registry',
    {
      dbSubnetGroupName: called.subnetGroup,
      description: 'Registry database',
      subnetIds: network.privateSubnetIds,
      vpcId: network.vpcId,
    },
    { title: called.subnetGroup },
  );
  const parameters = graph.add(
    clusterParameterGroup,
    'registry',
    {
      dbClusterParameterGroupName: called.parameterGroup,
      family: `docdb${major ?? ''}.${minor ?? ''}`,
      description: 'Registry database',
      parameters: { tls: wanted.tls ? 'enabled' : 'disabled', audit_logs: 'disabled', ttl_monitor: 'enabled' },
    },
    { title: called.parameterGroup },
  );
  // DocumentDB makes them itself at the first line, to be kept for ever: here they stand before.
  const logGroups = (['audit', 'profiler'] as const).map((type) =>
    graph.add(
      logGroup,
      `documentdb-${type}`,
      { logGroupName: called.logGroup(type), retentionInDays: gateway.observability.logRetentionDays },
      { title: called.logGroup(type) },
    ),
  );
  const cluster = graph.add(
    documentDbCluster,
    'registry',
    {
      dbClusterIdentifier: called.cluster,
      engineVersion: wanted.engineVersion,
      masterUsername: wanted.username,
      masterUserPassword: { $secret: password.ref('arn', { when: 'ready' }), key: 'password' },
      passwordVersion: password.ref('versionId'),
      port: DOCUMENTDB_PORT,
      dbSubnetGroupName: subnetGroup.ref('dbSubnetGroupName'),
      vpcSecurityGroupIds: [network.groups.documentdb.ref('groupId')],
      // `tls` is static: a cluster that is made before it is set waits for a reboot.
      dbClusterParameterGroupName: parameters.ref('dbClusterParameterGroupName', { when: 'ready' }),
      kmsKeyId: identity.keys.documentdb.ref('keyArn'),
      backupRetentionPeriod: wanted.backupRetentionDays,
      preferredBackupWindow: '02:00-04:00',
      preferredMaintenanceWindow: 'sun:04:00-sun:05:00',
      logGroupNames: logGroups.map((group) => group.ref('logGroupName', { when: 'ready' })),
      deletionProtection: wanted.deletionProtection,
      finalSnapshotIdentifier: '',
    },
    { title: called.cluster, after: [identity.serviceLinkedRoles.rds] },
  );
  const instances = Array.from({ length: wanted.instances }, (_, i) => {
    const which = i === 0 ? 'primary' : `replica-${i}`;
    return graph.add(
      documentDbInstance,
      `registry-${which}`,
      {
        dbInstanceIdentifier: called.instance(which),
        dbClusterIdentifier: cluster.ref('dbClusterIdentifier', { when: 'ready' }),
        dbInstanceClass: wanted.instanceClass,
        promotionTier: Math.min(i, 1),
      },
      { title: called.instance(which) },
    );
  });
  return {
    endpoint: cluster.ref('endpoint'),
    readerEndpoint: cluster.ref('readerEndpoint'),
    cluster,
    ready: [cluster, ...instances],
  };
}
