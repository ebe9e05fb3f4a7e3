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

export interface DocumentDbClusterProps extends DatabaseClusterProps {
  /**
   * `/aws/docdb/<cluster>/<type>`, where DocumentDB writes the types that are exported. As names of groups, because a
   * group that is deleted before its cluster is made again.
   */
  readonly logGroupNames: readonly string[];
}

const ENGINE = 'docdb';

/**
 * DocumentDB with instances; its elastic clusters have no vector indexes. It is spoken to by the RDS client, whose
 * lists have tags in them: the client of its own drops them.
 */
export const documentDbCluster: AwsKind<DocumentDbClusterProps, DatabaseClusterOutputs> = {
  name: 'DocumentDbCluster',
  immutable: ['dbClusterIdentifier', 'masterUsername', 'dbSubnetGroupName', 'kmsKeyId'],
  replace: 'refuse',
  refusal:
    "it holds the registry's data and this never changes in a database: put spec.databases.registry.username and spec.network back, or restore a snapshot as docs/databases.md says",
  identifies: ['dbClusterIdentifier'],
  stateful: true,
  unordered: ['vpcSecurityGroupIds', 'logGroupNames'],
  tolerates: { engineVersion: isLaterMinor },
  slowToShow: true,
  leaves: ['ClusterSnapshot'],
  takes: { create: 60, update: 120, delete: 420 },
  actions: clusterActions,
  interrupts: (fields) =>
    fields.includes('engineVersion') || fields.includes('port') ? 'the registry: its database restarts' : undefined,

  async observe(look) {
    const clusters = await clustersOf(look.env, ENGINE);
    const found = clusters.map(async (item) => {
      const tags = await tagsOf(look.env, item.DBClusterArn, item.TagList);
      const claimed = claim(look, 'DocumentDbCluster', tags, 'dbClusterIdentifier', item.DBClusterIdentifier);
      return claimed === undefined ? [] : [toObserved(item, claimed)];
    });
    return (await Promise.all(found)).flat();
  },

  async create({ env: aws, node }, props) {
    const rds = await aws.rds();
    const { DBCluster } = await rds.send(
      new rds.CreateDBClusterCommand({
        Engine: ENGINE,
        ...creationOf(props, node.tags),
        EnableCloudwatchLogsExports: props.logGroupNames.map(typeOf),
      }),
    );
    return toObserved(must(DBCluster, 'DBCluster'), ours(node.name, tagsOfNew(node.tags, props)));
  },

  async update({ env: aws }, live, props, changed) {
    // An upgrade of the major version is refused together with anything else; the rest comes with the next pass.
    if (changed.has('engineVersion') && isMajorChange(live.props.engineVersion, props.engineVersion)) {
      const upgrade = new Set(
        [...changed].filter((field) => field === 'engineVersion' || field === 'dbClusterParameterGroupName'),
      );
      return modifyCluster(aws, live, props, upgrade, {
        ...modificationOf(props, upgrade),
        AllowMajorVersionUpgrade: true,
      });
    }
    const wanted = props.logGroupNames.map(typeOf);
    const found = (live.props.logGroupNames ?? []).map(typeOf);
    await modifyCluster(aws, live, props, changed, {
      ...modificationOf(props, changed),
      ...(changed.has('logGroupNames') && {
        CloudwatchLogsExportConfiguration: {
          EnableLogTypes: wanted.filter((type) => !found.includes(type)),
          DisableLogTypes: found.filter((type) => !wanted.includes(type)),
        },
      }),
    });
  },

  retag: (act, live, tags) => retagRds(act.env, live.outputs.dbClusterArn, tags),

  delete: (act, live) => deleteWithSnapshot(act.env, live, act.token),
};

const typeOf = (logGroupName: string): string => logGroupName.slice(logGroupName.lastIndexOf('/') + 1);

/** What is being switched on or off counts as done. */
function exportsOf(item: DBCluster): readonly string[] {
  const { LogTypesToEnable = [], LogTypesToDisable = [] } =
    item.PendingModifiedValues?.PendingCloudwatchLogsExports ?? {};
  const enabled = (item.EnabledCloudwatchLogsExports ?? []).filter((type) => !LogTypesToDisable.includes(type));
  return [...new Set([...enabled, ...LogTypesToEnable])];
}

function toObserved(item: DBCluster, claimed: Claim): Observed<DocumentDbClusterProps, DatabaseClusterOutputs> {
  return {
    ...claimed,
    ...standingOf(item),
    props: {
      ...propsOf(item, claimed.tags),
      logGroupNames: exportsOf(item).map((type) => `/aws/docdb/${item.DBClusterIdentifier ?? ''}/${type}`),
    },
    outputs: outputsOf(item),
    createdAt: item.ClusterCreateTime?.getTime(),
  };
}
