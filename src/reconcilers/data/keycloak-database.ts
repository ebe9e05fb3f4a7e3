import { allow, policy, trust } from '../../aws/policy.ts';
import type { Handle } from '../../engine/graph.ts';
import type { Input } from '../../engine/ref.ts';
import type { Declaration } from '../declaration.ts';
import { role } from '../identity/role.ts';
import { auroraCluster } from './aurora-cluster.ts';
import { auroraInstance } from './aurora-instance.ts';
import { clusterParameterGroup } from './cluster-parameter-group.ts';
import type { Nodes, Surroundings } from './surroundings.ts';
import type { DatabaseClusterOutputs } from './database-cluster.ts';
import { dbProxyTargetGroup } from './db-proxy-target-group.ts';
import { dbProxyTarget } from './db-proxy-target.ts';
import { dbProxy, type DbProxyOutputs } from './db-proxy.ts';
import { dbSubnetGroup } from './db-subnet-group.ts';

export interface KeycloakDatabasePart {
  /** Where Keycloak connects to: the proxy if there is one. */
  readonly endpoint: Input<string>;
  readonly cluster: Handle<DatabaseClusterOutputs>;
  readonly proxy?: Handle<DbProxyOutputs>;
  /** What must stand before anybody can connect. */
  readonly ready: Nodes;
}

export const DATABASE_PORT = 5432;
export const DATABASE_NAME = 'keycloak';

export function declareKeycloakDatabase(
  declaration: Declaration,
  { network, identity }: Surroundings,
): KeycloakDatabasePart {
  const { graph, gateway, names } = declaration;
  const wanted = gateway.databases.keycloak;
  const called = names.keycloakDatabase;
  const password = identity.secrets.keycloakDatabase;
  const [major] = wanted.engineVersion.split('.');

  const subnetGroup = graph.add(
    dbSubnetGroup,
    'keycloak',
    {
      dbSubnetGroupName: called.subnetGroup,
      description: 'Keycloak database',
      subnetIds: network.privateSubnetIds,
      vpcId: network.vpcId,
    },
    { title: called.subnetGroup },
  );
  const parameters = graph.add(
    clusterParameterGroup,
    'keycloak',
    {
      dbClusterParameterGroupName: called.parameterGroup,
      family: `aurora-postgresql${major ?? ''}`,
      description: 'Keycloak database',
      // The default is 0 up to version 16 and 1 from 17 on.
      parameters: { 'rds.force_ssl': '1' },
    },
    { title: called.parameterGroup },
  );
  const cluster = graph.add(
    auroraCluster,
    'keycloak',
    {
      dbClusterIdentifier: called.cluster,
      engineVersion: wanted.engineVersion,
      databaseName: DATABASE_NAME,
      masterUsername: wanted.username,
      masterUserPassword: { $secret: password.ref('arn', { when: 'ready' }), key: 'password' },
      passwordVersion: password.ref('versionId'),
      port: DATABASE_PORT,
      dbSubnetGroupName: subnetGroup.ref('dbSubnetGroupName'),
      vpcSecurityGroupIds: [network.groups.keycloakDb.ref('groupId')],
      // A static parameter that is set later waits for a reboot.
      dbClusterParameterGroupName: parameters.ref('dbClusterParameterGroupName', { when: 'ready' }),
      kmsKeyId: identity.keys.rds.ref('keyArn'),
      serverlessV2ScalingConfiguration: { minCapacity: wanted.minCapacity, maxCapacity: wanted.maxCapacity },
      backupRetentionPeriod: wanted.backupRetentionDays,
      preferredBackupWindow: '02:00-04:00',
      preferredMaintenanceWindow: 'sun:04:00-sun:05:00',
      copyTagsToSnapshot: true,
      deletionProtection: wanted.deletionProtection,
      finalSnapshotIdentifier: '',
    },
    { title: called.cluster, after: [identity.serviceLinkedRoles.rds] },
  );
  const instances = Array.from({ length: wanted.instances }, (_, i) =>
    graph.add(
      auroraInstance,
      `keycloak-${i + 1}`,
      {
        dbInstanceIdentifier: called.instance(i + 1),
        dbClusterIdentifier: cluster.ref('dbClusterIdentifier', { when: 'ready' }),
        dbInstanceClass: 'db.serverless',
        // Readers of tier 0 and 1 are as big as the writer at any time, so that they can take over.
        promotionTier: Math.min(i, 1),
        publiclyAccessible: false,
      },
      { title: called.instance(i + 1) },
    ),
  );
  if (!wanted.proxy) return { endpoint: cluster.ref('endpoint'), cluster, ready: [cluster, ...instances] };
  const proxy = declareProxy(declaration, { network, identity }, cluster, instances);
  const ready = [cluster, ...instances, ...proxy.ready];
  return { endpoint: proxy.handle.ref('endpoint'), cluster, proxy: proxy.handle, ready };
}

/** Pools connections, and keeps them while an instance fails. It signs in as the master user. */
function declareProxy(
  { graph, names }: Declaration,
  { network, identity }: Surroundings,
  cluster: Handle<DatabaseClusterOutputs>,
  instances: Nodes,
): { readonly handle: Handle<DbProxyOutputs>; readonly ready: Nodes } {
  const called = names.keycloakDatabase;
  const password = identity.secrets.keycloakDatabase;
  const proxyRole = graph.add(role, 'keycloak-rds-proxy', {
    roleName: called.proxyRole,
    trust: trust('rds.amazonaws.com'),
    inlinePolicies: { [called.proxyPolicy]: policy(allow(['secretsmanager:GetSecretValue'], [password.ref('arn')])) },
    managedPolicyArns: [],
  });
  const handle = graph.add(
    dbProxy,
    'keycloak',
    {
      dbProxyName: called.proxy,
      engineFamily: 'POSTGRESQL',
      auth: [
        {
          secretArn: password.ref('arn', { when: 'ready' }),
          iamAuth: 'DISABLED',
          clientPasswordAuthType: 'POSTGRES_SCRAM_SHA_256',
        },
      ],
      roleArn: proxyRole.ref('roleArn', { when: 'ready' }),
      vpcSubnetIds: network.privateSubnetIds,
      vpcSecurityGroupIds: [network.groups.keycloakDb.ref('groupId')],
      requireTls: true,
    },
    { title: called.proxy, after: [identity.serviceLinkedRoles.rds] },
  );
  const dbProxyName = handle.ref('dbProxyName', { when: 'ready' });
  const pool = graph.add(dbProxyTargetGroup, 'keycloak', {
    dbProxyName,
    maxConnectionsPercent: 100,
    maxIdleConnectionsPercent: 50,
    connectionBorrowTimeout: 120,
  });
  const dbClusterIdentifier = cluster.ref('dbClusterIdentifier');
  const target = graph.add(dbProxyTarget, 'keycloak', { dbProxyName, dbClusterIdentifier }, { after: instances });
  return { handle, ready: [handle, pool, target] };
}
