import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import test from 'node:test';
import { load } from 'js-yaml';
import { Board } from '../../src/daemon/board.ts';
import { prometheusMetrics, type PrometheusMetrics } from '../../src/daemon/metrics.ts';
import { condition, gatewayReport, readyNodes, runReport } from '../http/gateway-reports.ts';

const KEY = '123456789012/us-east-1/mcp-gateway';

/** Metrics of which each has been given a value. */
async function filled(): Promise<PrometheusMetrics> {
  const board = new Board();
  const metrics = prometheusMetrics(board);
  const [first, second, third, ...others] = await readyNodes(Date.parse('2026-11-21T12:00:00Z'));
  assert.ok(first && second && third);
  board.put(
    gatewayReport({
      name: 'mcp-gateway',
      conditions: [condition('Ready', 'False'), condition('Stalled', 'True')],
      nodes: [
        { ...first, phase: 'drifted', since: '2026-11-21T11:00:00.000Z' },
        { ...second, phase: 'drifted', since: '2026-11-21T10:00:00.000Z' },
        { ...third, phase: 'pending' },
        ...others,
      ],
      pause: { until: '2026-11-21T18:00:00.000Z', why: 'freeze', by: 'on-call' },
    }),
  );
  metrics.runEnded(KEY, runReport({ at: '2026-11-21T12:00:00Z', result: 'failed', steps: 3, ms: 90_000 }));
  metrics.erred(KEY, 'AccessDenied');
  metrics.called('ec2', 'DescribeVpcs', 'ok', 120);
  metrics.called('ec2', 'DescribeVpcs', 'Throttling', 80);
  metrics.leaseHeld(KEY, true);
  metrics.queueDepth('changed', 2);
  metrics.sourceRead('https://example.com/gateways.git', 'ok');
  return metrics;
}

test('what was counted and what the board says are exposed', async () => {
  const text = await (await filled()).registry.metrics();
  const has = (line: string): void => assert.ok(text.split('\n').includes(line), `${line} is not in\n${text}`);
  has(`mcpgw_runs_total{gateway="${KEY}",result="failed"} 1`);
  has(`mcpgw_run_duration_seconds_bucket{le="180",gateway="${KEY}"} 1`);
  has(`mcpgw_run_duration_seconds_bucket{le="60",gateway="${KEY}"} 0`);
  has(`mcpgw_steps_total{gateway="${KEY}"} 3`);
  has(`mcpgw_errors_total{gateway="${KEY}",class="AccessDenied"} 1`);
  has('mcpgw_aws_calls_total{service="ec2",operation="DescribeVpcs",result="Throttling"} 1');
  has('mcpgw_aws_call_duration_seconds_count{service="ec2",operation="DescribeVpcs"} 2');
  has(`mcpgw_gateway_condition{gateway="${KEY}",type="Ready",status="True"} 0`);
  has(`mcpgw_gateway_condition{gateway="${KEY}",type="Ready",status="False"} 1`);
  has(`mcpgw_gateway_nodes{gateway="${KEY}",phase="drifted"} 2`);
  has(`mcpgw_gateway_drift_oldest_timestamp_seconds{gateway="${KEY}"} ${Date.parse('2026-11-21T10:00:00Z') / 1000}`);
  has(`mcpgw_gateway_time_to_ready_seconds{gateway="${KEY}"} 820`);
  has(`mcpgw_gateway_paused{gateway="${KEY}"} 1`);
  has(`mcpgw_lease_held{gateway="${KEY}"} 1`);
  has('mcpgw_queue_depth{priority="changed"} 2');
  assert.match(text, /^process_resident_memory_bytes \d+$/m);
});

