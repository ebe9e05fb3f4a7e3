import { stalled } from '../../engine/errors.ts';
import type { GraphBuilder, Handle } from '../../engine/graph.ts';
import type { NodeId } from '../../engine/ref.ts';
import type { TargetName } from '../../spec/releases/release.ts';
import type { Declaration } from '../declaration.ts';
import type { NetworkPart } from '../network/network.ts';
import { listenerRule, type ListenerRuleOutputs } from './listener-rule.ts';
import type { ListenerOutputs } from './listener.ts';
import type { LoadBalancerOutputs } from './load-balancer.ts';
import { declareLoadBalancers } from './load-balancers.ts';
import type { Entry } from './modes/mode.ts';
import { modes } from './modes/modes.ts';
import type { TargetGroupOutputs } from './target-group.ts';
import { declareTargetGroups, type TargetGroups } from './target-groups.ts';

type Nodes = readonly { readonly id: NodeId }[];

/** What the other domains need of the ways in. */
export interface IngressPart extends Omit<Entry, 'listeners'> {
  readonly registryLoadBalancer: Handle<LoadBalancerOutputs>;
  readonly keycloakLoadBalancer: Handle<LoadBalancerOutputs>;
  readonly targetGroups: TargetGroups;
  /** What sends to each target group: ECS takes none that nothing sends to. */
  readonly listenersReady: Readonly<Partial<Record<TargetName, Nodes>>>;
}

/** @param first what must stand before a load balancer besides the network: the role that ELB acts by */
export function declareIngress(declaration: Declaration, network: NetworkPart, first: Nodes = []): IngressPart {
  const { graph, gateway } = declaration;
  const mode = modes[gateway.ingress.mode];
  if (mode === undefined) throw stalled('NotBuilt', `ingress mode "${gateway.ingress.mode}" is not built yet`);

  const targetGroups = declareTargetGroups(declaration, network);
  const loadBalancers = declareLoadBalancers(declaration, network, first);
  const { listeners, ...entry } = mode(declaration, { loadBalancers, targetGroups });
  const { grafana } = targetGroups;
  const rules = grafana === undefined ? [] : listeners.registry.map((on) => sendToGrafana(graph, on, grafana));
  return {
    ...entry,
    registryLoadBalancer: loadBalancers.registry,
    keycloakLoadBalancer: loadBalancers.keycloak,
    targetGroups,
    listenersReady: { ...listeners, ...(grafana !== undefined && { grafana: rules }) },
  };
}

function sendToGrafana(
  graph: GraphBuilder,
  on: Handle<ListenerOutputs>,
  grafana: Handle<TargetGroupOutputs>,
): Handle<ListenerRuleOutputs> {
  const action = { type: 'forward' as const, targetGroupArn: grafana.ref('targetGroupArn') };
  const props = { listenerArn: on.ref('listenerArn'), priority: 15, paths: ['/grafana', '/grafana/*'], action };
  return graph.add(listenerRule, `${on.id.split('/')[1] ?? ''}-grafana`, props);
}
