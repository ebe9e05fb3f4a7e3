import type { GatewayReport, NodeReport, RunReport } from '../../src/daemon/board.ts';

export const COMMIT = '3f2c1ab'.padEnd(40, '0');

/** A gateway that is ready at a commit. */
export const report = (change: Partial<GatewayReport> = {}): GatewayReport => ({
  key: '123456789012/us-east-1/mcp-gateway',
  accountId: '123456789012',
  region: 'us-east-1',
  name: 'mcp-gateway',
  file: 'gateway.yaml',
  source: 'https://example.com/ops/gateways.git',
  generation: 1,
  observedGeneration: 1,
  attemptedRevision: COMMIT,
  appliedRevision: COMMIT,
  conditions: [{ type: 'Ready', status: 'True', reason: 'AsWanted', message: '' }],
  nodes: [],
  runs: [],
  held: undefined,
  pause: undefined,
  lastLook: undefined,
  nextLook: undefined,
  timeToReady: undefined,
  outputs: {},
  running: false,
  ...change,
});

export const stalledReport = (
  message = 'Service/auth is stalled: rolled back',
  more: Partial<GatewayReport> = {},
): GatewayReport =>
  report({
    appliedRevision: undefined,
    conditions: [
      { type: 'Ready', status: 'False', reason: 'NotHealthy', message: '1 of 287 are not ready' },
      { type: 'Stalled', status: 'True', reason: 'NeedsAction', message },
    ],
    nodes: [node({ id: 'Service/auth', phase: 'stalled' })],
    ...more,
  });

export const node = (change: Partial<NodeReport>): NodeReport => ({
  id: 'Service/auth',
  kind: 'Service',
  domain: 'ecs',
  phase: 'ready',
  since: '2026-11-21T12:00:00Z',
  waitsFor: [],
  changes: [],
  outputs: {},
  ...change,
});

export const runReport = (change: Partial<RunReport>): RunReport => ({
  at: '2026-11-21T12:00:00Z',
  ms: 1000,
  why: 'revision',
  revision: COMMIT,
  planId: '7c1e09d2',
  result: 'converged',
  steps: 1,
  errors: [],
  times: 1,
  ...change,
});
