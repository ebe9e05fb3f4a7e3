import type { Handle } from '../../../engine/graph.ts';
import type { Input } from '../../../engine/ref.ts';
import type { TargetName } from '../../../spec/releases/release.ts';
import type { Declaration } from '../../declaration.ts';
import type { DistributionOutputs } from '../distribution.ts';
import type { ListenerOutputs } from '../listener.ts';
import type { LoadBalancers } from '../load-balancers.ts';
import type { TargetGroups } from '../target-groups.ts';

/** How people reach the gateway: what stands between them and its target groups. */
export type Mode = (declaration: Declaration, behind: Behind) => Entry;

/** What is the same in every mode. */
export interface Behind {
  readonly loadBalancers: LoadBalancers;
  readonly targetGroups: TargetGroups;
}

export interface Entry {
  /** The listeners that send to each target group unless a rule says otherwise. */
  readonly listeners: Readonly<Record<Exclude<TargetName, 'grafana'>, readonly Handle<ListenerOutputs>[]>>;
  readonly registryHost: Input<string>;
  readonly keycloakHost: Input<string>;
  readonly registryUrl: Input<string>;
  readonly keycloakUrl: Input<string>;
  readonly distributions: readonly Handle<DistributionOutputs>[];
}
