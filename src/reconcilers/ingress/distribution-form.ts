import type {
  DefaultCacheBehavior,
  DistributionConfig,
  DistributionSummary,
  GeoRestriction as GeoRestrictions,
  LoggingConfig,
  Method,
  MinimumProtocolVersion,
  ViewerCertificate,
} from '@aws-sdk/client-cloudfront';
import type { LiveProps } from '../../engine/kind.ts';
import { fromOrigin, list, toOrigin, type DistributionOrigin } from './distribution-origin.ts';

/** What we set of a distribution. CloudFront has far more, and adds to it without notice: the rest stays as it is. */
export interface DistributionProps {
  /** At most 128 characters. */
  readonly comment: string;
  readonly enabled: boolean;
  readonly priceClass: 'PriceClass_100' | 'PriceClass_200' | 'PriceClass_All';
  readonly origin: DistributionOrigin;
  readonly behavior: DistributionBehavior;
  /** Host names beside its own. Each may stand in one distribution of all accounts. */
  readonly aliases: readonly string[];
  /** In us-east-1. Absent: CloudFront's own certificate, for its own host name alone. */
  readonly certificateArn?: string;
  /** Only with a certificate: CloudFront's own has its fixed one. */
  readonly minimumTls?: MinimumProtocolVersion;
  /** Null: everybody is let in. */
  readonly geoRestriction: GeoRestriction | null;
  /** Null: nothing is logged. */
  readonly logging: DistributionLogging | null;
}

/** From where viewers are let in: nowhere else, or everywhere but there. */
export interface GeoRestriction {
  readonly type: 'allow' | 'deny';
  /** Two capital letters each (ISO 3166-1). */
  readonly countries: readonly string[];
}

/** Where the lines on each request go. */
export interface DistributionLogging {
  /** The bucket's host name. */
  readonly bucket: string;
  readonly prefix: string;
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
    Aliases: props.aliases.length === 0 ? { Quantity: 0 } : list([...props.aliases]),
    ViewerCertificate: fromCertificate(props),
    Restrictions: { GeoRestriction: fromGeoRestriction(props.geoRestriction) },
    ...(props.logging !== null && { Logging: fromLogging(props.logging) }),
  };
}

const fromCertificate = ({ certificateArn, minimumTls }: DistributionProps): ViewerCertificate =>
  certificateArn === undefined
    ? { CloudFrontDefaultCertificate: true }
    : {
        ACMCertificateArn: certificateArn,
        SSLSupportMethod: 'sni-only',
        ...(minimumTls !== undefined && { MinimumProtocolVersion: minimumTls }),
      };

const fromGeoRestriction = (wanted: GeoRestriction | null): GeoRestrictions =>
  wanted === null
    ? { RestrictionType: 'none', Quantity: 0 }
    : { RestrictionType: wanted.type === 'allow' ? 'whitelist' : 'blacklist', ...list([...wanted.countries]) };

const fromLogging = ({ bucket, prefix }: DistributionLogging): LoggingConfig => ({
  Enabled: true,
  IncludeCookies: false,
  Bucket: bucket,
  Prefix: prefix,
});

export const NO_LOGGING: LoggingConfig = { Enabled: false, IncludeCookies: false, Bucket: '', Prefix: '' };

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

/** What the list and the whole configuration have in common, and what only the latter has. */
export type LiveConfig = Partial<
  Pick<
    DistributionSummary,
    | 'Comment'
    | 'Enabled'
    | 'PriceClass'
    | 'Origins'
    | 'DefaultCacheBehavior'
    | 'Aliases'
    | 'ViewerCertificate'
    | 'Restrictions'
  >
> &
  Pick<DistributionConfig, 'Logging'>;

/** The one origin that requests go to, and the other settings, as the list has them. */
export function toProps(item: LiveConfig): LiveProps<DistributionProps> {
  const origin = item.Origins?.Items?.find(({ Id }) => Id === item.DefaultCacheBehavior?.TargetOriginId);
  return {
    comment: item.Comment,
    enabled: item.Enabled,
    priceClass: item.PriceClass as DistributionProps['priceClass'] | undefined,
    origin: origin && toOrigin(origin),
    behavior: item.DefaultCacheBehavior && toBehavior(item.DefaultCacheBehavior),
    aliases: item.Aliases?.Items ?? [],
    ...toCertificate(item.ViewerCertificate),
    geoRestriction: toGeoRestriction(item.Restrictions?.GeoRestriction),
    logging: toLogging(item.Logging),
  };
}

function toCertificate(
  item: ViewerCertificate | undefined,
): Pick<LiveProps<DistributionProps>, 'certificateArn' | 'minimumTls'> {
  const certificateArn = item?.ACMCertificateArn ?? item?.IAMCertificateId;
  // Beside its own certificate CloudFront names a version that nobody chose.
  return certificateArn === undefined ? {} : { certificateArn, minimumTls: item?.MinimumProtocolVersion };
}

function toGeoRestriction(item: GeoRestrictions | undefined): GeoRestriction | null {
  const { RestrictionType: type, Items: countries = [] } = item ?? {};
  if (type === undefined || type === 'none') return null;
  return { type: type === 'whitelist' ? 'allow' : 'deny', countries };
}

const toLogging = (item: LoggingConfig | undefined): DistributionLogging | null =>
  item?.Enabled === true ? { bucket: item.Bucket ?? '', prefix: item.Prefix ?? '' } : null;

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
