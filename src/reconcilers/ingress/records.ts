import type { Handle } from '../../engine/graph.ts';
import type { Input } from '../../engine/ref.ts';
import type { Declaration } from '../declaration.ts';
import type { Certificates } from './certificates.ts';
import type { Distributions } from './distributions.ts';
import { dnsRecord, type DnsRecordOutputs } from './dns-record.ts';
import type { LoadBalancers } from './load-balancers.ts';
import { fronts, type Front } from './modes/mode.ts';
import { modes } from './modes/modes.ts';
import type { Nodes, Standing } from './standing.ts';
import type { Way } from './ways.ts';

/** One host name, and where it is to lead. */
export interface Named {
  readonly host: string;
  readonly front: Front;
  readonly way: Way;
}

// What every distribution is in, as far as Route 53 is concerned.
const CLOUDFRONT_ZONE = 'Z2FDTNDATAQYW2';

/** The names that exist already and lead elsewhere until the wanted way has been seen to work. */
export const movingNames = ({ wanted, old }: Standing): readonly Named[] =>
  namesOf(wanted).filter(({ host }) => old.flatMap(namesOf).some((name) => name.host === host));

/** The names that are new, and those of old ways that nobody else wants. */
export function stayingNames({ wanted, old }: Standing): {
  readonly made: readonly Named[];
  readonly kept: readonly Named[];
} {
  const others = old.flatMap(namesOf);
  const own = namesOf(wanted);
  return {
    made: own.filter(({ host }) => !others.some((name) => name.host === host)),
    kept: others.filter(
      ({ host }, i) => !own.some((name) => name.host === host) && others.findIndex((name) => name.host === host) === i,
    ),
  };
}

const namesOf = (way: Way): readonly Named[] => {
  const { domain } = way;
  return domain === undefined ? [] : fronts.map((front) => ({ host: domain[front], front, way }));
};

export interface Doors {
  readonly loadBalancers: LoadBalancers;
  readonly distributions: Distributions | undefined;
  readonly certificates: Certificates;
}

export interface Led {
  readonly record: Handle<DnsRecordOutputs>;
  readonly target: Input<string>;
}

/** Records that lead host names to a load balancer or a distribution. */
export function declareRecords(
  { graph }: Declaration,
  names: readonly Named[],
  { loadBalancers, distributions, certificates }: Doors,
  after: Nodes,
): readonly Led[] {
  return names.map(({ host, front, way }) => {
    const distribution = modes[way.variant].names === 'distributions' ? distributions?.[front] : undefined;
    const to =
      distribution === undefined
        ? {
            target: loadBalancers[front].ref('dnsName'),
            targetZoneId: loadBalancers[front].ref('hostedZoneId'),
            evaluateTargetHealth: true,
          }
        : // Route 53 cannot ask a distribution for its health.
          { target: distribution.ref('domainName'), targetZoneId: CLOUDFRONT_ZONE, evaluateTargetHealth: false };
    const hostedZoneId = certificates.zoneOf(host).ref('hostedZoneId');
    return { record: graph.add(dnsRecord, host, { hostedZoneId, name: host, ...to }, { after }), target: to.target };
  });
}
