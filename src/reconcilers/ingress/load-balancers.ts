import type { Handle } from '../../engine/graph.ts';
import type { NodeId } from '../../engine/ref.ts';
import type { Declaration } from '../declaration.ts';
import type { NetworkPart } from '../network/network.ts';
import { loadBalancer, type LoadBalancerOutputs } from './load-balancer.ts';

type Nodes = readonly { readonly id: NodeId }[];

export interface LoadBalancers {
  readonly registry: Handle<LoadBalancerOutputs>;
  readonly keycloak: Handle<LoadBalancerOutputs>;
}

/** Both load balancers; each has a second group, for CloudFront alone: its list of addresses fills one. */
export function declareLoadBalancers(
  { graph, gateway, names }: Declaration,
  network: NetworkPart,
  first: Nodes,
): LoadBalancers {
  const { vpcId, groups, publicSubnetIds, privateSubnetIds, publicReady } = network;
  const { registryScheme, keycloakScheme } = gateway.ingress;
  const add = (
    node: 'registry' | 'keycloak',
    name: string,
    scheme: typeof registryScheme,
    behind: readonly (keyof typeof groups)[],
  ) =>
    graph.add(
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
      },
      { title: name, after: [...publicReady, ...first] },
    );
  return {
    registry: add('registry', names.registryLoadBalancer, registryScheme, ['alb', 'albCloudfront']),
    keycloak: add('keycloak', names.keycloakLoadBalancer, keycloakScheme, ['keycloakLb', 'keycloakLbCloudfront']),
  };
}
