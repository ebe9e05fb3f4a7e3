import type { Aws, AwsKind } from '../../aws/aws.ts';
import { idOf, type Observed } from '../../engine/kind.ts';
import { known } from '../../engine/ref.ts';
import { refusalOf } from './caa.ts';
import { certificate } from './certificate.ts';
import { means } from './elb-tags.ts';
import { hostedZone } from './hosted-zone.ts';

/** Whether the world asks a zone's own servers for its names. */
export interface DelegationProps {
  readonly hostedZoneId: string;
  readonly zoneName: string;
  /** Names that certificates are wanted for. */
  readonly hosts: readonly string[];
}

/** Certificates are proven by records: without the delegation nobody would ever see these. */
export const delegation: AwsKind<DelegationProps, object> = {
  name: 'Delegation',
  immutable: [],
  replace: 'new-first',
  identifies: [],
  // What the servers say is no prop.
  canonical: () => ({}),
  actions: { read: ['route53:GetHostedZone'], write: [] },

  async observe({ env: aws, nodes, live }) {
    const [zones, certificates] = await Promise.all([live(hostedZone), live(certificate)]);
    const issued = new Set(
      certificates
        .filter(({ phase }) => phase === 'ready')
        .flatMap(({ props }) => [props.domainName, ...(props.alternativeNames ?? [])]),
    );
    return Promise.all(
      nodes.map(async ({ name, props }) => {
        const zoneName = known<string>(props.zoneName) ?? '';
        const hosts = known<readonly string[]>(props.hosts) ?? [];
        const zone = zones.find(({ name: zoneNode, outputs }) =>
          means(props.hostedZoneId, idOf('HostedZone', zoneNode), outputs.hostedZoneId),
        );
        const asked = { hostedZoneId: zone?.outputs.hostedZoneId, zoneName, hosts };
        // What was issued has been seen: nobody needs to be asked again.
        const open = hosts.filter((host) => !issued.has(host));
        return toObserved(name, asked, open.length === 0 ? READY : await check(aws, asked, open));
      }),
    );
  },
};

interface Asked {
  readonly hostedZoneId: string | undefined;
  readonly zoneName: string;
  readonly hosts: readonly string[];
}

interface Verdict {
  readonly phase: 'ready' | 'failed';
  readonly because?: string;
}

const READY: Verdict = { phase: 'ready' };

async function check(aws: Aws, { hostedZoneId, zoneName }: Asked, hosts: readonly string[]): Promise<Verdict> {
  if (hostedZoneId === undefined)
    return { phase: 'failed', because: `there is no zone ${zoneName} that could be delegated to` };
  const [found, nameServers] = await Promise.all([aws.dns.nameServers(zoneName), nameServersOf(aws, hostedZoneId)]);
  if (found === undefined)
    return {
      phase: 'ready',
      because: `no name server answers for ${zoneName}, so its delegation was not checked: certificates wait until it is right`,
    };
  const missing = nameServers.filter((server) => !found.includes(server));
  if (missing.length === nameServers.length)
    return { phase: 'failed', because: elsewhere(zoneName, found, nameServers) };
  const refusals = await Promise.all(hosts.map((host) => refusalOf(aws.dns, host)));
  const [refused] = refusals.flatMap((text) => text ?? []);
  if (refused !== undefined) return { phase: 'failed', because: refused };
  const strange = found.filter((server) => !nameServers.includes(server));
  return strange.length === 0
    ? READY
    : {
        phase: 'ready',
        because: `${zoneName} is delegated to ${strange.join(', ')} besides: not everybody will find its records`,
      };
}

function elsewhere(zoneName: string, found: readonly string[], nameServers: readonly string[]): string {
  const lead = found.length === 0 ? 'is delegated to nobody' : `is delegated to ${found.join(', ')}`;
  return [
    `${zoneName} ${lead}, so nobody would find the records in its zone. Set these name servers where the domain is registered, or in the zone above it:`,
    ...nameServers.map((server) => `  ${zoneName}.  NS  ${server}.`),
  ].join('\n');
}

/** Those that Route 53 gave the zone. They are asked for only here: the list of zones does not have them. */
async function nameServersOf(aws: Aws, Id: string): Promise<readonly string[]> {
  const route53 = await aws.route53();
  const { DelegationSet } = await route53.send(new route53.GetHostedZoneCommand({ Id }));
  return (DelegationSet?.NameServers ?? []).map((server) => server.toLowerCase().replace(/\.$/, ''));
}

const toObserved = (name: string, props: Asked, verdict: Verdict): Observed<DelegationProps, object> => ({
  name,
  ...verdict,
  props,
  outputs: {},
});
