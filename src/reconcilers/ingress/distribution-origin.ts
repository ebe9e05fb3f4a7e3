import type { Origin, SslProtocol } from '@aws-sdk/client-cloudfront';

/** Where CloudFront fetches from: over the internet, or inside a VPC by an origin that says how. */
export type DistributionOrigin = OriginSettings & (PublicOrigin | PrivateOrigin);

interface OriginSettings {
  readonly id: string;
  readonly domainName: string;
  /** Added to every request to the origin, in place of what the viewer sent. */
  readonly headers: Readonly<Record<string, string>>;
  /** Seconds until an answer begins and between its parts, 1 to 120; beyond 60 AWS has to allow it. */
  readonly readTimeout: number;
  /** Seconds that an idle connection is kept, 1 to 120. */
  readonly keepaliveTimeout: number;
}

interface PublicOrigin {
  readonly protocolPolicy: 'http-only' | 'https-only' | 'match-viewer';
  readonly httpPort: number;
  readonly httpsPort: number;
  readonly sslProtocols: readonly SslProtocol[];
}

interface PrivateOrigin {
  readonly vpcOriginId: string;
}

/** An origin whole, on top of the settings of the one that stands that are not ours. */
export function fromOrigin(origin: DistributionOrigin, before: Origin | undefined): Origin {
  const headers = Object.entries(origin.headers).map(([HeaderName, HeaderValue]) => ({ HeaderName, HeaderValue }));
  const timeouts = { OriginReadTimeout: origin.readTimeout, OriginKeepaliveTimeout: origin.keepaliveTimeout };
  // AWS takes only one of the two.
  const { CustomOriginConfig, VpcOriginConfig, ...kept } = before ?? {};
  return {
    ...kept,
    Id: origin.id,
    DomainName: origin.domainName,
    CustomHeaders: headers.length === 0 ? { Quantity: 0 } : list(headers),
    ...('vpcOriginId' in origin
      ? { VpcOriginConfig: { ...VpcOriginConfig, ...timeouts, VpcOriginId: origin.vpcOriginId } }
      : {
          CustomOriginConfig: {
            ...CustomOriginConfig,
            ...timeouts,
            OriginProtocolPolicy: origin.protocolPolicy,
            HTTPPort: origin.httpPort,
            HTTPSPort: origin.httpsPort,
            OriginSslProtocols: list([...origin.sslProtocols]),
          },
        }),
  };
}

export function toOrigin(item: Origin): DistributionOrigin {
  const { CustomOriginConfig: custom, VpcOriginConfig: inside } = item;
  const headers = (item.CustomHeaders?.Items ?? []).map(
    (header) => [header.HeaderName ?? '', header.HeaderValue ?? ''] as const,
  );
  const settings = {
    id: item.Id ?? '',
    domainName: item.DomainName ?? '',
    headers: Object.fromEntries(headers),
    readTimeout: (custom ?? inside)?.OriginReadTimeout ?? 0,
    keepaliveTimeout: (custom ?? inside)?.OriginKeepaliveTimeout ?? 0,
  };
  if (inside !== undefined) return { ...settings, vpcOriginId: inside.VpcOriginId ?? '' };
  return {
    ...settings,
    protocolPolicy: custom?.OriginProtocolPolicy ?? 'match-viewer',
    httpPort: custom?.HTTPPort ?? 0,
    httpsPort: custom?.HTTPSPort ?? 0,
    sslProtocols: custom?.OriginSslProtocols?.Items ?? [],
  };
}

/** CloudFront wants the length of a list beside it. */
export const list = <T>(Items: T[]): { Quantity: number; Items: T[] } => ({ Quantity: Items.length, Items });
