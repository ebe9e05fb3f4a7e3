import type { Observed } from '../../engine/kind.ts';
import type { Gateway } from '../../spec/gateway.ts';

/** The ways in that there are: an ingress mode, and for the third its entry. */
export type Variant = 'development' | 'custom-domain' | 'cloudfront' | 'via-cloudfront' | 'dual';

const VARIANTS: ReadonlySet<string> = new Set<Variant>([
  'development',
  'custom-domain',
  'cloudfront',
  'via-cloudfront',
  'dual',
]);

/** One complete way in. */
export interface Way {
  readonly variant: Variant;
  readonly domain: WayDomain | undefined;
}

export interface WayDomain {
  readonly registry: string;
  readonly keycloak: string;
  /** The domain of the hosted zone. */
  readonly base: string;
  readonly hostedZoneId: string | undefined;
}

/** The way that the manifest asks for, and those that stand besides. */
export interface Ways {
  readonly wanted: Way;
  /** Stand in full until the wanted one has taken over. */
  readonly old: readonly Way[];
  /** Are being taken down: what is left of them is found, and nothing of it is wanted. */
  readonly leaving: readonly Way[];
}

/** On both load balancers: the ways that stand, with a `-` before those that are being taken down. */
export const WAYS_TAG = 'mcpgw:ways';

export function wayOf({ ingress }: Gateway): Way {
  const { mode, entry, domain } = ingress;
  const variant = mode === 'cloudfront-custom-domain' ? entry : mode;
  return { variant, domain: variant === 'cloudfront' || variant === 'development' ? undefined : domain };
}

/**
 * What to declare for a manifest where these things stand.
 *
 * @param standing the load balancers as they live
 */
export function waysOf(gateway: Gateway, standing: readonly Observed[]): Ways {
  const wanted = wayOf(gateway);
  const words = standing.flatMap((live) => live.tags?.[WAYS_TAG]?.split(' ') ?? []);
  const others = [...new Set(words)].filter((word) => word.replace(/^-/, '') !== textOf(wanted));
  const ways = (list: readonly string[]): readonly Way[] => list.flatMap((word) => parse(word) ?? []);
  const old = others.filter((word) => !word.startsWith('-'));
  const leaving = others.filter((word) => word.startsWith('-') && !old.includes(word.slice(1)));
  return { wanted, old: ways(old), leaving: ways(leaving.map((word) => word.slice(1))) };
}

/** What to declare when all of this is so; undefined when nothing is left but the wanted way. */
export function nextWays({ wanted, old, leaving }: Ways): Ways | undefined {
  if (old.length > 0) return { wanted, old: [], leaving: [...leaving, ...old] };
  return leaving.length > 0 ? { wanted, old: [], leaving: [] } : undefined;
}

export const waysText = ({ wanted, old, leaving }: Ways): string =>
  [...[wanted, ...old].map(textOf), ...leaving.map((way) => `-${textOf(way)}`)].join(' ');

function textOf({ variant, domain }: Way): string {
  if (domain === undefined) return variant;
  const { registry, keycloak, base, hostedZoneId } = domain;
  const [first, second] = [registry, keycloak].map((host) => below(host, base));
  return [variant, first, second, base, ...(hostedZoneId === undefined ? [] : [hostedZoneId])].join('/');
}

/** Undefined for what is no way in: somebody else wrote there. */
function parse(text: string): Way | undefined {
  const [variant = '', registry, keycloak, base, hostedZoneId] = text.split('/');
  if (!isVariant(variant)) return undefined;
  if (registry === undefined || keycloak === undefined || base === undefined) return { variant, domain: undefined };
  const [first = '', second = ''] = [registry, keycloak].map((name) => (name === APEX ? base : `${name}.${base}`));
  return { variant, domain: { registry: first, keycloak: second, base, hostedZoneId } };
}

// As zone files write it. A tag has 256 characters, so the base stands once.
const APEX = '@';
const below = (host: string, base: string): string => (host === base ? APEX : host.slice(0, -base.length - 1));

const isVariant = (text: string): text is Variant => VARIANTS.has(text);
