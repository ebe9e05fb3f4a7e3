import { clusterParameterGroup } from '../../../src/reconcilers/data/cluster-parameter-group.ts';
import { documentDbCluster } from '../../../src/reconcilers/data/documentdb-cluster.ts';
import { testKind } from '../../kind-contract.ts';
import { addSurroundings, documentDbProps } from './databases.ts';

testKind(documentDbCluster, {
  needs: (graph, name) => {
    const { wanted } = addSurroundings(graph, name, 'docdb5.0');
    graph.add(clusterParameterGroup, 'next', {
      dbClusterParameterGroupName: `${name}-params-next`,
      family: 'docdb8.0',
      description: 'of the next major version',
      parameters: {},
    });
    return wanted;
  },
  props: documentDbProps,
  updates: [
    { backupRetentionPeriod: 14, preferredBackupWindow: '01:00-02:00' },
    { logGroupNames: ['/aws/docdb/own-documentdb-cluster/audit'] },
    { logGroupNames: ['/aws/docdb/own-documentdb-cluster/profiler'] },
    { vpcSecurityGroupIds: [{ $ref: 'SecurityGroup/another', output: 'groupId' }] },
    { passwordVersion: 'second' },
    { deletionProtection: false },
    {
      // An upgrade is refused together with another security group, which then comes after it.
      engineVersion: '8.0.0',
      dbClusterParameterGroupName: { $ref: 'ClusterParameterGroup/next', output: 'dbClusterParameterGroupName' },
      vpcSecurityGroupIds: [{ $ref: 'SecurityGroup/database', output: 'groupId' }],
    },
  ],
  outside: {
    'a deletion that was begun and is called off': async (aws, live) => {
      const rds = await aws.rds();
      const ResourceName = String(live.outputs['dbClusterArn']);
      const Tags = [{ Key: 'mcpgw:final-snapshot', Value: 'own-documentdb-cluster-final-00000000' }];
      await rds.send(new rds.AddTagsToResourceCommand({ ResourceName, Tags }));
    },
  },
  // The list has the tags of clusters in it.
  uncalled: ['rds:ListTagsForResource'],
  observeBudget: 1,
});
