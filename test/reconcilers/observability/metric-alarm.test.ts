import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DisableAlarmActionsCommand, PutMetricAlarmCommand } from '@aws-sdk/client-cloudwatch';
import type { Aws } from '../../../src/aws/aws.ts';
import type { Observed } from '../../../src/engine/kind.ts';
import { metricAlarm } from '../../../src/reconcilers/observability/metric-alarm.ts';
import { topic } from '../../../src/reconcilers/observability/topic.ts';
import { testKind } from '../../kind-contract.ts';
import { openAccount } from '../../sandbox-account.ts';
import { assertEmpty, SandboxGateway, type Declared } from '../../sandbox-gateway.ts';

const load = (name: string) =>
  ({
    alarmName: `${name}-v2-auth-cpu-high`,
    description: 'auth: cpu above 85 percent for ten minutes',
    namespace: 'AWS/ECS',
    metricName: 'CPUUtilization',
    dimensions: { ClusterName: 'main', ServiceName: `${name}-v2-auth` },
    statistic: 'Average',
    period: 300,
    evaluationPeriods: 2,
    comparison: 'GreaterThanThreshold',
    threshold: 85,
    actionsEnabled: true,
    alarmActions: [],
  }) as const;

testKind(metricAlarm, {
  needs: (graph, name) => ({
    alarmActions: [graph.add(topic, 'alarms', { topicName: `${name}-alarms` }).ref('topicArn')],
  }),
  props: (name) => {
    const { alarmActions: _, ...rest } = load(name);
    return rest;
  },
  updates: [
    { threshold: 90.5, evaluationPeriods: 3 },
    { metricName: 'MemoryUtilization', description: 'auth: memory' },
    { namespace: 'AWS/ApplicationELB', dimensions: { LoadBalancer: 'app/x/1' }, statistic: 'Sum', period: 60 },
    { alarmActions: [] },
  ],
  replacements: [{ alarmName: 'own-v2-other' }],
  observeBudget: 2,
  uncalled: ['cloudwatch:ListTagsForResource'],
  outside: {
    'an alarm that tells nobody any more': async (aws, live) => {
      const cloudwatch = await aws.cloudwatch();
      await cloudwatch.send(new DisableAlarmActionsCommand({ AlarmNames: [String(live.props['alarmName'])] }));
    },
    'an alarm that fires when all is well': (aws, live) =>
      putAnother(aws, live, { ComparisonOperator: 'LessThanThreshold' }),
    'an alarm that looks at another service': (aws, live) => putAnother(aws, live, { Dimensions: [] }),
  },
});

describe('MetricAlarm without a node', () => {
  test('alarms that are no longer wanted are found when none is', async () => {
    const gateway = new SandboxGateway(await openAccount());
    const declare = (add: boolean): Declared =>
      gateway.declare((graph) => add && graph.add(metricAlarm, 'auth-cpu', load('own')), [metricAlarm]);
    await gateway.apply(declare(true));
    const plan = await gateway.plan(declare(false));
    assert.deepEqual(
      plan.steps.map((step) => [step.node, step.action]),
      [['MetricAlarm/auth-cpu', 'delete']],
    );
    await gateway.apply(declare(false));
    assertEmpty(await gateway.plan(declare(false)));
  });
});

async function putAnother(aws: Aws, live: Observed, change: object): Promise<void> {
  const cloudwatch = await aws.cloudwatch();
  await cloudwatch.send(
    new PutMetricAlarmCommand({
      AlarmName: String(live.props['alarmName']),
      Namespace: 'AWS/ECS',
      MetricName: 'CPUUtilization',
      Statistic: 'Average',
      Period: 60,
      EvaluationPeriods: 2,
      Threshold: 85,
      ComparisonOperator: 'GreaterThanThreshold',
      ...change,
    }),
  );
}
