import { readdirSync, readFileSync } from 'node:fs';
import { needs, type Graph, type Node } from '../src/engine/graph.ts';
import { refsOf, type NodeId } from '../src/engine/ref.ts';

/** When a node can exist and be ready at the earliest, in seconds of AWS, and through which node. */
export interface Earliest {
  readonly begin: number;
  readonly exists: number;
  readonly ready: number;
  readonly through?: NodeId;
}

/** The graph's own delays: nothing is quicker, however much is done at once. @param call seconds that one call takes */
export function earliest(graph: Graph, call: number): ReadonlyMap<NodeId, Earliest> {
  const times = new Map<NodeId, Earliest>();
  for (const node of graph.nodes.values()) {
    let begin = 0;
    let through: NodeId | undefined;
    for (const id of needs(node)) {
      const need = times.get(id);
      const from = waitsForReady(node, id) ? need?.ready : need?.exists;
      if (from === undefined || from <= begin) continue;
      begin = from;
      through = id;
    }
    const exists = begin + (LOOKUPS.has(node.kind) ? 0 : call);
    const ready = exists + secondsUntilReady(node, graph);
    times.set(node.id, { begin, exists, ready, ...(through !== undefined && { through }) });
  }
  for (const node of graph.nodes.values())
    for (const server of lateServers(node, graph)) {
      const begin = times.get(server)?.ready ?? 0;
      const exists = begin + call;
      const ready = exists + secondsUntilReady(node, graph);
      if (ready > (times.get(again(node.id))?.ready ?? 0))
        times.set(again(node.id), { begin, exists, ready, through: server });
    }
  return times;
}

/** A node's second deployment. */
export const again = (id: NodeId): string => `${id} again`;

/** Who serves calls that come later than their caller: it is deployed again to know them, once they are there. */
export function lateServers(node: Node, graph: Graph): readonly NodeId[] {
  const known = (node.props['knows'] ?? []) as readonly string[];
  const before = new Set(needs(node));
  return known.map((name) => `${node.kind}/${name}`).filter((id) => graph.nodes.has(id) && !before.has(id));
}

/** The chain that ends last, from its first node on. */
export function longestChain(times: ReadonlyMap<NodeId, Earliest>): readonly NodeId[] {
  const [last] = [...times].sort(([, a], [, b]) => b.ready - a.ready);
  const chain: NodeId[] = [];
  for (let id = last?.[0]; id !== undefined; id = times.get(id)?.through) chain.unshift(id);
  return chain;
}

export const waitsForReady = (node: Node, need: NodeId): boolean =>
  node.after.includes(need) ||
  (node.behind ?? []).includes(need) ||
  refsOf(node.props).some((ref) => ref.$ref === need && ref.when === 'ready');

// Nothing makes them: the first look shows them.
const LOOKUPS: ReadonlySet<string> = new Set([
  'AvailabilityZone',
  'PrefixList',
  'Image',
  'DefaultSecurityGroup',
  'DefaultRouteTable',
  'DefaultNetworkAcl',
  'DbProxyTargetGroup',
]);

const DELAYS: Readonly<Record<string, string>> = {
  Vpc: 'VPC_CREATE',
  Subnet: 'SUBNET_CREATE',
  NatGateway: 'NAT_GATEWAY_CREATE',
  LoadBalancer: 'LOAD_BALANCER_CREATE',
  Distribution: 'DISTRIBUTION_DEPLOY',
  FileSystem: 'FILE_SYSTEM_CREATE',
  MountTarget: 'MOUNT_TARGET_CREATE',
  AccessPoint: 'ACCESS_POINT_CREATE',
  AuroraCluster: 'DB_CLUSTER_CREATE',
  DocumentDbCluster: 'DB_CLUSTER_CREATE',
  AuroraInstance: 'DB_INSTANCE_CREATE',
  DocumentDbInstance: 'DB_INSTANCE_CREATE',
  DbProxy: 'DB_PROXY_CREATE',
  DbProxyTarget: 'DB_PROXY_TARGET_CAPACITY',
  Namespace: 'NAMESPACE_CREATE',
};

/** How long a new thing is underway. */
export function secondsUntilReady(node: Node, graph: Graph): number {
  if (node.kind === 'Service') return serviceSeconds(node, graph);
  if (node.kind === 'VpcEndpoint')
    return delay(node.props['type'] === 'Gateway' ? 'GATEWAY_ENDPOINT_CREATE' : 'INTERFACE_ENDPOINT_CREATE');
  const known = DELAYS[node.kind];
  return known === undefined ? 0 : delay(known);
}

/** A task comes up, then its own check and those of its target groups find it well. */
function serviceSeconds(node: Node, graph: Graph): number {
  const start = delay('TASK_PROVISION') + delay('TASK_PULL') + delay('TASK_ACTIVATE');
  const others = needs(node).flatMap((id) => graph.nodes.get(id) ?? []);
  const definition = others.find(({ kind }) => kind === 'TaskDefinition');
  const containers = (definition?.props['containers'] ?? {}) as Readonly<
    Record<string, { readonly health?: { readonly interval: number } }>
  >;
  const intervals = Object.values(containers).flatMap(({ health }) => (health === undefined ? [] : [health.interval]));
  const own = intervals.length > 0 ? Math.max(...intervals) : delay('TASK_HEALTHY');
  const groups = others
    .filter(({ kind }) => kind === 'TargetGroup')
    .map(({ props }) => {
      const { healthyThreshold, interval } = props['healthCheck'] as {
        readonly healthyThreshold: number;
        readonly interval: number;
      };
      return healthyThreshold * interval;
    });
  return start + Math.max(own, ...groups);
}

const OVERLAY = 'sandbox/overlay';
const sources = readdirSync(OVERLAY)
  .filter((file) => file.endsWith('.py'))
  .map((file) => readFileSync(`${OVERLAY}/${file}`, 'utf8'));

/** One of the sandbox's own numbers, so that nothing here can differ from it. */
function delay(name: string): number {
  const pattern = new RegExp(`lasts\\("${name}", ([\\d.]+)\\)`);
  const found = sources.map((text) => pattern.exec(text)?.[1]).find((seconds) => seconds !== undefined);
  if (found === undefined) throw new Error(`the sandbox does not say how long ${name} lasts`);
  return Number(found);
}
