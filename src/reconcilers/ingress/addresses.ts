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
  /** The same with their protocol, and the names that the manifest adds. */
  readonly registryOrigins: readonly Input<string>[];
  /** What the session cookie may be while all ways in that stand are in use. */
  readonly cookie: { readonly secure: boolean; readonly domain: string };
  /** Every way in that stands is HTTPS. */
  readonly secure: boolean;
  /** The names of a way, the one that is told to people first. */
  hostsOf(way: Way, front: Front): Names;
  /** What each of these names leads to, in the same order. */
  doorsOf(way: Way, front: Front): Names;
  urlOf(way: Way, front: Front): Input<string>;
}

type Names = readonly [Input<string>, ...Input<string>[]];

interface Doors {
  readonly loadBalancers: LoadBalancers;
  readonly distributions: Distributions | undefined;
}

export function addressesOf({ gateway }: Declaration, { wanted, all }: Standing, doors: Doors): Addresses {
  const { loadBalancers, distributions } = doors;
  const doorsOf = ({ variant }: Way, front: Front): Names => {
    const own = loadBalancers[front].ref('dnsName');
    const theirs = modes[variant].distributions ? distributions?.[front].ref('domainName') : undefined;
    if (theirs === undefined) return [own];
    return modes[variant].names === 'loadBalancers' ? [own, theirs] : [theirs];
  };
  const hostsOf = (way: Way, front: Front): Names => {
    const [first, ...rest] = doorsOf(way, front);
    return [way.domain?.[front] ?? first, ...rest];
  };
  const originOf = ({ variant }: Way, host: Input<string>): Input<string> =>
    modes[variant].protocol === 'https' ? format`https://${host}` : format`http://${host}`;
  const urlOf = (way: Way, front: Front): Input<string> => originOf(way, hostsOf(way, front)[0]);

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
    registryOrigins: unique(
      all.flatMap((way) =>
        [...hostsOf(way, 'registry'), ...gateway.ingress.additionalServerNames].map((host) => originOf(way, host)),
      ),
    ),
    cookie: {
      secure: sessionCookie.secure && secure,
      domain: isShared ? sessionCookie.domain : '',
    },
    secure,
    hostsOf,
    doorsOf,
    urlOf,
  };
}

const unique = (hosts: readonly Input<string>[]): readonly Input<string>[] => [
  ...new Map(hosts.map((host) => [JSON.stringify(host), host])).values(),
];
