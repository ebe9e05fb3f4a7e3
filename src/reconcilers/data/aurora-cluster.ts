import type { DBCluster } from '@aws-sdk/client-rds';
import type { AwsKind } from '../../aws/aws.ts';
import { must } from '../../engine/errors.ts';
import type { Observed } from '../../engine/kind.ts';
import { claim, ours, type Claim } from './claim.ts';
import {
  clusterActions,
  clustersOf,
  creationOf,
  modificationOf,
  modifyCluster,
  outputsOf,
  propsOf,
  standingOf,
  tagsOfNew,
  type DatabaseClusterOutputs,
  type DatabaseClusterProps,
} from './database-cluster.ts';
import { isLaterMinor, isMajorChange } from './engine-version.ts';
import { deleteWithSnapshot } from './final-snapshot.ts';
import { retagRds, tagsOf } from './rds-tags.ts';

export interface AuroraClusterProps extends DatabaseClusterProps {
  readonly databaseName: string;
  /** ACUs. */
  readonly serverlessV2ScalingConfiguration: { readonly minCapacity: number; readonly maxCapacity: number };
  readonly copyTagsToSnapshot: boolean;
}

const ENGINE = 'aurora-postgresql';

/** Aurora PostgreSQL Serverless v2. Without an instance it is available and answers nobody. */
export const auroraCluster: AwsKind<AuroraClusterProps, DatabaseClusterOutputs> = {
  name: 'AuroraCluster',
  immutable: ['dbClusterIdentifier', 'databaseName', 'masterUsername', 'dbSubnetGroupName', 'kmsKeyId'],
  replace: 'refuse',
  refusal:
    "it holds Keycloak's data and this never changes in a database: put spec.databases.keycloak.username and spec.network back, or restore a snapshot as docs/databases.md says",
  identifies: ['dbClusterIdentifier'],
  stateful: true,
  unordered: ['vpcSecurityGroupIds'],
  tolerates: {
    engineVersion: isLaterMinor,
    // Not in every answer.
    databaseName: (live) => live === undefined,
  },
  slowToShow: true,
  leaves: ['ClusterSnapshot'],
  takes: { create: 60, update: 120, delete: 420 },
  actions: clusterActions,
  interrupts: (fields) =>
    fields.includes('engineVersion') || fields.includes('port')
      ? "signing in: Keycloak's database restarts"
      : undefined,

  async observe(look) {
    const clusters = await clustersOf(look.env, ENGINE);
    const found = clusters.map(async (item) => {
      const tags = await tagsOf(look.env, item.DBClusterArn, item.TagList);
      const claimed = claim(look, 'AuroraCluster', tags, 'dbClusterIdentifier', item.DBClusterIdentifier);
      return claimed === undefined ? [] : [toObserved(item, claimed)];
    });
    return (await Promise.all(found)).flat();
  },

  async create({ env: aws, node }, props) {
    const rds = await aws.rds();
    const { minCapacity: MinCapacity, maxCapacity: MaxCapacity } = props.serverlessV2ScalingConfiguration;
    const { DBCluster } = await rds.send(
      new rds.CreateDBClusterCommand({
        // EngineMode stays out: `serverless` would be the first version of it.
        Engine: ENGINE,
        ...creationOf(props, node.tags),
        DatabaseName: props.databaseName,
        ServerlessV2ScalingConfiguration: { MinCapacity, MaxCapacity },
        CopyTagsToSnapshot: props.copyTagsToSnapshot,
      }),
    );
    return toObserved(must(DBCluster, 'DBCluster'), ours(node.name, tagsOfNew(node.tags, props)));
  },

  async update({ env: aws }, live, props, changed) {
    const { minCapacity: MinCapacity, maxCapacity: MaxCapacity } = props.serverlessV2ScalingConfiguration;
    await modifyCluster(aws, live, props, changed, {
      ...modificationOf(props, changed),
      ...(changed.has('engineVersion') &&
        isMajorChange(live.props.engineVersion, props.engineVersion) && { AllowMajorVersionUpgrade: true }),
      ...(changed.has('serverlessV2ScalingConfiguration') && {
        ServerlessV2ScalingConfiguration: { MinCapacity, MaxCapacity },
      }),
      ...(changed.has('copyTagsToSnapshot') && { CopyTagsToSnapshot: props.copyTagsToSnapshot }),
    });
  },

  retag: (act, live, tags) => retagRds(act.env, live.outputs.dbClusterArn, tags),

  // Left to itself AWS throws the automated backups away as well; like this they end after their days.
  delete: (act, live) => deleteWithSnapshot(act.env, live, act.token, { DeleteAutomatedBackups: false }),
};

function toObserved(item: DBCluster, claimed: Claim): Observed<AuroraClusterProps, DatabaseClusterOutputs> {
  const { MinCapacity: minCapacity, MaxCapacity: maxCapacity } = item.ServerlessV2ScalingConfiguration ?? {};
  return {
    ...claimed,
    ...standingOf(item),
    props: {
      ...propsOf(item, claimed.tags),
      databaseName: item.DatabaseName,
      serverlessV2ScalingConfiguration:
        minCapacity === undefined || maxCapacity === undefined ? undefined : { minCapacity, maxCapacity },
      copyTagsToSnapshot: item.CopyTagsToSnapshot ?? false,
    },
    outputs: outputsOf(item),
    createdAt: item.ClusterCreateTime?.getTime(),
  };
}
