import type { HostedZone } from '@aws-sdk/client-route-53';
import type { Aws, AwsKind } from '../../aws/aws.ts';
import { isForbidden, isGone } from '../../aws/errors.ts';
import type { Observed } from '../../engine/kind.ts';
import { known } from '../../engine/ref.ts';

export interface HostedZoneProps {
  /** The domain, without a final dot. */
  readonly zoneName: string;
  /** Where several have the same domain. */
  readonly hostedZoneId?: string;
  /** Names of ours that may stand in it. */
  readonly hosts: readonly string[];
}

export interface HostedZoneOutputs {
  readonly hostedZoneId: string;
}

/** The public zone of a domain. It is found and never made: who owns a domain delegates it once, by hand. */
export const hostedZone: AwsKind<HostedZoneProps, HostedZoneOutputs> = {
  name: 'HostedZone',
  immutable: [],
  replace: 'new-first',
  identifies: [],
  // Whatever is found is what was asked for.
  canonical: () => ({}),
  actions: { read: ['route53:ListHostedZonesByName', 'route53:GetHostedZone'], write: [] },

  observe: ({ env: aws, nodes }) =>
    Promise.all(
      nodes.flatMap(({ name, props }) => {
        const asked = known<HostedZoneProps>(props);
        return asked === undefined ? [] : [find(aws, name, asked)];
      }),
    ),
};

async function find(
  aws: Aws,
  name: string,
  props: HostedZoneProps,
): Promise<Observed<HostedZoneProps, HostedZoneOutputs>> {
  const route53 = await aws.route53();
  const { zoneName, hostedZoneId } = props;
  // The name is where the list begins, not what it is limited to.
  const { HostedZones = [] } = await route53.send(new route53.ListHostedZonesByNameCommand({ DNSName: zoneName }));
  const named = HostedZones.filter((zone) => zone.Name === `${zoneName}.`);
  const open = named.filter((zone) => zone.Config?.PrivateZone !== true);
  const chosen = hostedZoneId === undefined ? open : open.filter((zone) => idOf(zone) === hostedZoneId);
  if (chosen.length === 1) return toObserved(name, props, idOf(chosen[0]));
  const because = hostedZoneId === undefined ? noneOf(aws, zoneName, named, open) : await notIt(aws, props, named);
  return toObserved(name, props, undefined, because);
}

/** Why no zone, or not just one, can be meant by this domain. */
function noneOf(
  { accountId }: Aws,
  zoneName: string,
  named: readonly HostedZone[],
  open: readonly HostedZone[],
): string {
  if (open.length > 1)
    return `account ${accountId} has ${open.length} public zones ${zoneName} (${open.map(idOf).join(', ')}): write the one that the domain is delegated to as spec.ingress.domain.hostedZoneId`;
  if (named.length > 0)
    return `the zone ${zoneName} (${named.map(idOf).join(', ')}) is private, and browsers and certificates need a public one: make a public zone ${zoneName} and delegate the domain to it`;
  return `account ${accountId} has no hosted zone ${zoneName}: make it and delegate the domain to it, or name another domain as spec.ingress.domain.base; a zone of another account cannot be used`;
}

/** Why the zone of this id cannot be the one. */
async function notIt(
  aws: Aws,
  { zoneName, hostedZoneId = '' }: HostedZoneProps,
  named: readonly HostedZone[],
): Promise<string> {
  if (named.some((zone) => idOf(zone) === hostedZoneId))
    return `the zone ${hostedZoneId} is private, and browsers and certificates need a public one: correct spec.ingress.domain.hostedZoneId`;
  const domain = await domainOf(aws, hostedZoneId);
  return domain === undefined
    ? `account ${aws.accountId} has no hosted zone ${hostedZoneId}: correct spec.ingress.domain.hostedZoneId; a zone of another account cannot be used, but it can delegate a subdomain to a zone of this one`
    : `the zone ${hostedZoneId} is for ${domain} and not for ${zoneName}: correct spec.ingress.domain`;
}

/** Undefined for a zone that is not there, or not this account's: those are forbidden. */
async function domainOf(aws: Aws, Id: string): Promise<string | undefined> {
  const route53 = await aws.route53();
  try {
    const { HostedZone: zone } = await route53.send(new route53.GetHostedZoneCommand({ Id }));
    return zone?.Name?.replace(/\.$/, '');
  } catch (error) {
    if (isGone(error) || isForbidden(error)) return undefined;
    throw error;
  }
}

const idOf = (zone: HostedZone | undefined): string => zone?.Id?.replace('/hostedzone/', '') ?? '';

function toObserved(
  name: string,
  props: HostedZoneProps,
  hostedZoneId: string | undefined,
  because?: string,
): Observed<HostedZoneProps, HostedZoneOutputs> {
  return {
    name,
    phase: because === undefined ? 'ready' : 'failed',
    because,
    props: { zoneName: props.zoneName, hostedZoneId: props.hostedZoneId, hosts: props.hosts },
    outputs: { hostedZoneId },
  };
}
