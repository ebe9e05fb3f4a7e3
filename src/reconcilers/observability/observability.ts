import { kebab } from '../../aws/names.ts';
import type { Handle } from '../../engine/graph.ts';
import type { Input } from '../../engine/ref.ts';
import { serviceNames } from '../../spec/gateway.ts';
import type { LogName } from '../../spec/releases/release.ts';
import type { Declaration } from '../declaration.ts';
import { declareDatabaseAlarms, type WatchedDatabases } from './database-alarms.ts';
import { logGroup, type LogGroupOutputs } from './log-group.ts';
import { metricAlarm } from './metric-alarm.ts';
import { subscription } from './subscription.ts';
import { topic } from './topic.ts';
import { workspace, type WorkspaceOutputs } from './workspace.ts';

/** Where containers write. */
export interface Observing {
  readonly logGroups: Readonly<Partial<Record<LogName | 'exec', Handle<LogGroupOutputs>>>>;
  readonly workspace?: Handle<WorkspaceOutputs>;
}

const EXEC_RETENTION_DAYS = 90;
const OPTIONAL: readonly LogName[] = ['metrics', 'grafana', 'collector'];

/** Log groups for every container, and the metrics workspace when the manifest asks for one. */
export function declareObserving({ graph, gateway, names }: Declaration): Observing {
  const { enabled, logRetentionDays } = gateway.observability;
  const wanted = [...serviceNames, 'collector' as const].filter((name) => enabled || !OPTIONAL.includes(name));
  const groups = wanted.map((name) => {
    const logGroupName = names.logGroup(name);
    return [
      name,
      graph.add(logGroup, kebab(name), { logGroupName, retentionInDays: logRetentionDays }, { title: logGroupName }),
    ] as const;
  });
  const exec = graph.add(
    logGroup,
    'exec',
    { logGroupName: names.execLogGroup, retentionInDays: EXEC_RETENTION_DAYS },
    { title: names.execLogGroup },
  );
  const logGroups = { ...Object.fromEntries(groups), exec };
  if (!enabled) return { logGroups };
  return {
    logGroups,
    workspace: graph.add(workspace, 'metrics', { alias: names.workspace }, { title: names.workspace }),
  };
}

/** What alarms watch: dimension values as CloudWatch writes them. */
export interface Watched {
  readonly clusterName: Input<string>;
  readonly services: { readonly registry: Input<string>; readonly auth: Input<string> };
  readonly loadBalancer: Input<string>;
  readonly targetGroups: Readonly<Record<'registry' | 'auth' | 'gradio', Input<string>>>;
  readonly databases: WatchedDatabases;
}

export interface Alarming {
  readonly topic?: Handle<{ readonly topicArn: string }>;
}

/** Alarms on the two core services, their load balancer and both databases; with an e-mail address, somebody is told. */
export function declareAlarms(declaration: Declaration, watched: Watched): Alarming {
  const { graph, gateway, names } = declaration;
  const { enabled, email } = gateway.observability.alarms;
  if (!enabled) return {};
  const told =
    email === undefined
      ? undefined
      : graph.add(topic, 'alarms', { topicName: names.alarmTopic }, { title: names.alarmTopic });
  if (told !== undefined && email !== undefined)
    graph.add(subscription, 'alarms', { topicArn: told.ref('topicArn'), endpoint: email, asked: true });

  const common = {
    evaluationPeriods: 2,
    comparison: 'GreaterThanThreshold',
    actionsEnabled: true,
    alarmActions: told === undefined ? [] : [told.ref('topicArn')],
  } as const;
  for (const service of ['auth', 'registry'] as const) {
    for (const [what, metricName] of [
      ['cpu', 'CPUUtilization'],
      ['memory', 'MemoryUtilization'],
    ] as const) {
      graph.add(metricAlarm, `${service}-${what}`, {
        ...common,
        alarmName: names.alarm(`${service}-${what}-high`),
        description: `${service}: ${what} above 85 percent for ten minutes`,
        namespace: 'AWS/ECS',
        metricName,
        dimensions: { ClusterName: watched.clusterName, ServiceName: watched.services[service] },
        statistic: 'Average',
        period: 300,
        threshold: 85,
      });
    }
  }
  const loadBalancer = { ...common, namespace: 'AWS/ApplicationELB' };
  const dimensions = { LoadBalancer: watched.loadBalancer };
  // CloudWatch has this metric by target group and load balancer only: with the load balancer alone it never has data.
  for (const [group, TargetGroup] of Object.entries(watched.targetGroups)) {
    graph.add(metricAlarm, `unhealthy-targets-${group}`, {
      ...loadBalancer,
      alarmName: names.alarm(group === 'registry' ? 'alb-unhealthy-targets' : `alb-unhealthy-targets-${group}`),
      description: `${group}: targets that fail their health check`,
      metricName: 'UnHealthyHostCount',
      dimensions: { ...dimensions, TargetGroup },
      statistic: 'Average',
      period: 60,
      threshold: 0,
    });
  }
  graph.add(metricAlarm, 'server-errors', {
    ...loadBalancer,
    alarmName: names.alarm('alb-5xx-errors'),
    description: 'more than ten 5xx answers of targets in five minutes',
    metricName: 'HTTPCode_Target_5XX_Count',
    dimensions,
    statistic: 'Sum',
    period: 300,
    threshold: 10,
  });
  graph.add(metricAlarm, 'response-time', {
    ...loadBalancer,
    alarmName: names.alarm('alb-response-time'),
    description: 'targets take more than a second on average',
    metricName: 'TargetResponseTime',
    dimensions,
    statistic: 'Average',
    period: 300,
    threshold: 1,
  });
  declareDatabaseAlarms(declaration, watched.databases, common);
  return told === undefined ? {} : { topic: told };
}
