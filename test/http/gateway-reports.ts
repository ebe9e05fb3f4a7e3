import { readFile } from 'node:fs/promises';
import type { GatewayReport, NodeReport, RunReport, SourceReport } from '../../src/daemon/board.ts';

/** Beginnings of kinds by domain, in the order people read them; what fits none is of the network. */
const domains = {
  network: /^/,
  identity: /^(?:ServiceLinkedRole|Role|ManagedPolicy|KmsKey|Secret|SsmParameter)$/,
  data: /^(?:FileSystem|MountTarget|AccessPoint|DbS|ClusterP|Aurora|DbP|DocumentDb)/,
  ingress: /^(?:LoadBalancer|TargetGroup|Listener|Distribution)/,
  ecs: /^(?:Repository|Lifecycle|Image|Namespace|Cluster$|TaskDefinition|Service$|Scal)/,
  observability: /^(?:LogGroup|MetricAlarm)/,
};

const order = Object.keys(domains);

const domainOf = (kind: string): string =>
  Object.entries(domains).findLast(([, pattern]) => pattern.test(kind))?.[0] ?? '';

/** Every node of a whole gateway, ready since two hours before `now`. */
export async function readyNodes(now: number): Promise<readonly NodeReport[]> {
  const since = new Date(now - 7_200_000).toISOString();
  const nodes: NodeReport[] = [];
  for (const line of (await readFile('test/golden/cloudfront.graph.txt', 'utf8')).split('\n'))
    if (/^\S/.test(line)) nodes.push(readyNode(line, since));
  return nodes.sort((a, b) => order.indexOf(a.domain) - order.indexOf(b.domain));
}

function readyNode(id: string, since: string): NodeReport {
  const kind = id.slice(0, id.indexOf('/'));
  return { id, kind, domain: domainOf(kind), phase: 'ready', since, waitsFor: [], changes: [], outputs: outputs(id) };
}

const outputs = (id: string): Readonly<Record<string, unknown>> =>
  id.startsWith('Service/')
    ? {
        serviceName: `mcp-gateway-${id.slice(8)}`,
        serviceArn: `arn:aws:ecs:us-east-1:123456789012:service/${id.slice(8)}`,
      }
    : id === 'Vpc/main'
      ? { vpcId: 'vpc-0a1b2c3d4e5f60718' }
      : {};

export function runReport(given: Partial<RunReport> & { readonly at: string }): RunReport {
  return {
    ms: 1400,
    why: 'interval',
    revision: '3f2c1ab7c0ffee00112233445566778899aabbcc',
    planId: '7c1e09d2',
    result: 'converged',
    steps: 0,
    errors: [],
    times: 1,
    ...given,
  };
}

const SOURCE = 'https://example.com/ops/gateways.git main';

/** The source that every gateway comes from, unless it says another. */
export const sourceReport = (given: Partial<SourceReport> = {}): SourceReport => ({
  place: SOURCE,
  kind: 'git',
  revision: '3f2c1ab7c0ffee00112233445566778899aabbcc',
  error: undefined,
  problems: [],
  ...given,
});

export function gatewayReport(given: Partial<GatewayReport> & { readonly name: string }): GatewayReport {
  const accountId = given.accountId ?? '123456789012';
  const region = given.region ?? 'us-east-1';
  return {
    key: `${accountId}/${region}/${given.name}`,
    accountId,
    region,
    file: `gateways/${given.name}.yaml`,
    source: SOURCE,
    generation: 3,
    observedGeneration: 3,
    attemptedRevision: '3f2c1ab7c0ffee00112233445566778899aabbcc',
    appliedRevision: '3f2c1ab7c0ffee00112233445566778899aabbcc',
    conditions: [condition('Ready', 'True'), condition('Synced', 'True'), condition('Healthy', 'True')],
    nodes: [],
    runs: [],
    held: undefined,
    pause: undefined,
    lastLook: '2026-11-21T12:00:00.000Z',
    nextLook: '2026-11-21T12:05:00.000Z',
    timeToReady: 820_000,
    outputs: {},
    running: false,
    ...given,
  };
}

export const condition = (
  type: string,
  status: 'True' | 'False' | 'Unknown',
  reason = 'AsWanted',
  message = '',
): GatewayReport['conditions'][number] => ({
  type,
  status,
  reason,
  message,
  lastTransitionTime: '2026-11-21T10:00:00.000Z',
});
