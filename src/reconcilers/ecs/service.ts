import type { Service } from '@aws-sdk/client-ecs';
import type { Aws, AwsKind } from '../../aws/aws.ts';
import { ignoreGone } from '../../aws/errors.ts';
import { foreignMark, fromTagsLowerCase, nodeName, toTags } from '../../aws/tags.ts';
import { must } from '../../engine/errors.ts';
import type { Act, Observed, Tags } from '../../engine/kind.ts';
import { known } from '../../engine/ref.ts';
import { cluster } from './cluster.ts';
import { endpointsOf, knownTo, markOf, type Endpoint } from './knows.ts';
import { DEPLOYMENT_TAG, rolloutOf, type Rollout } from './rollout.ts';
import { allFields, primaryOf, toInput, toProps, type ServiceProps } from './service-form.ts';
import { servicesIn } from './service-list.ts';
import { taskDefinition } from './task-definition.ts';

export interface ServiceOutputs {
  readonly serviceArn: string;
  readonly serviceName: string;
  /** What Application Auto Scaling calls it. */
  readonly resourceId: string;
  /** Since its first deployment was complete. */
  readonly endpoint: Endpoint;
}

const DEPLOYED = new Set([
  'taskDefinition',
  'subnetIds',
  'securityGroupIds',
  'assignPublicIp',
  'targets',
  'serviceConnect',
]);
// AWS takes these at once and applies them to tasks that start later: without a deployment the rest never has them.
const FORCED = new Set(['enableExecuteCommand', 'enableECSManagedTags', 'capacityProviderStrategy', 'knows']);

export const service: AwsKind<ServiceProps, ServiceOutputs> = {
  name: 'Service',
  parent: 'clusterArn',
  immutable: ['clusterArn', 'serviceName'],
  replace: 'delete-first',
  mends: true,
  identifies: ['serviceArn', 'resourceId'],
  unordered: ['subnetIds', 'securityGroupIds', 'targets', 'capacityProviderStrategy', 'knows'],
  tolerates: {
    autoscaled: () => true,
    desiredCount: (live, _wanted, { autoscaled }) =>
      autoscaled !== undefined && live !== undefined && live >= autoscaled.min && live <= autoscaled.max,
  },
  takes: { create: 180, update: 240, delete: 60 },
  actions: {
    read: [
      'ecs:ListServices',
      'ecs:DescribeServices',
      'ecs:ListServiceDeployments',
      'ecs:DescribeServiceDeployments',
      'ecs:DescribeServiceRevisions',
      'ecs:ListTasks',
      'ecs:DescribeTasks',
      'logs:GetLogEvents',
    ],
    write: ['ecs:CreateService', 'ecs:UpdateService', 'ecs:DeleteService', 'ecs:TagResource'],
    implied: ['iam:CreateServiceLinkedRole', 'iam:PassRole'],
  },

  async observe({ env: aws, nodes, live }) {
    const [clusters, revisions] = await Promise.all([live(cluster), live(taskDefinition)]);
    const names = nodes.flatMap((node) => known<string>(node.props.serviceName) ?? []);
    const services = await servicesIn(aws, clusters, names);
    const seen = await Promise.all(
      services.map(async (item) => toObserved(item, await rolloutOf(aws, item, revisions))),
    );
    const offered = endpointsOf(seen);
    const wanted = new Map(nodes.map((node) => [node.name, known(node.props.knows) ?? []]));
    return seen.map((item) => ({
      ...item,
      props: { ...item.props, knows: knownTo(item, wanted.get(item.name) ?? [], offered) },
    }));
  },

  async create({ env: aws, node, token, live }, props) {
    const ecs = await aws.ecs();
    const tags = fromTagsLowerCase({ ...node.tags, ...markOf(live(service)) });
    const result = await ecs.send(
      new ecs.CreateServiceCommand({
        ...toInput(props, allFields),
        cluster: props.clusterArn,
        serviceName: props.serviceName,
        // One excludes the other.
        ...(props.capacityProviderStrategy.length === 0 && {
          launchType: 'FARGATE',
          capacityProviderStrategy: undefined,
        }),
        clientToken: token,
        tags,
      }),
    );
    const made = toObserved({ ...must(result.service, 'service'), tags }, { phase: 'pending', completed: false });
    return { ...made, props: { ...made.props, knows: props.knows } };
  },

  async update(act, live, props, changed) {
    const ecs = await act.env.ecs();
    const fields = [...changed];
    const force = fields.some((field) => FORCED.has(field));
    const result = await ecs.send(
      new ecs.UpdateServiceCommand({
        ...toInput(props, changed),
        cluster: props.clusterArn,
        service: props.serviceName,
        ...(force && { forceNewDeployment: true }),
      }),
    );
    if (!force && !fields.some((field) => DEPLOYED.has(field))) return;
    // After the deployment, not before: a mark that is too old only means one deployment more.
    const begun = must(result.service && primaryOf(result.service)?.id, 'deployment');
    await tag(act, live, { ...markOf(act.live(service)), [DEPLOYMENT_TAG]: begun });
  },

  retag: (act, live, tags) => tag(act, live, tags),

  async delete({ env: aws }, live) {
    const ecs = await aws.ecs();
    const { clusterArn, serviceName } = live.props;
    await ignoreGone(
      ecs.send(new ecs.DeleteServiceCommand({ cluster: clusterArn, service: serviceName, force: true })),
    );
  },
};

async function tag({ env: aws }: Act<Aws>, live: Observed<ServiceProps, ServiceOutputs>, tags: Tags): Promise<void> {
  const ecs = await aws.ecs();
  await ecs.send(new ecs.TagResourceCommand({ resourceArn: live.outputs.serviceArn, tags: fromTagsLowerCase(tags) }));
}

function toObserved(item: Service, rollout: Rollout): Observed<ServiceProps, ServiceOutputs> {
  const tags = toTags(item.tags);
  const endpoint = primaryOf(item)?.serviceConnectResources?.[0];
  const id = endpoint?.discoveryArn?.split('/').pop();
  const name = endpoint?.discoveryName;
  const props = toProps(item);
  return {
    name: nodeName('Service', tags) ?? must(item.serviceName, 'serviceName'),
    phase: rollout.phase,
    because: rollout.because,
    props: { ...props, taskDefinition: rollout.refused ?? props.taskDefinition, autoscaled: undefined, knows: [] },
    outputs: {
      serviceArn: item.serviceArn,
      serviceName: item.serviceName,
      resourceId: `service/${item.clusterArn?.split('/').pop() ?? ''}/${item.serviceName ?? ''}`,
      endpoint: rollout.completed && name !== undefined && id !== undefined ? { name, id } : undefined,
    },
    tags,
    foreign: foreignMark(tags),
    createdAt: item.createdAt?.getTime(),
  };
}
