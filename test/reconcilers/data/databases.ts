import { must } from '../../../src/engine/errors.ts';
import type { GraphBuilder, Handle } from '../../../src/engine/graph.ts';
import { Secret } from '../../../src/engine/secret.ts';
import { auroraCluster } from '../../../src/reconcilers/data/aurora-cluster.ts';
import { auroraInstance } from '../../../src/reconcilers/data/aurora-instance.ts';
import { clusterParameterGroup } from '../../../src/reconcilers/data/cluster-parameter-group.ts';
import type { DatabaseClusterOutputs } from '../../../src/reconcilers/data/database-cluster.ts';
import type { DatabaseInstanceOutputs } from '../../../src/reconcilers/data/database-instance.ts';
import { dbSubnetGroup } from '../../../src/reconcilers/data/db-subnet-group.ts';
import { documentDbCluster } from '../../../src/reconcilers/data/documentdb-cluster.ts';
import { kmsKey } from '../../../src/reconcilers/identity/kms-key.ts';
import { securityGroup } from '../../../src/reconcilers/network/security-group.ts';
import { addSubnets, addVpc } from '../network/networks.ts';

/** What every cluster needs: a network, a group of subnets, a security group, parameters and a key. */
export function addSurroundings(graph: GraphBuilder, name: string, family: string) {
  const main = addVpc(graph);
  const subnetIds = addSubnets(graph, main).map((subnet) => subnet.ref('subnetId'));
  const groups = ['database', 'another'].map((text) =>
    graph.add(securityGroup, text, { vpcId: main.ref('vpcId'), groupName: `${name}-${text}`, description: text }),
  );
  const subnetGroup = graph.add(dbSubnetGroup, 'database', {
    dbSubnetGroupName: `${name}-subnets`,
    description: 'private',
    subnetIds,
    vpcId: main.ref('vpcId'),
  });
  const parameters = graph.add(clusterParameterGroup, 'database', {
    dbClusterParameterGroupName: `${name}-params`,
    family,
    description: 'of the database',
    parameters: {},
  });
  const key = graph.add(kmsKey, 'database', {
    description: 'database',
    aliasName: `alias/${name}`,
    enabled: true,
    rotationDays: 365,
  });
  return {
    subnetIds,
    groupId: must(groups[0], 'group').ref('groupId'),
    wanted: {
      dbSubnetGroupName: subnetGroup.ref('dbSubnetGroupName'),
      vpcSecurityGroupIds: groups.slice(0, 1).map((group) => group.ref('groupId')),
      dbClusterParameterGroupName: parameters.ref('dbClusterParameterGroupName', { when: 'ready' }),
      kmsKeyId: key.ref('keyArn', { when: 'ready' }),
    },
  };
}

const shared = {
  masterUserPassword: new Secret('correct-horse-battery'),
  passwordVersion: 'first',
  backupRetentionPeriod: 7,
  preferredBackupWindow: '02:00-04:00',
  preferredMaintenanceWindow: 'sun:04:00-sun:05:00',
  deletionProtection: true,
  finalSnapshotIdentifier: '',
};

export const auroraProps = (name: string) =>
  ({
    ...shared,
    dbClusterIdentifier: `${name}-keycloak-cluster`,
    engineVersion: '16.6',
    databaseName: 'keycloak',
    masterUsername: 'keycloak',
    port: 5432,
    serverlessV2ScalingConfiguration: { minCapacity: 0.5, maxCapacity: 2 },
    copyTagsToSnapshot: true,
  }) as const;

export const documentDbProps = (name: string) =>
  ({
    ...shared,
    dbClusterIdentifier: `${name}-documentdb-cluster`,
    engineVersion: '5.0.0',
    masterUsername: 'docdbadmin',
    port: 27017,
    logGroupNames: ['audit', 'profiler'].map((type) => `/aws/docdb/${name}-documentdb-cluster/${type}`),
  }) as const;

export const addAurora = (graph: GraphBuilder, name: string): Handle<DatabaseClusterOutputs> =>
  graph.add(auroraCluster, 'keycloak', {
    ...auroraProps(name),
    ...addSurroundings(graph, name, 'aurora-postgresql16').wanted,
  });

export const addDocumentDb = (graph: GraphBuilder, name: string): Handle<DatabaseClusterOutputs> =>
  graph.add(documentDbCluster, 'registry', {
    ...documentDbProps(name),
    ...addSurroundings(graph, name, 'docdb5.0').wanted,
  });

export const addInstance = (
  graph: GraphBuilder,
  name: string,
  cluster: Handle<DatabaseClusterOutputs>,
): Handle<DatabaseInstanceOutputs> =>
  graph.add(auroraInstance, 'keycloak-1', {
    dbInstanceIdentifier: `${name}-keycloak-1`,
    dbClusterIdentifier: cluster.ref('dbClusterIdentifier', { when: 'ready' }),
    dbInstanceClass: 'db.serverless',
    promotionTier: 0,
    publiclyAccessible: false,
  });
