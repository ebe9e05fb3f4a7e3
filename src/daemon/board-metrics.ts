import { Gauge, type Registry } from 'prom-client';
import type { NodePhase } from '../engine/step.ts';
import type { Board, GatewayReport } from './board.ts';

const PHASES: readonly NodePhase[] = [
  'ready',
  'pending',
  'drifted',
  'missing',
  'blocked',
  'stalled',
  'unknown',
  'deleting',
];
const STATUSES = ['True', 'False', 'Unknown'] as const;

/** One number of a gateway, with labels beside the gateway's own; undefined leaves the series out. */
type Sample = readonly [labels: Readonly<Record<string, string>>, value: number | undefined];

/** What the board says, read anew at each scrape. */
export function exposeBoard(board: Board, registry: Registry): void {
  const gauge = (
    name: string,
    help: string,
    read: (report: GatewayReport) => readonly Sample[],
    labelNames: readonly string[] = [],
  ): Gauge =>
    new Gauge({
      name: `mcpgw_${name}`,
      help,
      labelNames: ['gateway', ...labelNames],
      registers: [registry],
      collect() {
        this.reset();
        for (const report of board.all)
          for (const [labels, value] of read(report))
            if (value !== undefined) this.set({ gateway: report.key, ...labels }, value);
      },
    });
  const one = (name: string, help: string, read: (report: GatewayReport) => number | undefined): Gauge =>
    gauge(name, help, (report) => [[{}, read(report)]]);

  gauge(
    'gateway_info',
    'Always 1; says where a gateway is and which revision of its manifest is tried and applied.',
    ({ accountId, region, name, file, attemptedRevision = '', appliedRevision = '' }) => [
      [{ account: accountId, region, name, file, attempted: attemptedRevision, applied: appliedRevision }, 1],
    ],
    ['account', 'region', 'name', 'file', 'attempted', 'applied'],
  );
  gauge(
    'gateway_condition',
    '1 for the status that a condition has, 0 for the others.',
    ({ conditions }) =>
      conditions.flatMap(({ type, status }) =>
        STATUSES.map((each): Sample => [{ type, status: each }, each === status ? 1 : 0]),
      ),
    ['type', 'status'],
  );
  gauge(
    'gateway_nodes',
    'Things that belong to a gateway, by phase.',
    ({ nodes }) => PHASES.map((phase): Sample => [{ phase }, nodes.filter((node) => node.phase === phase).length]),
    ['phase'],
  );
  one('gateway_drifted_nodes', 'Things that differ from the manifest.', ({ nodes }) => drifted(nodes).length);
  one('gateway_drift_oldest_timestamp_seconds', 'Since when the oldest drift has been there.', ({ nodes }) =>
    earliest(drifted(nodes).map((node) => node.since)),
  );
  one(
    'gateway_time_to_ready_seconds',
    'From the change of the manifest until the gateway was ready, the last time.',
    ({ timeToReady }) => (timeToReady === undefined ? undefined : timeToReady / 1000),
  );
  one('gateway_paused', '1 while a pause is on.', ({ pause }) => (pause === undefined ? 0 : 1));
  one('gateway_pause_until_timestamp_seconds', 'When the pause ends.', ({ pause }) => seconds(pause?.until));
  one('gateway_held', '1 while a plan waits for approval.', ({ held }) => (held === undefined ? 0 : 1));
  one('gateway_running', '1 while a pass is going on.', ({ running }) => (running ? 1 : 0));
  one('gateway_generation', 'Changes of the manifest.', ({ generation }) => generation);
  one('gateway_observed_generation', 'The change that was last seen through.', (report) => report.observedGeneration);
  one('gateway_last_look_timestamp_seconds', 'When AWS was last looked at.', ({ lastLook }) => seconds(lastLook));
  one('gateway_next_look_timestamp_seconds', 'When AWS is to be looked at next.', ({ nextLook }) => seconds(nextLook));
}

const drifted = (nodes: GatewayReport['nodes']): GatewayReport['nodes'] =>
  nodes.filter((node) => node.phase === 'drifted');

const seconds = (time: string | undefined): number | undefined =>
  time === undefined ? undefined : Date.parse(time) / 1000;

function earliest(times: readonly string[]): number | undefined {
  return times.length === 0 ? undefined : Math.min(...times.map((time) => Date.parse(time) / 1000));
}
