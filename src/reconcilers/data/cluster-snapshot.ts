import type { AwsKind } from '../../aws/aws.ts';
import { collect } from '../../aws/pages.ts';
import { isOurs, toTags } from '../../aws/tags.ts';
import { must } from '../../engine/errors.ts';

export interface ClusterSnapshotProps {
  readonly kmsKeyId: string;
}

export interface ClusterSnapshotOutputs {
  readonly dbClusterSnapshotArn: string;
}

/**
 * What is left of a gateway's databases: final snapshots, and those that somebody took of our clusters. No node
 * wants one and nothing here deletes one; being seen, it keeps the key that it is encrypted with.
 */
export const clusterSnapshot: AwsKind<ClusterSnapshotProps, ClusterSnapshotOutputs> = {
  name: 'ClusterSnapshot',
  immutable: [],
  replace: 'refuse',
  identifies: ['dbClusterSnapshotArn'],
  stateful: true,
  actions: { read: ['rds:DescribeDBClusterSnapshots'], write: [] },

  async observe({ env: aws }) {
    const rds = await aws.rds();
    const input = { SnapshotType: 'manual', Filters: [{ Name: 'engine', Values: ['aurora-postgresql', 'docdb'] }] };
    const snapshots = await collect(
      rds.paginateDescribeDBClusterSnapshots({ client: rds.client }, input),
      (page) => page.DBClusterSnapshots,
    );
    return snapshots
      .map((item) => ({ item, tags: toTags(item.TagList) }))
      .filter(({ tags }) => isOurs(aws, tags))
      .map(({ item, tags }) => ({
        name: must(item.DBClusterSnapshotIdentifier, 'DBClusterSnapshotIdentifier'),
        phase: item.Status === 'available' ? 'ready' : 'pending',
        props: { kmsKeyId: item.KmsKeyId },
        outputs: { dbClusterSnapshotArn: item.DBClusterSnapshotArn },
        tags,
        createdAt: item.SnapshotCreateTime?.getTime(),
      }));
  },
};
