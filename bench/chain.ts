import { readFileSync } from 'node:fs';
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
  return times;
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
const LOOKUPS: ReadonlySet<string> = new Set(['AvailabilityZone', 'PrefixList', 'Image', 'DefaultSecurityGroup', 'DbProxyTargetGroup']);

const DELAYS: Readonly<Record<string, readonly [file: string, name: string]>> = {
  Vpc: ['delays', 'VPC_CREATE'],
  Subnet: ['delays', 'SUBNET_CREATE'],
  NatGateway: ['delays', 'NAT_GATEWAY_CREATE'],
  LoadBalancer: ['delays', 'LOAD_BALANCER_CREATE'],
  Distribution: ['delays', 'DISTRIBUTION_DEPLOY'],
  FileSystem: ['efs', 'FILE_SYSTEM_CREATE'],
  MountTarget: ['efs', 'MOUNT_TARGET_CREATE'],
  AccessPoint: ['efs', 'ACCESS_POINT_CREATE'],
  AuroraCluster: ['rds_clusters', 'DB_CLUSTER_CREATE'],
  DocumentDbCluster: ['rds_clusters', 'DB_CLUSTER_CREATE'],
  AuroraInstance: ['rds_instances', 'DB_INSTANCE_CREATE'],
  DocumentDbInstance: ['rds_instances', 'DB_INSTANCE_CREATE'],
  DbProxy: ['rds_proxies', 'DB_PROXY_CREATE'],
  DbProxyTarget: ['rds_proxy_targets', 'DB_PROXY_TARGET_CAPACITY'],
  Namespace: ['servicediscovery', 'NAMESPACE_CREATE'],
};

/** How long a new thing is underway. */
export function secondsUntilReady(node: Node, graph: Graph): number {
  if (node.kind === 'Service') return serviceSeconds(node, graph);
  if (node.kind === 'VpcEndpoint')
    return delay('delays', node.props['type'] === 'Gateway' ? 'GATEWAY_ENDPOINT_CREATE' : 'INTERFACE_ENDPOINT_CREATE');
  const known = DELAYS[node.kind];
  return known === undefined ? 0 : delay(...known);
}

/** A task comes up, then its own check and those of its target groups find it well. */
function serviceSeconds(node: Node, graph: Graph): number {
  const start = delay('ecs_tasks', 'TASK_PROVISION') + delay('ecs_tasks', 'TASK_PULL') + delay('ecs_tasks', 'TASK_ACTIVATE');
  const others = needs(node).flatMap((id) => graph.nodes.get(id) ?? []);
  const definition = others.find(({ kind }) => kind === 'TaskDefinition');
  const containers = (definition?.props['containers'] ?? []) as readonly { readonly health?: { readonly interval: number } }[];
  const intervals = containers.flatMap(({ health }) => (health === undefined ? [] : [health.interval]));
  const own = intervals.length > 0 ? Math.max(...intervals) : delay('ecs_tasks', 'TASK_HEALTHY');
  const groups = others.filter(({ kind }) => kind === 'TargetGroup').map(({ props }) => {
    const { healthyThreshold, interval } = props['healthCheck'] as { readonly healthyThreshold: number; readonly interval: number };
    return healthyThreshold * interval;
  });
  return start + Math.max(own, ...groups);
}

const sources = new Map<string, string>();

/** One of the sandbox's own numbers, so that nothing here can differ from it. */
function delay(file: string, name: string): number {
  const text = sources.get(file) ?? readFileSync(`sandbox/overlay/${file}.py`, 'utf8');
  sources.set(file, text);
  const found = new RegExp(`lasts\\("${name}", (\\d+)\\)`).exec(text)?.[1];
  if (found === undefined) throw new Error(`sandbox/overlay/${file}.py does not say how long ${name} lasts`);
  return Number(found);
}
