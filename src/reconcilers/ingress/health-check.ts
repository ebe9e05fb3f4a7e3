import type { TargetGroup } from '@aws-sdk/client-elastic-load-balancing-v2';

/** How a load balancer finds out which targets can answer. */
export interface HealthCheck {
  readonly path: string;
  /** A number, or `traffic-port` for the one that the target is registered with. */
  readonly port: string;
  /** Statuses of a healthy answer: `200`, `200-399`. */
  readonly matcher: string;
  readonly interval: number;
  readonly timeout: number;
  readonly healthyThreshold: number;
  readonly unhealthyThreshold: number;
}

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
