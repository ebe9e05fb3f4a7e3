import type { Input } from '../../engine/ref.ts';
import type { Declaration } from '../declaration.ts';
import { metricAlarm, type MetricAlarmProps } from './metric-alarm.ts';

/** Identifiers, as CloudWatch writes them in dimensions. */
export interface WatchedDatabases {
  readonly keycloak: Input<string>;
  readonly registry: Input<string>;
  /** Undefined: Keycloak connects to its cluster itself. */
  readonly proxy: Input<string> | undefined;
}

type Common = Pick<MetricAlarmProps, 'evaluationPeriods' | 'comparison' | 'actionsEnabled'> & {
  readonly alarmActions: readonly Input<string>[];
};

// Aurora sets its limit by the greatest capacity, about 190 connections a unit of it, and lower where it may shrink
// to half a unit or to nothing.
const CONNECTIONS_PER_UNIT = 190;
const MOST_CONNECTIONS = 5000;
const MOST_CONNECTIONS_OF_SMALL = 2000;
// Of the smallest class of instances of DocumentDB.
const DOCUMENTDB_CONNECTIONS = 1000;
const SHARE = 0.8;
const SECOND_IN_MICROSECONDS = 1_000_000;

/** Alarms on databases that run out of connections, and on a pool that has none to give. */
export function declareDatabaseAlarms(
  { graph, gateway, names }: Declaration,
  { keycloak, registry, proxy }: WatchedDatabases,
  common: Common,
): void {
  const { minCapacity, maxCapacity } = gateway.databases.keycloak;
  const most = minCapacity <= 0.5 ? MOST_CONNECTIONS_OF_SMALL : MOST_CONNECTIONS;
  const clusters = {
    keycloak: { id: keycloak, namespace: 'AWS/RDS', limit: Math.min(CONNECTIONS_PER_UNIT * maxCapacity, most) },
    registry: { id: registry, namespace: 'AWS/DocDB', limit: DOCUMENTDB_CONNECTIONS },
  };
  for (const [name, { id, namespace, limit }] of Object.entries(clusters)) {
    const threshold = Math.floor(limit * SHARE);
    graph.add(metricAlarm, `${name}-database-connections`, {
      ...common,
      alarmName: names.alarm(`${name}-database-connections-high`),
      description: `${name}: more than ${threshold} connections to an instance of its database`,
      namespace,
      metricName: 'DatabaseConnections',
      dimensions: { DBClusterIdentifier: id },
      statistic: 'Maximum',
      period: 300,
      threshold,
    });
  }
  if (proxy === undefined) return;
  graph.add(metricAlarm, 'keycloak-database-pool', {
    ...common,
    alarmName: names.alarm('keycloak-database-pool-exhausted'),
    description: 'keycloak: the proxy takes more than a second to give a connection to its database',
    namespace: 'AWS/RDS',
    metricName: 'DatabaseConnectionsBorrowLatency',
    dimensions: { ProxyName: proxy },
    statistic: 'Average',
    period: 300,
    threshold: SECOND_IN_MICROSECONDS,
  });
}