test('names keep to the conventions of Prometheus', async () => {
  const all = await (await filled()).registry.getMetricsAsJSON();
  for (const { name, type, help } of all) {
    if (/^(?:process|nodejs)_/.test(name)) continue;
    assert.match(name, /^mcpgw_[a-z_]+$/);
    assert.equal(name.endsWith('_total'), String(type) === 'counter', `${name} is a ${type}`);
    assert.doesNotMatch(name, /milliseconds|_ms\b|minutes|hours/);
    assert.match(help, /^[A-Z1].*\.$/, name);
  }
});

test('without drift and without a look those series are absent', async () => {
  const board = new Board();
  const { registry } = prometheusMetrics(board);
  board.put(gatewayReport({ name: 'new', lastLook: undefined, timeToReady: undefined }));
  const text = await registry.metrics();
  assert.doesNotMatch(text, /^mcpgw_gateway_(?:drift_oldest|last_look|time_to_ready)\w*\{/m);
  assert.match(text, /^mcpgw_gateway_drifted_nodes\{.*\} 0$/m);
});

/** Names of series with the labels that they have. */
async function exposed(): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const series = new Map<string, Set<string>>();
  for (const line of (await (await filled()).registry.metrics()).split('\n')) {
    const match = /^(\w+)(?:\{(.*)\})? [^ ]+$/.exec(line);
    if (match?.[1] === undefined) continue;
    const labels = [...(match[2] ?? '').matchAll(/(\w+)="/g)].map(([, label]) => label ?? '');
    series.set(match[1], new Set([...(series.get(match[1]) ?? ['instance', 'job']), ...labels]));
  }
  return series;
}

/** What an expression asks for that nobody exposes. */
function unknownIn(expression: string, series: ReadonlyMap<string, ReadonlySet<string>>): readonly string[] {
  return [...expression.matchAll(/\b((?:mcpgw|process|nodejs)_\w+)(?:\{([^}]*)\})?/g)].flatMap(
    ([, name = '', labels]) => {
      const known = series.get(name);
      if (known === undefined) return [name];
      const asked = [...(labels ?? '').matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label]) => label ?? '');
      return asked.filter((label) => !known.has(label)).map((label) => `${name}{${label}}`);
    },
  );
}

test('every metric and label that the alerts name is exposed', async () => {
  const { groups } = load(await readFile('integrations/prometheus/alerts.yaml', 'utf8')) as {
    readonly groups: readonly { readonly rules: readonly { readonly alert: string; readonly expr: string }[] }[];
  };
  const series = await exposed();
  const rules = groups.flatMap((group) => group.rules);
  assert.ok(rules.length >= 7);
  for (const { alert, expr } of rules) {
    assert.match(expr, /mcpgw_/, alert);
    assert.deepEqual(unknownIn(expr, series), [], alert);
  }
  assert.deepEqual(unknownIn('mcpgw_runs_total{color="red"} / mcpgw_nothing', series), [
    'mcpgw_runs_total{color}',
    'mcpgw_nothing',
  ]);
});

test('docs/status.md names every metric of ours, and no other', async () => {
  const documented = (await readFile('docs/status.md', 'utf8')).match(/\bmcpgw_\w+/g) ?? [];
  const all = await (await filled()).registry.getMetricsAsJSON();
  const ours = all.map(({ name }) => name).filter((name) => name.startsWith('mcpgw_'));
  assert.deepEqual([...new Set(documented)].sort(), ours.sort());
});

test('every metric and label that the dashboard names is exposed, and no two panels lie over each other', async () => {
  interface Panel {
    readonly title: string;
    readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
    readonly targets?: readonly { readonly expr: string }[];
  }
  const { panels } = JSON.parse(await readFile('integrations/grafana/dashboard.json', 'utf8')) as {
    readonly panels: readonly Panel[];
  };
  const series = await exposed();
  for (const { title, targets } of panels)
    for (const { expr } of targets ?? []) assert.deepEqual(unknownIn(expr, series), [], title);
  const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, i) => `${x + (i % w)},${y + Math.floor(i / w)}`),
  );
  assert.equal(new Set(cells).size, cells.length);
});
