import type { GatewayManifest } from './generated/gateway-manifest.ts';
import type { Ingress } from './gateway.ts';

type Options = Pick<Ingress, 'geoRestriction' | 'minimumTls' | 'originTimeouts' | 'waf' | 'accessLogs'>;

/** What the ways in may have besides. */
export function edgeOptions(given: GatewayManifest['spec']['ingress']): Options {
  const { geoRestriction, minimumTls, originTimeouts, waf, accessLogs } = given;
  return {
    geoRestriction,
    minimumTls: minimumTls ?? 'TLSv1.2',
    originTimeouts: { read: originTimeouts?.read ?? 30, keepalive: originTimeouts?.keepalive ?? 5 },
    waf: {
      enabled: waf?.enabled ?? false,
      requestsPerAddress: waf?.requestsPerAddress ?? 100,
      requests: waf?.requests ?? 2000,
      logRetentionDays: waf?.logRetentionDays ?? 30,
    },
    accessLogs: { enabled: accessLogs?.enabled ?? false, retentionDays: accessLogs?.retentionDays ?? 90 },
  };
}
