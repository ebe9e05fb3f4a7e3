import type { GatewayReport, NodeReport, SourceReport } from '../daemon/board.ts';

export interface DomainCount {
  readonly name: string;
  readonly ready: number;
  readonly total: number;
}

/** Where a gateway's parts are served. */
export const apiPathOf = ({ accountId, region, name }: GatewayReport): string =>
  `/api/v1/gateways/${[accountId, region, name].map(encodeURIComponent).join('/')}`;

/** The domains in the order of their nodes, each with how much of it is ready. */
export function domainsOf(nodes: readonly NodeReport[]): readonly DomainCount[] {
  const counts = new Map<string, { ready: number; total: number }>();
  for (const { domain, phase } of nodes) {
    const count = counts.get(domain) ?? { ready: 0, total: 0 };
    count.total += 1;
    if (phase === 'ready') count.ready += 1;
    counts.set(domain, count);
  }
  return [...counts].map(([name, count]) => ({ name, ...count }));
}

/** The outputs with nothing in them that should not be seen. */
export const openOutputs = ({ outputs }: GatewayReport): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(outputs).map(([name, { value, sensitive }]) => [name, sensitive ? '[secret]' : value]),
  );

/** A source of manifests, as it was last read. */
export const sourceObject = ({ place, kind, revision, error, problems }: SourceReport): object => ({
  place,
  kind,
  revision: revision ?? null,
  error: error ?? null,
  problems,
});

/** A gateway as Kubernetes would show it. Nodes and runs have addresses of their own. */
export function gatewayObject(report: GatewayReport): object {
  const { accountId, region, name, file, source, generation, observedGeneration, timeToReady } = report;
  return {
    apiVersion: 'mcpgw.io/v1alpha1',
    kind: 'Gateway',
    metadata: { name, region, accountId, generation, file, source, selfLink: apiPathOf(report) },
    status: {
      observedGeneration,
      attemptedRevision: report.attemptedRevision ?? null,
      appliedRevision: report.appliedRevision ?? null,
      conditions: report.conditions,
      domains: domainsOf(report.nodes),
      outputs: openOutputs(report),
      running: report.running,
      pause: report.pause ?? null,
      held: report.held ?? null,
      handled: report.handled ?? null,
      lastLook: report.lastLook ?? null,
      nextLook: report.nextLook ?? null,
      timeToReadySeconds: timeToReady === undefined ? null : timeToReady / 1000,
      lastRun: report.runs.at(-1) ?? null,
    },
  };
}
