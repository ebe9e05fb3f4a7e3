import type { Cluster, CreateClusterCommandInput } from '@aws-sdk/client-ecs';
import type { AwsKind } from '../../aws/aws.ts';
import { ignoreGone } from '../../aws/errors.ts';
import { ownedTags } from '../../aws/owned-tags.ts';
import { foreignMark, fromTagsLowerCase, nodeName, toTags } from '../../aws/tags.ts';
import { must } from '../../engine/errors.ts';
import type { Observed, Phase } from '../../engine/kind.ts';
import { known } from '../../engine/ref.ts';

export interface StrategyItem {
  readonly capacityProvider: string;
  readonly base: number;
  readonly weight: number;
}

export interface ClusterProps {
  readonly clusterName: string;
  readonly containerInsights: 'enabled' | 'disabled' | 'enhanced';
  readonly capacityProviders: readonly string[];
  readonly defaultStrategy: readonly StrategyItem[];
  /** Service Connect's namespace, by ARN: a name that ECS does not find makes it create another one, unasked. */
  readonly namespaceArn?: string;
  /** Where sessions of ECS Exec are recorded. */
  readonly execLogGroup?: string;
}

export interface ClusterOutputs {
  readonly clusterArn: string;
  readonly clusterName: string;
}

export const cluster: AwsKind<ClusterProps, ClusterOutputs> = {
  name: 'Cluster',
  immutable: ['clusterName'],
  replace: 'delete-first',
  identifies: ['clusterArn'],
  unordered: ['capacityProviders', 'defaultStrategy'],
  takes: { create: 2, delete: 5 },
  actions: {
    read: ['ecs:DescribeClusters', 'tag:GetResources'],
    write: [
      'ecs:CreateCluster',
      'ecs:UpdateCluster',
      'ecs:PutClusterCapacityProviders',
      'ecs:DeleteCluster',
      'ecs:TagResource',
    ],
    implied: ['iam:CreateServiceLinkedRole', 'servicediscovery:GetNamespace'],
  },

  async observe({ env: aws, nodes }) {
    const names = new Map(nodes.map((node) => [known<string>(node.props.clusterName) ?? node.name, node.name]));
    const owned = await ownedTags(aws, 'ecs:cluster');
    const asked = new Set([...names.keys(), ...[...owned.keys()].map(nameIn)]);
    if (asked.size === 0) return [];
    const ecs = await aws.ecs();
    const { clusters } = await ecs.send(
      // What is not asked for is left out of the answer, and would read as drift.
      new ecs.DescribeClustersCommand({
        clusters: [...asked],
        include: ['TAGS', 'SETTINGS', 'CONFIGURATIONS', 'ATTACHMENTS'],
      }),
    );
    // A deleted cluster stays described for a time.
    return (clusters ?? [])
      .filter((item) => item.status !== 'INACTIVE')
      .map((item) => toObserved(item, names.get(item.clusterName ?? '')));
  },

  async create({ env: aws, node }, props) {
    const ecs = await aws.ecs();
    const result = await ecs.send(
      new ecs.CreateClusterCommand({
        clusterName: props.clusterName,
        ...settingsOf(props),
        capacityProviders: [...props.capacityProviders],
        defaultCapacityProviderStrategy: props.defaultStrategy.map((item) => ({ ...item })),
        tags: fromTagsLowerCase(node.tags),
      }),
    );
    return toObserved(must(result.cluster, 'cluster'), node.name);
  },

  async update({ env: aws }, live, props, changed) {
    const ecs = await aws.ecs();
    const name = live.outputs.clusterArn;
    if (changed.has('containerInsights') || changed.has('namespaceArn') || changed.has('execLogGroup'))
      await ecs.send(new ecs.UpdateClusterCommand({ cluster: name, ...settingsOf(props) }));
    if (changed.has('capacityProviders') || changed.has('defaultStrategy'))
      await ecs.send(
        // Both lists are required and replaced whole.
        new ecs.PutClusterCapacityProvidersCommand({
          cluster: name,
          capacityProviders: [...props.capacityProviders],
          defaultCapacityProviderStrategy: props.defaultStrategy.map((item) => ({ ...item })),
        }),
      );
  },

  async retag({ env: aws }, live, tags) {
    const ecs = await aws.ecs();
    await ecs.send(new ecs.TagResourceCommand({ resourceArn: live.outputs.clusterArn, tags: fromTagsLowerCase(tags) }));
  },

  async delete({ env: aws }, live) {
    const ecs = await aws.ecs();
    await ignoreGone(ecs.send(new ecs.DeleteClusterCommand({ cluster: live.outputs.clusterArn })));
  },
};

// A cluster that was deleted without Insights and made again with them stays without for seven days, whatever it says.
function settingsOf(
  props: ClusterProps,
): Pick<CreateClusterCommandInput, 'settings' | 'configuration' | 'serviceConnectDefaults'> {
  const { namespaceArn: namespace, execLogGroup: cloudWatchLogGroupName } = props;
  return {
    settings: [{ name: 'containerInsights', value: props.containerInsights }],
    ...(namespace !== undefined && { serviceConnectDefaults: { namespace } }),
    ...(cloudWatchLogGroupName !== undefined && {
      configuration: {
        executeCommandConfiguration: { logging: 'OVERRIDE', logConfiguration: { cloudWatchLogGroupName } },
      },
    }),
  };
}

const nameIn = (arn: string): string => arn.split('/').pop() ?? '';

function phaseOf(item: Cluster): Phase {
  if (item.status === 'DEPROVISIONING') return 'deleting';
  if (item.status === 'FAILED' || item.attachmentsStatus === 'UPDATE_FAILED') return 'failed';
  return item.status === 'ACTIVE' && item.attachmentsStatus !== 'UPDATE_IN_PROGRESS' ? 'ready' : 'pending';
}

function toObserved(item: Cluster, node: string | undefined): Observed<ClusterProps, ClusterOutputs> {
  const tags = toTags(item.tags);
  const exec = item.configuration?.executeCommandConfiguration;
  const insights = item.settings?.find((setting) => setting.name === 'containerInsights')?.value;
  const phase = phaseOf(item);
  return {
    name: nodeName('Cluster', tags) ?? node ?? must(item.clusterName, 'clusterName'),
    phase,
    because: phase === 'failed' ? 'ECS could not set it up: delete it and apply again' : undefined,
    props: {
      clusterName: item.clusterName,
      containerInsights: insights as ClusterProps['containerInsights'],
      capacityProviders: item.capacityProviders ?? [],
      defaultStrategy: (item.defaultCapacityProviderStrategy ?? []).map(toStrategyItem),
      namespaceArn: item.serviceConnectDefaults?.namespace,
      execLogGroup: exec?.logging === 'OVERRIDE' ? exec.logConfiguration?.cloudWatchLogGroupName : undefined,
    },
    outputs: { clusterArn: item.clusterArn, clusterName: item.clusterName },
    tags,
    foreign: foreignMark(tags),
  };
}

/** AWS leaves out a base and a weight of nothing. */
export const toStrategyItem = (item: {
  capacityProvider: string | undefined;
  base?: number | undefined;
  weight?: number | undefined;
}): StrategyItem => ({
  capacityProvider: must(item.capacityProvider, 'capacityProvider'),
  base: item.base ?? 0,
  weight: item.weight ?? 0,
});
