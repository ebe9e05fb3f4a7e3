import type {
  DefaultCacheBehavior,
  DistributionConfig,
  DistributionSummary,
  Method,
  Origin,
  SslProtocol,
} from '@aws-sdk/client-cloudfront';

/** What we set of a distribution. CloudFront has far more, and adds to it without notice: the rest stays as it is. */
export interface DistributionProps {
  /** At most 128 characters. */
  readonly comment: string;
  readonly enabled: boolean;
  readonly priceClass: 'PriceClass_100' | 'PriceClass_200' | 'PriceClass_All';
  readonly origin: DistributionOrigin;
  readonly behavior: DistributionBehavior;
}

/** Where CloudFront fetches from. */
export interface DistributionOrigin {
  readonly id: string;
  readonly domainName: string;
  readonly protocolPolicy: 'http-only' | 'https-only' | 'match-viewer';
  readonly httpPort: number;
  readonly httpsPort: number;
  readonly sslProtocols: readonly SslProtocol[];
  /** Added to every request to the origin, in place of what the viewer sent. */
  readonly headers: Readonly<Record<string, string>>;
}

/** What CloudFront does with a request. */
export interface DistributionBehavior {
  readonly viewerProtocolPolicy: 'redirect-to-https' | 'https-only' | 'allow-all';
  readonly allowedMethods: readonly Method[];
  readonly cachedMethods: readonly Method[];
  readonly compress: boolean;
  readonly cachePolicyId: string;
  readonly originRequestPolicyId: string;
}

/** Lists that mean sets, in one order. */
export function canonical(props: Record<string, unknown>): Record<string, unknown> {
  const inOrder = (value: unknown): unknown =>
    Array.isArray(value) ? value.map(String).sort() : isRecord(value) ? mapped(value, inOrder) : value;
  return mapped(props, inOrder);
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;
const mapped = (
  record: Readonly<Record<string, unknown>>,
  change: (value: unknown) => unknown,
): Record<string, unknown> => Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));

/** A whole configuration: an update takes away what it does not name, so the one that stands is kept beneath. */
export function toConfig(
  props: DistributionProps,
  base: DistributionConfig | { readonly CallerReference: string },
): DistributionConfig {
  const before: Partial<DistributionConfig> = base;
  const others = before.Origins?.Items?.filter((item) => item.Id !== props.origin.id) ?? [];
  const origin = before.Origins?.Items?.find((item) => item.Id === props.origin.id);
  return {
    ...before,
    CallerReference: base.CallerReference,
    Comment: props.comment,
    Enabled: props.enabled,
    PriceClass: props.priceClass,
    Origins: list([...others, fromOrigin(props.origin, origin)]),
    DefaultCacheBehavior: fromBehavior(props, before.DefaultCacheBehavior),
  };
}

function fromOrigin(origin: DistributionOrigin, before: Origin | undefined): Origin {
  const headers = Object.entries(origin.headers).map(([HeaderName, HeaderValue]) => ({ HeaderName, HeaderValue }));
  return {
    ...before,
    Id: origin.id,
    DomainName: origin.domainName,
    CustomHeaders: headers.length === 0 ? { Quantity: 0 } : list(headers),
    CustomOriginConfig: {
      ...before?.CustomOriginConfig,
      OriginProtocolPolicy: origin.protocolPolicy,
      HTTPPort: origin.httpPort,
      HTTPSPort: origin.httpsPort,
      OriginSslProtocols: list([...origin.sslProtocols]),
    },
  };
}

function fromBehavior(
  { behavior, origin }: DistributionProps,
  before: DefaultCacheBehavior | undefined,
): DefaultCacheBehavior {
  // The settings of the time before policies exclude them.
  const { ForwardedValues: _values, MinTTL: _min, DefaultTTL: _default, MaxTTL: _max, ...kept } = before ?? {};
  return {
    ...kept,
    TargetOriginId: origin.id,
    ViewerProtocolPolicy: behavior.viewerProtocolPolicy,
    AllowedMethods: { ...list([...behavior.allowedMethods]), CachedMethods: list([...behavior.cachedMethods]) },
    Compress: behavior.compress,
    CachePolicyId: behavior.cachePolicyId,
    OriginRequestPolicyId: behavior.originRequestPolicyId,
  };
}

const list = <T>(Items: T[]): { Quantity: number; Items: T[] } => ({ Quantity: Items.length, Items });

/** What the list and the whole configuration have in common. */
export type LiveConfig = Partial<
  Pick<DistributionSummary, 'Comment' | 'Enabled' | 'PriceClass' | 'Origins' | 'DefaultCacheBehavior'>
>;

type LiveProps = { readonly [K in keyof DistributionProps]: DistributionProps[K] | undefined };

/** The one origin that requests go to, and the other settings, as the list has them. */
export function toProps(item: LiveConfig): LiveProps {
  const origin = item.Origins?.Items?.find(({ Id }) => Id === item.DefaultCacheBehavior?.TargetOriginId);
  return {
    comment: item.Comment,
    enabled: item.Enabled,
    priceClass: item.PriceClass as DistributionProps['priceClass'] | undefined,
    origin: origin && toOrigin(origin),
    behavior: item.DefaultCacheBehavior && toBehavior(item.DefaultCacheBehavior),
  };
}

function toOrigin(item: Origin): DistributionOrigin {
  const custom = item.CustomOriginConfig;
  const headers = (item.CustomHeaders?.Items ?? []).map(
    (header) => [header.HeaderName ?? '', header.HeaderValue ?? ''] as const,
  );
  return {
    id: item.Id ?? '',
    domainName: item.DomainName ?? '',
    protocolPolicy: custom?.OriginProtocolPolicy ?? 'match-viewer',
    httpPort: custom?.HTTPPort ?? 0,
    httpsPort: custom?.HTTPSPort ?? 0,
    sslProtocols: custom?.OriginSslProtocols?.Items ?? [],
    headers: Object.fromEntries(headers),
  };
}

function toBehavior(item: DefaultCacheBehavior): DistributionBehavior {
  return {
    viewerProtocolPolicy: item.ViewerProtocolPolicy ?? 'allow-all',
    allowedMethods: item.AllowedMethods?.Items ?? [],
    cachedMethods: item.AllowedMethods?.CachedMethods?.Items ?? [],
    compress: item.Compress ?? false,
    cachePolicyId: item.CachePolicyId ?? '',
    originRequestPolicyId: item.OriginRequestPolicyId ?? '',
  };
}
