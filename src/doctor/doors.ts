import { idOf } from '../engine/kind.ts';
import type { NodeId } from '../engine/ref.ts';
import type { NodeState } from '../engine/step.ts';
import { distribution } from '../reconcilers/ingress/distribution.ts';
import { loadBalancer } from '../reconcilers/ingress/load-balancer.ts';
import { fronts, type Front } from '../reconcilers/ingress/modes/mode.ts';
import { modes } from '../reconcilers/ingress/modes/modes.ts';
import type { Way, Ways } from '../reconcilers/ingress/ways.ts';

/** One public address, and what it is to lead to. */
export interface Door {
  readonly front: Front;
  readonly protocol: 'http' | 'https';
  /** Undefined: AWS gives the name, and has not done so. */
  readonly host: string | undefined;
  /** A name of one's own, with a record. */
  readonly named: boolean;
  /** CloudFront stands before the load balancer. */
  readonly throughCloudfront: boolean;
  /** What the name leads to. */
  readonly node: NodeId;
  /** The DNS name of that. */
  readonly entry: string | undefined;
}

type States = ReadonlyMap<NodeId, NodeState>;

/** The addresses of the wanted way in; while a switch is under way those of the ways that people use until then. */
export function doorsOf({ wanted, old }: Ways, states: States): readonly Door[] {
  const ways = old.length > 0 ? old : [wanted];
  return fronts.flatMap((front) => ways.flatMap((way) => doorsTo(way, front, states)));
}

function doorsTo(way: Way, front: Front, states: States): readonly Door[] {
  const { protocol, distributions, names } = modes[way.variant];
  const door = (throughCloudfront: boolean, own: string | undefined): Door => {
    const node = idOf(throughCloudfront ? distribution.name : loadBalancer.name, front);
    const name = states.get(node)?.live?.outputs[throughCloudfront ? 'domainName' : 'dnsName'];
    const entry = typeof name === 'string' ? name : undefined;
    return { front, protocol, host: own ?? entry, named: own !== undefined, throughCloudfront, node, entry };
  };
  const own = way.domain?.[front];
  if (own === undefined) return [door(distributions, undefined)];
  const theirs = distributions && names === 'loadBalancers' ? [door(true, undefined)] : [];
  return [door(names === 'distributions', own), ...theirs];
}
