import { format, type Input } from '../../engine/ref.ts';
import type { Declaration } from '../declaration.ts';
import type { Distributions } from './distributions.ts';
import type { LoadBalancers } from './load-balancers.ts';
import type { Front } from './modes/mode.ts';
import { modes } from './modes/modes.ts';
import type { Standing } from './standing.ts';
import type { Way } from './ways.ts';

/** Under what names the gateway is known. */
export interface Addresses {
  readonly registryHost: Input<string>;
  readonly registryUrl: Input<string>;
  readonly keycloakUrl: Input<string>;
  /** Every name that leads to the registry now, the one that is wanted first. */
  readonly registryHosts: readonly Input<string>[];
  /** What the session cookie may be while all ways in that stand are in use. */
  readonly cookie: { readonly secure: boolean; readonly domain: string };
  /** Every way in that stands is HTTPS. */
  readonly secure: boolean;
  hostsOf(way: Way, front: Front): readonly Input<string>[];
  urlOf(way: Way, front: Front): Input<string>;
}

interface Doors {
  readonly loadBalancers: LoadBalancers;
  readonly distributions: Distributions | undefined;
}

export function addressesOf({ gateway }: Declaration, { wanted, all }: Standing, doors: Doors): Addresses {
  const { loadBalancers, distributions } = doors;
  const hostsOf = ({ variant, domain }: Way, front: Front): readonly [Input<string>, ...Input<string>[]] => {
    const theirs = distributions?.[front].ref('domainName');
    if (domain === undefined) return [theirs !== undefined && modes[variant].distributions ? theirs : own(front)];
    return modes[variant].names === 'loadBalancers' && modes[variant].distributions && theirs !== undefined
      ? [domain[front], theirs]
      : [domain[front]];
  };
  const own = (front: Front): Input<string> => loadBalancers[front].ref('dnsName');
  const urlOf = (way: Way, front: Front): Input<string> =>
    modes[way.variant].protocol === 'https'
      ? format`https://${hostsOf(way, front)[0]}`
      : format`http://${hostsOf(way, front)[0]}`;

  const { sessionCookie } = gateway.ingress;
  const secure = all.every(({ variant }) => modes[variant].protocol === 'https');
  // A browser refuses a cookie for a domain that the host is not under.
  const covers = (host: Input<string>): boolean =>
    typeof host === 'string' && `.${host}`.endsWith(`.${sessionCookie.domain.replace(/^\./, '')}`);
  const isShared = all.every((way) => hostsOf(way, 'registry').every(covers));
  return {
    registryHost: hostsOf(wanted, 'registry')[0],
    registryUrl: urlOf(wanted, 'registry'),
    keycloakUrl: urlOf(wanted, 'keycloak'),
    registryHosts: unique(all.flatMap((way) => hostsOf(way, 'registry'))),
    cookie: {
      secure: sessionCookie.secure && secure,
      domain: isShared ? sessionCookie.domain : '',
    },
    secure,
    hostsOf,
    urlOf,
  };
}

const unique = (hosts: readonly Input<string>[]): readonly Input<string>[] => [
  ...new Map(hosts.map((host) => [JSON.stringify(host), host])).values(),
];
