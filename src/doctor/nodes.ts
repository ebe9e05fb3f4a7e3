import type { Graph, Node } from '../engine/graph.ts';
import { needs } from '../engine/graph.ts';
import { kindOf } from '../engine/kind.ts';
import { refsOf, type NodeId } from '../engine/ref.ts';
import type { Door } from './doors.ts';
import type { Layer } from './finding.ts';

const DATABASES = { registry: /^(?:DocumentDb|FileSystem|MountTarget)/, keycloak: /^Aurora/ };
// The registry signs people in through the auth server.
const SERVICES = { registry: ['Service/registry', 'Service/auth'], keycloak: ['Service/keycloak'] };
const BEHIND_TASKS =
  /^(?:TaskDefinition|Image|Cluster|Secret|Role|LogGroup|SsmParameter|Namespace|RouteTable|NatGateway)/;

/** The nodes that make up each layer for an address. */
export function nodesOf(graph: Graph, door: Door): Readonly<Record<Layer, readonly NodeId[]>> {
  const { front, host, throughCloudfront, named, protocol } = door;
  const all = [...graph.nodes.values()];
  const matching = (pattern: RegExp): readonly NodeId[] => all.map(({ id }) => id).filter((id) => pattern.test(id));
  const needed = (ids: readonly NodeId[]): readonly NodeId[] =>
    ids.flatMap((id) => {
      const node = graph.nodes.get(id);
      return node === undefined ? [] : needs(node);
    });
  const groupsOf = (ids: readonly NodeId[]): ReadonlySet<NodeId> =>
    new Set(needed(ids).filter((id) => kindOf(id) === 'SecurityGroup'));
  const rules = (wanted: (node: Node) => boolean): readonly NodeId[] =>
    all.filter((node) => node.kind === 'SecurityGroupRule' && wanted(node)).map(({ id }) => id);
  const inside = (node: Node, groups: ReadonlySet<NodeId>): boolean =>
    refsOf(node.props['groupId']).some(({ $ref }) => groups.has($ref));

  const loadBalancer = `LoadBalancer/${front}`;
  const services = SERVICES[front].filter((id) => graph.nodes.has(id));
  const databases = matching(DATABASES[front]);
  const entryGroups = groupsOf([loadBalancer]);
  const taskGroups = groupsOf(services);
  const databaseGroups = groupsOf(databases);
  const port = !throughCloudfront && protocol === 'https' ? 443 : 80;
  const distribution = throughCloudfront ? matching(new RegExp(`^(?:Distribution|VpcOrigin)/${front}$`)) : [];
  const certificate = `Certificate/${front}${throughCloudfront ? '-cloudfront' : ''}`;
  const definitions = needed(services).filter((id) => BEHIND_TASKS.test(id));
  return {
    dns: named ? [...matching(/^(?:HostedZone|Delegation)\//), `DnsRecord/${host}`, door.node] : [door.node],
    certificate: named
      ? [`ValidationRecord/${host}`, certificate, ...(throughCloudfront ? distribution : [`Listener/${front}-443`])]
      : [],
    cloudfront: distribution,
    'load-balancer': [
      loadBalancer,
      `Listener/${front}-${port}`,
      ...matching(new RegExp(`^ListenerRule/${front}-${port}`)),
      ...rules((node) => node.props['direction'] === 'ingress' && inside(node, entryGroups)),
      ...needed([loadBalancer]),
    ],
    targets: [
      `TargetGroup/${front}`,
      ...rules((node) => inside(node, node.props['direction'] === 'ingress' ? taskGroups : entryGroups)),
    ],
    tasks: [...services, ...definitions, ...needed(definitions).filter((id) => BEHIND_TASKS.test(id))],
    realm: front === 'keycloak' ? matching(/^(?:KeycloakServer|Realm|RealmClient)\//) : [],
    database: [...databases, ...rules((node) => refsOf(node.props).some(({ $ref }) => databaseGroups.has($ref)))],
  };
}
