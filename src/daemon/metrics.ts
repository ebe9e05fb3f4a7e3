import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { version } from '../version.ts';
import { exposeBoard } from './board-metrics.ts';
import type { Board, RunReport } from './board.ts';

/** What the daemon counts as it happens. What can be read off the board is read when somebody asks. */
export interface DaemonMetrics {
  runEnded(gateway: string, run: RunReport): void;
  /** @param code the error's own name, as `ReconcileError.code` */
  erred(gateway: string, code: string): void;
  /** @param result `ok` or the error's name */
  called(service: string, operation: string, result: string, ms: number): void;
  leaseHeld(gateway: string, held: boolean): void;
  queueDepth(priority: 'changed' | 'periodic', depth: number): void;
  /** A source was asked for its state. */
  sourceRead(place: string, result: 'ok' | 'error'): void;
}

export interface PrometheusMetrics extends DaemonMetrics {
  /** `contentType` and `metrics()` for whoever scrapes. */
  readonly registry: Registry;
}

/** Seconds. Runs last from a quiet look to the making of a database. */
const RUN_BUCKETS = [1, 5, 15, 60, 180, 600, 1800, 3600];
const CALL_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30];

/** Counts for Prometheus, under names that begin with `mcpgw_`. */
export function prometheusMetrics(board: Board): PrometheusMetrics {
  const registry = new Registry();
  const registers = [registry];
  const runs = new Counter({
    name: 'mcpgw_runs_total',
    help: 'Passes over a gateway, by result.',
    labelNames: ['gateway', 'result'],
    registers,
  });
  const runSeconds = new Histogram({
    name: 'mcpgw_run_duration_seconds',
    help: 'How long passes took.',
    labelNames: ['gateway'],
    buckets: RUN_BUCKETS,
    registers,
  });
  const steps = new Counter({
    name: 'mcpgw_steps_total',
    help: 'Calls that changed something.',
    labelNames: ['gateway'],
    registers,
  });
  const errors = new Counter({
    name: 'mcpgw_errors_total',
    help: "Errors of passes, by the error's own name.",
    labelNames: ['gateway', 'class'],
    registers,
  });
  const calls = new Counter({
    name: 'mcpgw_aws_calls_total',
    help: "AWS calls; the result is ok or the error's name.",
    labelNames: ['service', 'operation', 'result'],
    registers,
  });
  const callSeconds = new Histogram({
    name: 'mcpgw_aws_call_duration_seconds',
    help: 'How long AWS calls took, with their retries.',
    labelNames: ['service', 'operation'],
    buckets: CALL_BUCKETS,
    registers,
  });
  const lease = new Gauge({
    name: 'mcpgw_lease_held',
    help: '1 while this process may write to the gateway.',
    labelNames: ['gateway'],
    registers,
  });
  const depth = new Gauge({
    name: 'mcpgw_queue_depth',
    help: 'Gateways that are due and wait for their turn.',
    labelNames: ['priority'],
    registers,
  });
  const reads = new Counter({
    name: 'mcpgw_source_reads_total',
    help: 'Reads of a source of manifests, by result.',
    labelNames: ['source', 'result'],
    registers,
  });
  const readAt = new Gauge({
    name: 'mcpgw_source_last_success_timestamp_seconds',
    help: 'When a source was last read without an error.',
    labelNames: ['source'],
    registers,
  });
  const build = new Gauge({
    name: 'mcpgw_build_info',
    help: 'Always 1; says which version runs.',
    labelNames: ['version', 'node'],
    registers,
  });
  build.set({ version, node: process.version }, 1);
  exposeBoard(board, registry);
  collectDefaultMetrics({ register: registry });

  return {
    registry,
    runEnded: (gateway, run) => {
      runs.inc({ gateway, result: run.result });
      runSeconds.observe({ gateway }, run.ms / 1000);
      steps.inc({ gateway }, run.steps);
    },
    erred: (gateway, code) => errors.inc({ gateway, class: code }),
    called: (service, operation, result, ms) => {
      calls.inc({ service, operation, result });
      callSeconds.observe({ service, operation }, ms / 1000);
    },
    leaseHeld: (gateway, held) => lease.set({ gateway }, held ? 1 : 0),
    queueDepth: (priority, waiting) => depth.set({ priority }, waiting),
    sourceRead: (source, result) => {
      reads.inc({ source, result });
      if (result === 'ok') readAt.setToCurrentTime({ source });
    },
  };
}
