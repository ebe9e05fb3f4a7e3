import type { Handle } from '../../engine/graph.ts';
import type { Input } from '../../engine/ref.ts';
import type { Declaration } from '../declaration.ts';
import { GLOBAL_REGION } from './certificate-list.ts';
import { certificate, type CertificateOutputs } from './certificate.ts';
import { delegation } from './delegation.ts';
import { hostedZone, type HostedZoneOutputs } from './hosted-zone.ts';
import { fronts, type Front } from './modes/mode.ts';
import { modes } from './modes/modes.ts';
import type { Nodes, Standing } from './standing.ts';
import { validationRecord } from './validation-record.ts';
import type { Way, WayDomain } from './ways.ts';

type OfFronts = Readonly<Partial<Record<Front, Handle<CertificateOutputs>>>>;

export interface Certificates {
  /** Of the gateway's region, for load balancers. */
  readonly regional: OfFronts;
  /** Of us-east-1, where CloudFront reads them. */
  readonly global: OfFronts;
  /** The zone that a host name belongs to. */
  zoneOf(host: string): Handle<HostedZoneOutputs>;
}

/** The zones of all host names, and every certificate that a way in needs, with the records that prove them. */
export function declareCertificates({ graph, gateway }: Declaration, standing: Standing): Certificates {
  const { all, leaving, first } = standing;
  const zones = declareZones({ graph }, [...all, ...leaving]);
  const zoneOf = (host: string): Handle<HostedZoneOutputs> => {
    const found = zones.find(({ hosts }) => hosts.has(host));
    if (found === undefined) throw new Error(`${host} is in no zone`);
    return found.zone;
  };
  const wanted = new Set(all.flatMap(hostsOf));
  const delegated: Nodes = zones.flatMap(({ zone, base, hosts }) => {
    const own = [...hosts].filter((host) => wanted.has(host));
    if (own.length === 0) return [];
    const props = { hostedZoneId: zone.ref('hostedZoneId'), zoneName: base, hosts: own };
    return [graph.add(delegation, zone.id.split('/')[1] ?? base, props)];
  });

  const proven = new Set<string>();
  const add = (node: string, region: string, ways: readonly Way[], front: Front) => {
    const hosts = [...new Set(ways.flatMap(({ domain }) => domain?.[front] ?? []))].sort();
    const [domainName, ...alternativeNames] = hosts;
    if (domainName === undefined) return undefined;
    const props = { region, domainName, alternativeNames };
    const made = graph.add(certificate, node, props, { after: [...delegated, ...first], title: domainName });
    for (const host of hosts) {
      // The same record proves a name for every certificate of the account.
      if (proven.has(host)) continue;
      proven.add(host);
      const hostedZoneId: Input<string> = zoneOf(host).ref('hostedZoneId');
      const recordName = made.ref(`validationName:${host}`);
      graph.add(validationRecord, host, { hostedZoneId, host, recordName, value: made.ref(`validationValue:${host}`) });
    }
    return made;
  };
  const regional: Partial<Record<Front, Handle<CertificateOutputs>>> = {};
  const global: Partial<Record<Front, Handle<CertificateOutputs>>> = {};
  for (const front of fronts) {
    const secure = all.filter(({ variant }) => modes[variant].https.includes(front));
    const named = all.filter(({ variant }) => modes[variant].names === 'distributions');
    const own = add(front, gateway.region, secure, front);
    const theirs = add(`${front}-cloudfront`, GLOBAL_REGION, named, front);
    if (own !== undefined) regional[front] = own;
    if (theirs !== undefined) global[front] = theirs;
  }
  return { regional, global, zoneOf };
}

const hostsOf = ({ domain }: Way): readonly string[] =>
  domain === undefined ? [] : [domain.registry, domain.keycloak];

interface Zone {
  readonly zone: Handle<HostedZoneOutputs>;
  readonly base: string;
  readonly hosts: ReadonlySet<string>;
}

/** Each zone once, with the host names of ours in it. */
function declareZones({ graph }: Pick<Declaration, 'graph'>, ways: readonly Way[]): readonly Zone[] {
  const found = new Map<string, WayDomain & { readonly hosts: Set<string> }>();
  for (const way of ways) {
    if (way.domain === undefined) continue;
    const { base, hostedZoneId } = way.domain;
    const name = hostedZoneId ?? base;
    const zone = found.get(name) ?? { ...way.domain, hosts: new Set<string>() };
    for (const host of hostsOf(way)) zone.hosts.add(host);
    found.set(name, zone);
  }
  return [...found].map(([name, { base, hostedZoneId, hosts }]) => ({
    zone: graph.add(hostedZone, name, {
      zoneName: base,
      ...(hostedZoneId !== undefined && { hostedZoneId }),
      hosts: [...hosts],
    }),
    base,
    hosts,
  }));
}
