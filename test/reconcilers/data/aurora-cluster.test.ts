import { auroraCluster } from '../../../src/reconcilers/data/aurora-cluster.ts';
import { clusterParameterGroup } from '../../../src/reconcilers/data/cluster-parameter-group.ts';
import { testKind } from '../../kind-contract.ts';
import { addSurroundings, auroraProps } from './databases.ts';

testKind(auroraCluster, {
  needs: (graph, name) => {
    const { wanted } = addSurroundings(graph, name, 'aurora-postgresql16');
    graph.add(clusterParameterGroup, 'next', {
      dbClusterParameterGroupName: `${name}-params-next`,
      family: 'aurora-postgresql17',
      description: 'of the next major version',
      parameters: {},
    });
    return wanted;
  },
  props: auroraProps,
  updates: [
    { serverlessV2ScalingConfiguration: { minCapacity: 1, maxCapacity: 4 } },
    { backupRetentionPeriod: 14, preferredBackupWindow: '01:00-02:00' },
    { preferredMaintenanceWindow: 'mon:04:00-mon:05:00' },
    { vpcSecurityGroupIds: [{ $ref: 'SecurityGroup/another', output: 'groupId' }] },
    { passwordVersion: 'second' },
    { copyTagsToSnapshot: false },
    { deletionProtection: false },
    { port: 5433 },
    { engineVersion: '16.8' },
    {
      engineVersion: '17.4',
      dbClusterParameterGroupName: { $ref: 'ClusterParameterGroup/next', output: 'dbClusterParameterGroupName' },
    },
  ],
  outside: {
    'protection that somebody took off': async (aws, live) => {
      const rds = await aws.rds();
      const DBClusterIdentifier = String(live.outputs['dbClusterIdentifier']);
      await rds.send(
        new rds.ModifyDBClusterCommand({ DBClusterIdentifier, DeletionProtection: true, ApplyImmediately: true }),
      );
    },
    'a deletion that was begun and is called off': async (aws, live) => {
      const rds = await aws.rds();
      const ResourceName = String(live.outputs['dbClusterArn']);
      const Tags = [{ Key: 'mcpgw:final-snapshot', Value: 'own-keycloak-cluster-final-00000000' }];
      await rds.send(new rds.AddTagsToResourceCommand({ ResourceName, Tags }));
    },
  },
  // The list has the tags of clusters in it.
  uncalled: ['rds:ListTagsForResource'],
  observeBudget: 1,
});
