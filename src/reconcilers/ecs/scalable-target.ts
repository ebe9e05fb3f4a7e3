import type { ScalableTarget } from '@aws-sdk/client-application-auto-scaling';
import type { AwsKind } from '../../aws/aws.ts';
import { ignoreGone } from '../../aws/errors.ts';
import { chunks, collect } from '../../aws/pages.ts';
import { must } from '../../engine/errors.ts';
import type { Observed } from '../../engine/kind.ts';
import { known } from '../../engine/ref.ts';
import { service } from './service.ts';

/** Lets Application Auto Scaling move the number of a service's tasks. */
export interface ScalableTargetProps {
  /** `service/<cluster>/<service>` */
  readonly resourceId: string;
  readonly minCapacity: number;
  readonly maxCapacity: number;
}

export interface ScalableTargetOutputs {
  readonly resourceId: string;
}

export const NAMESPACE_AND_DIMENSION = {
  ServiceNamespace: 'ecs',
  ScalableDimension: 'ecs:service:DesiredCount',
} as const;
const MOST_IDS = 50;

export const scalableTarget: AwsKind<ScalableTargetProps, ScalableTargetOutputs> = {
  name: 'ScalableTarget',
  parent: 'resourceId',
  immutable: ['resourceId'],
  replace: 'delete-first',
  identifies: ['resourceId'],
  takes: { create: 1, delete: 1 },
  actions: {
    read: ['application-autoscaling:DescribeScalableTargets'],
    write: ['application-autoscaling:RegisterScalableTarget', 'application-autoscaling:DeregisterScalableTarget'],
    implied: ['application-autoscaling:TagResource', 'iam:CreateServiceLinkedRole'],
  },

  async observe({ env: aws, nodes, live }) {
    const names = new Map(nodes.map((node) => [known<string>(node.props.resourceId) ?? node.name, node.name]));
    const services = await live(service);
    const ids = [...new Set([...names.keys(), ...services.flatMap((item) => item.outputs.resourceId ?? [])])];
    const autoscaling = await aws.autoscaling();
    const lists = await Promise.all(
      chunks(ids, MOST_IDS).map((part) =>
        collect(
          autoscaling.paginateDescribeScalableTargets(
            { client: autoscaling.client },
            { ...NAMESPACE_AND_DIMENSION, ResourceIds: [...part] },
          ),
          (page) => page.ScalableTargets,
        ),
      ),
    );
    return lists.flat().map((item) => toObserved(item, names));
  },

  async create({ env: aws, node }, props) {
    const autoscaling = await aws.autoscaling();
    await autoscaling.send(
      new autoscaling.RegisterScalableTargetCommand({ ...toInput(props), Tags: { ...node.tags } }),
    );
    return toObserved(toInput(props), new Map([[props.resourceId, node.name]]));
  },

  // Each such call pulls the number of tasks between the bounds, at once and whatever it says.
  async update({ env: aws }, _live, props) {
    const autoscaling = await aws.autoscaling();
    await autoscaling.send(new autoscaling.RegisterScalableTargetCommand(toInput(props)));
  },

  async delete({ env: aws }, live) {
    const autoscaling = await aws.autoscaling();
    const input = { ...NAMESPACE_AND_DIMENSION, ResourceId: live.outputs.resourceId };
    await ignoreGone(autoscaling.send(new autoscaling.DeregisterScalableTargetCommand(input)));
  },
};

function toInput(props: ScalableTargetProps): ScalableTarget & Required<Pick<ScalableTarget, 'ResourceId'>> {
  return {
    ...NAMESPACE_AND_DIMENSION,
    ResourceId: props.resourceId,
    MinCapacity: props.minCapacity,
    MaxCapacity: props.maxCapacity,
  } as ScalableTarget;
}

/** Its tags are in no list, so it is known by its place: it is the only one that its service can have. */
function toObserved(
  item: ScalableTarget,
  names: ReadonlyMap<string, string>,
): Observed<ScalableTargetProps, ScalableTargetOutputs> {
  const resourceId = must(item.ResourceId, 'ResourceId');
  return {
    name: names.get(resourceId) ?? resourceId,
    phase: 'ready',
    props: { resourceId, minCapacity: item.MinCapacity, maxCapacity: item.MaxCapacity },
    outputs: { resourceId },
    createdAt: item.CreationTime?.getTime(),
  };
}
