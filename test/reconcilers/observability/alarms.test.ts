import assert from 'node:assert/strict';
import { test } from 'node:test';
import { declare } from '../../../src/reconcilers/index.ts';
import { gatewayOf, withSpec } from '../../spec/given.ts';

const alarmsOf = (spec: object): ReadonlyMap<string, unknown> => {
  const { graph } = declare(gatewayOf(withSpec({ ...spec })), new Map());
  const alarms = [...graph.nodes.values()].filter((node) => node.kind === 'MetricAlarm');
  return new Map(alarms.map((node) => [node.name, node.props['threshold']]));
};

test('without alarms there is none, and nobody to tell', () => {
  const off = gatewayOf(withSpec({ observability: { alarms: { enabled: false } } }));
  const { graph, outputs } = declare(off, new Map());
  const kinds = new Set([...graph.nodes.values()].map((node) => node.kind));
  assert(!kinds.has('MetricAlarm') && !kinds.has('Topic') && !kinds.has('Subscription'), [...kinds].join());
  assert.equal(outputs['mcp_gateway_monitoring_enabled']?.value, false);
  assert.equal(outputs['monitoring_sns_topic']?.value, null);
});

test('the alarm on connections follows the capacity of the database, up to what it may ever have', () => {
  const threshold = (minCapacity: number, maxCapacity: number): unknown =>
    alarmsOf({ databases: { keycloak: { minCapacity, maxCapacity } } }).get('keycloak-database-connections');
  assert.equal(threshold(0.5, 2), 304);
  assert.equal(threshold(1, 8), 1216);
  assert.equal(threshold(0.5, 64), 1600);
  assert.equal(threshold(1, 64), 4000);
});

test('a pool is watched where there is one', () => {
  assert(alarmsOf({}).has('keycloak-database-pool'));
  const direct = alarmsOf({ databases: { keycloak: { proxy: false } } });
  assert(!direct.has('keycloak-database-pool'));
  assert(direct.has('keycloak-database-connections') && direct.has('registry-database-connections'));
});
