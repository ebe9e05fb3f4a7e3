import type { Handle } from '../../engine/graph.ts';
import type { TargetName } from '../../spec/releases/release.ts';
import type { Declaration } from '../declaration.ts';
import type { NetworkPart } from '../network/network.ts';
import { declareAccessLogs } from './access-logs.ts';
import { addressesOf, type Addresses } from './addresses.ts';
import { declareCertificates } from './certificates.ts';
import { declareDistributions } from './distributions.ts';
import { declareListeners } from './listeners.ts';
import type { LoadBalancerOutputs } from './load-balancer.ts';
import { declareLoadBalancers } from './load-balancers.ts';
import { modes } from './modes/modes.ts';
import { declareRecords, stayingNames, type Doors, type Led } from './records.ts';
import { standingOf, type Nodes, type Standing } from './standing.ts';
import { declareProbes } from './switch.ts';
import { declareTargetGroups, type TargetGroups } from './target-groups.ts';
import { declareWaf } from './waf.ts';

/** What the other domains need of the ways in. */
export interface IngressPart {
  readonly standing: Standing;
  readonly registryLoadBalancer: Handle<LoadBalancerOutputs>;
  readonly keycloakLoadBalancer: Handle<LoadBalancerOutputs>;
  readonly targetGroups: TargetGroups;
  /** What sends to each target group: ECS takes none that nothing sends to. */
  readonly listenersReady: Readonly<Partial<Record<TargetName, Nodes>>>;
  readonly addresses: Addresses;
  readonly doors: Doors;
  /** The records of the wanted way, as far as they are new. */
  readonly led: readonly Led[];
  /** What stands before a service is told the wanted addresses: all of it, or what of it can come. */
  readonly told: { readonly after: Nodes; readonly behind: Nodes };
}

/** @param first what must stand before a load balancer besides the network: the role that ELB acts by */
export function declareIngress(declaration: Declaration, network: NetworkPart, first: Nodes = []): IngressPart {
  const { ways } = declaration;
  const targetGroups = declareTargetGroups(declaration, network);
  const logs = declareAccessLogs(declaration);
  const loadBalancers = declareLoadBalancers(declaration, network, logs, first);
  declareWaf(declaration, loadBalancers);
  const standing = standingOf(ways, [loadBalancers.registry, loadBalancers.keycloak]);
  const certificates = declareCertificates(declaration, standing);
  const listeners = declareListeners(declaration, standing, { loadBalancers, targetGroups, certificates });
  const distributions = declareDistributions(declaration, standing, { loadBalancers, certificates, logs });
  const doors = { loadBalancers, distributions, certificates };
  const addresses = addressesOf(declaration, standing, doors);

  const through = distributions !== undefined && modes[ways.wanted.variant].distributions;
  const ready = [
    ...listeners.registry,
    ...listeners.keycloak,
    ...(through ? [distributions.registry, distributions.keycloak] : []),
  ];
  const probes = declareProbes(declaration, standing, { addresses, ready });
  const { made, kept } = stayingNames(standing);
  const led = declareRecords(declaration, made, doors, probes);
  const records = led.map(({ record }) => record);
  declareRecords(declaration, kept, doors, []);
  return {
    standing,
    registryLoadBalancer: loadBalancers.registry,
    keycloakLoadBalancer: loadBalancers.keycloak,
    targetGroups,
    listenersReady: listeners,
    addresses,
    doors,
    led,
    // A name that is asked for before it exists stays absent for a quarter of an hour wherever it was asked.
    told: ways.old.length > 0 ? { after: [...probes, ...records], behind: [] } : { after: [], behind: records },
  };
}
