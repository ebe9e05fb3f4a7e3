import type { MetricAlarm, PutMetricAlarmCommandInput } from '@aws-sdk/client-cloudwatch';
import type { Aws, AwsKind } from '../../aws/aws.ts';
import { ownedTags, tagsOf } from '../../aws/owned-tags.ts';
import { chunks, collect } from '../../aws/pages.ts';
import { foreignMark, fromTags, nodeName, toTags } from '../../aws/tags.ts';
import { must } from '../../engine/errors.ts';
import type { Observed, Tags } from '../../engine/kind.ts';
import { known } from '../../engine/ref.ts';

/** Compares the statistic with the threshold, and fires when that holds for all evaluation periods. */
export interface MetricAlarmProps {
  readonly alarmName: string;
  readonly description: string;
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly statistic: 'Average' | 'Sum' | 'Maximum';
  /** Seconds. */
  readonly period: number;
  readonly evaluationPeriods: number;
  readonly comparison: 'GreaterThanThreshold';
  readonly threshold: number;
  /** False: it fires and tells nobody. */
  readonly actionsEnabled: boolean;
  /** ARNs of what is told. */
  readonly alarmActions: readonly string[];
}

export interface MetricAlarmOutputs {
  readonly alarmArn: string;
}

const MOST_NAMES = 100;

export const metricAlarm: AwsKind<MetricAlarmProps, MetricAlarmOutputs> = {
  name: 'MetricAlarm',
  immutable: ['alarmName'],
  replace: 'new-first',
  identifies: ['alarmArn'],
  unordered: ['alarmActions'],
  takes: { create: 1, delete: 1 },
  actions: {
    read: ['cloudwatch:DescribeAlarms', 'cloudwatch:ListTagsForResource', 'tag:GetResources'],
    write: ['cloudwatch:PutMetricAlarm', 'cloudwatch:DeleteAlarms', 'cloudwatch:TagResource'],
  },

  async observe({ env: aws, nodes }) {
    const wanted = new Map(nodes.map((node) => [known<string>(node.props.alarmName) ?? '', node.name]));
    const cloudwatch = await aws.cloudwatch();
    const owned = await ownedTags(aws, 'cloudwatch:alarm');
    const names = new Set([...wanted.keys(), ...[...owned.keys()].map((arn) => arn.split(':alarm:')[1] ?? '')]);
    const lists = await Promise.all(
      chunks([...names], MOST_NAMES).map((part) =>
        collect(
          cloudwatch.paginateDescribeAlarms(
            { client: cloudwatch.client },
            { AlarmNames: [...part], AlarmTypes: ['MetricAlarm'] },
          ),
          (page) => page.MetricAlarms,
        ),
      ),
    );
    return Promise.all(
      lists.flat().map(async (item) => {
        const tags = await tagsOf(owned, item.AlarmArn ?? '', () => readTags(aws, item.AlarmArn));
        return toObserved(item, tags, wanted.get(item.AlarmName ?? ''));
      }),
    );
  },

  async create({ env: aws, node }, props) {
    const cloudwatch = await aws.cloudwatch();
    await cloudwatch.send(new cloudwatch.PutMetricAlarmCommand({ ...toInput(props), Tags: fromTags(node.tags) }));
    const AlarmArn = `arn:${aws.partition}:cloudwatch:${aws.region}:${aws.accountId}:alarm:${props.alarmName}`;
    return toObserved({ ...toInput(props), AlarmArn }, node.tags, node.name);
  },

  // A put replaces the whole alarm but for its state and its tags.
  async update({ env: aws }, _live, props) {
    const cloudwatch = await aws.cloudwatch();
    await cloudwatch.send(new cloudwatch.PutMetricAlarmCommand(toInput(props)));
  },

  async retag({ env: aws }, live, tags) {
    const cloudwatch = await aws.cloudwatch();
    await cloudwatch.send(
      new cloudwatch.TagResourceCommand({ ResourceARN: must(live.outputs.alarmArn, 'alarmArn'), Tags: fromTags(tags) }),
    );
  },

  async delete({ env: aws }, live) {
    const cloudwatch = await aws.cloudwatch();
    await cloudwatch.send(
      new cloudwatch.DeleteAlarmsCommand({ AlarmNames: [must(live.props.alarmName, 'alarmName')] }),
    );
  },
};

function toInput(props: MetricAlarmProps): PutMetricAlarmCommandInput {
  return {
    AlarmName: props.alarmName,
    AlarmDescription: props.description,
    Namespace: props.namespace,
    MetricName: props.metricName,
    Dimensions: Object.entries(props.dimensions).map(([Name, Value]) => ({ Name, Value })),
    Statistic: props.statistic,
    Period: props.period,
    EvaluationPeriods: props.evaluationPeriods,
    Threshold: props.threshold,
    ComparisonOperator: props.comparison,
    ActionsEnabled: props.actionsEnabled,
    AlarmActions: [...props.alarmActions],
  };
}

async function readTags(aws: Aws, ResourceARN: string | undefined): Promise<Tags> {
  const cloudwatch = await aws.cloudwatch();
  return toTags((await cloudwatch.send(new cloudwatch.ListTagsForResourceCommand({ ResourceARN }))).Tags);
}

function toObserved(
  item: MetricAlarm,
  tags: Tags,
  wanted: string | undefined,
): Observed<MetricAlarmProps, MetricAlarmOutputs> {
  return {
    name: nodeName('MetricAlarm', tags) ?? wanted ?? must(item.AlarmName, 'AlarmName'),
    phase: 'ready',
    props: {
      alarmName: item.AlarmName,
      description: item.AlarmDescription,
      namespace: item.Namespace,
      metricName: item.MetricName,
      dimensions: Object.fromEntries((item.Dimensions ?? []).map(({ Name, Value }) => [Name ?? '', Value ?? ''])),
      statistic: item.Statistic as MetricAlarmProps['statistic'] | undefined,
      period: item.Period,
      evaluationPeriods: item.EvaluationPeriods,
      comparison: item.ComparisonOperator as MetricAlarmProps['comparison'] | undefined,
      threshold: item.Threshold,
      actionsEnabled: item.ActionsEnabled,
      alarmActions: item.AlarmActions ?? [],
    },
    outputs: { alarmArn: item.AlarmArn },
    tags,
    foreign: foreignMark(tags),
  };
}
