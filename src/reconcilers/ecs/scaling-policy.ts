import type { ScalingPolicy } from '@aws-sdk/client-application-auto-scaling';
import type { AwsKind } from '../../aws/aws.ts';
import { ignoreGone } from '../../aws/errors.ts';
import { collect } from '../../aws/pages.ts';
import { must } from '../../engine/errors.ts';
import type { Observed } from '../../engine/kind.ts';
import { known } from '../../engine/ref.ts';
import { NAMESPACE_AND_DIMENSION, scalableTarget } from './scalable-target.ts';

/** Holds an average of a service's tasks near a target by changing their number. */
export interface ScalingPolicyProps {
  readonly resourceId: string;
  readonly policyName: string;
  readonly metric: 'ECSServiceAverageCPUUtilization' | 'ECSServiceAverageMemoryUtilization';
  /** Percent. */
  readonly targetValue: number;
  /** Seconds of rest after fewer, and after more. Left out, AWS takes 300 for both. */
  readonly scaleInCooldown?: number;
  readonly scaleOutCooldown?: number;
}

export interface ScalingPolicyOutputs {
  readonly policyArn: string;
}

export const scalingPolicy: AwsKind<ScalingPolicyProps, ScalingPolicyOutputs> = {
  name: 'ScalingPolicy',
  parent: 'resourceId',
  immutable: ['resourceId', 'policyName'],
  replace: 'new-first',
  identifies: ['policyArn'],
  takes: { create: 1, delete: 1 },
  actions: {
    read: ['application-autoscaling:DescribeScalingPolicies'],
    write: ['application-autoscaling:PutScalingPolicy', 'application-autoscaling:DeleteScalingPolicy'],
    // The alarms behind it are AWS's own; they are made with the caller's rights.
    implied: [
      'cloudwatch:PutMetricAlarm',
      'cloudwatch:DescribeAlarms',
      'cloudwatch:DeleteAlarms',
      'ecs:DescribeServices',
      'ecs:UpdateService',
    ],
  },

  async observe({ env: aws, nodes, live }) {
    const names = new Map(
      nodes.map((node) => [
        keyOf(known<string>(node.props.resourceId), known<string>(node.props.policyName)),
        node.name,
      ]),
    );
    const targets = await live(scalableTarget);
    const autoscaling = await aws.autoscaling();
    // One target a call: without, the answer has the policies of the whole account, ten a page.
    const lists = await Promise.all(
      targets.map((target) =>
        collect(
          autoscaling.paginateDescribeScalingPolicies(
            { client: autoscaling.client },
            { ...NAMESPACE_AND_DIMENSION, ResourceId: target.outputs.resourceId },
          ),
          (page) => page.ScalingPolicies,
        ),
      ),
    );
    return lists.flat().map((item) => toObserved(item, names));
  },

  async create({ env: aws, node }, props) {
    const autoscaling = await aws.autoscaling();
    const input = toInput(props);
    const { PolicyARN } = await autoscaling.send(new autoscaling.PutScalingPolicyCommand(input));
    return toObserved(
      { ...input, PolicyARN } as ScalingPolicy,
      new Map([[keyOf(props.resourceId, props.policyName), node.name]]),
    );
  },

  // The configuration is replaced whole.
  async update({ env: aws }, _live, props) {
    const autoscaling = await aws.autoscaling();
    await autoscaling.send(new autoscaling.PutScalingPolicyCommand(toInput(props)));
  },

  async delete({ env: aws }, live) {
    const autoscaling = await aws.autoscaling();
    const input = { ...NAMESPACE_AND_DIMENSION, ResourceId: live.props.resourceId, PolicyName: live.props.policyName };
    await ignoreGone(autoscaling.send(new autoscaling.DeleteScalingPolicyCommand(input)));
  },
};

const keyOf = (resourceId: string | undefined, policyName: string | undefined): string =>
  `${resourceId ?? ''}/${policyName ?? ''}`;

const toInput = (props: ScalingPolicyProps) =>
  ({
    ...NAMESPACE_AND_DIMENSION,
    ResourceId: props.resourceId,
    PolicyName: props.policyName,
    PolicyType: 'TargetTrackingScaling',
    TargetTrackingScalingPolicyConfiguration: {
      PredefinedMetricSpecification: { PredefinedMetricType: props.metric },
      TargetValue: props.targetValue,
      ScaleInCooldown: props.scaleInCooldown,
      ScaleOutCooldown: props.scaleOutCooldown,
    },
  }) as const;

function toObserved(
  item: ScalingPolicy,
  names: ReadonlyMap<string, string>,
): Observed<ScalingPolicyProps, ScalingPolicyOutputs> {
  const target = item.TargetTrackingScalingPolicyConfiguration;
  const key = keyOf(item.ResourceId, item.PolicyName);
  return {
    name: names.get(key) ?? key,
    phase: 'ready',
    props: {
      resourceId: must(item.ResourceId, 'ResourceId'),
      policyName: item.PolicyName,
      metric: target?.PredefinedMetricSpecification?.PredefinedMetricType as ScalingPolicyProps['metric'],
      targetValue: target?.TargetValue,
      scaleInCooldown: target?.ScaleInCooldown,
      scaleOutCooldown: target?.ScaleOutCooldown,
    },
    outputs: { policyArn: item.PolicyARN },
    createdAt: item.CreationTime?.getTime(),
  };
}
