import type { TargetGroup } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { TargetHealthLine } from '../../spec/releases/release.ts';

/** How a load balancer finds out which targets can answer. */
export type HealthCheck = TargetHealthLine;

/** Every field: the defaults that AWS publishes contradict each other. */
export const fromHealthCheck = (check: HealthCheck) => ({
  HealthCheckEnabled: true,
  HealthCheckProtocol: 'HTTP' as const,
  HealthCheckPath: check.path,
  HealthCheckPort: check.port,
  HealthCheckIntervalSeconds: check.interval,
  HealthCheckTimeoutSeconds: check.timeout,
  HealthyThresholdCount: check.healthyThreshold,
  UnhealthyThresholdCount: check.unhealthyThreshold,
  Matcher: { HttpCode: check.matcher },
});

/** Undefined while nothing is checked. */
export function toHealthCheck(item: TargetGroup): HealthCheck | undefined {
  if (item.HealthCheckEnabled === false) return undefined;
  return {
    path: item.HealthCheckPath ?? '',
    port: item.HealthCheckPort ?? '',
    matcher: item.Matcher?.HttpCode ?? '',
    interval: item.HealthCheckIntervalSeconds ?? 0,
    timeout: item.HealthCheckTimeoutSeconds ?? 0,
    healthyThreshold: item.HealthyThresholdCount ?? 0,
    unhealthyThreshold: item.UnhealthyThresholdCount ?? 0,
  };
}
