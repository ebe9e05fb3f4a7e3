import type { Handle } from '../../engine/graph.ts';
import type { Declaration } from '../declaration.ts';
import type { NetworkPart } from '../network/network.ts';
import type { LogTargets } from './access-logs.ts';
import { loadBalancer, type LoadBalancerOutputs } from './load-balancer.ts';
import type { Front } from './modes/mode.ts';
import { reachedBy } from './modes/modes.ts';
import type { Nodes } from './standing.ts';
import { waysText, WAYS_TAG } from './ways.ts';

export type LoadBalancers = Readonly<Record<Front, Handle<LoadBalancerOutputs>>>;

/** Both load balancers; each has a second group, for CloudFront alone: its list of addresses fills one. */
export function declareLoadBalancers(
  { graph, gateway, names, ways }: Declaration,
  network: NetworkPart,
  logs: LogTargets,
  first: Nodes,
): LoadBalancers {
  const { vpcId, groups, publicSubnetIds, privateSubnetIds, publicReady } = network;
  const { registryScheme, keycloakScheme } = gateway.ingress;
  const { plain } = reachedBy(ways, gateway);
  const add = (
    node: Front,
    name: string,
    scheme: typeof registryScheme,
    behind: readonly (keyof typeof groups)[],
  ): Handle<LoadBalancerOutputs> => {
    return graph.add(
      loadBalancer,
      node,
      {
        name,
        scheme,
        vpcId,
        subnetIds: scheme === 'internal' ? privateSubnetIds : publicSubnetIds,
        securityGroupIds: behind.flatMap((group) => groups[group]?.ref('groupId') ?? []),
        deletionProtection: false,
        dropInvalidHeaderFields: true,
        idleTimeout: 60,
        // Keycloak believes the header, and takes plain HTTP at first from private addresses alone, as the load
        // balancer's own is: without it the realm could not be told to take it from everywhere.
        forwardedFor: node === 'keycloak' && plain ? 'remove' : 'append',
        accessLogs: logs.loadBalancer(node),
      },
      { title: name, after: [...publicReady, ...first], tags: { [WAYS_TAG]: waysText(ways) } },
    );
  };
  return {
    registry: add('registry', names.registryLoadBalancer, registryScheme, ['alb', 'albCloudfront']),
    keycloak: add('keycloak', names.keycloakLoadBalancer, keycloakScheme, ['keycloakLb', 'keycloakLbCloudfront']),
  };
}
