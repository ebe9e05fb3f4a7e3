import type { Handle } from '../../engine/graph.ts';
import type { Autoscaling, ServiceName } from '../../spec/gateway.ts';
import type { ServiceLine } from '../../spec/releases/release.ts';
import type { Declaration } from '../declaration.ts';
import type { Parts } from './parts.ts';
import { scalableTarget } from './scalable-target.ts';
import { scalingPolicy, type ScalingPolicyProps } from './scaling-policy.ts';
import type { ServiceOutputs } from './service.ts';

export const isScaled = ({ scaling }: ServiceLine, { enabled }: Autoscaling): boolean =>
  enabled && scaling !== undefined;

/** Lets a service's number of tasks follow its load, where the manifest wants that. */
export function declareScaling(
  { graph, gateway, names }: Declaration,
  { identity }: Parts,
  service: ServiceName,
  line: ServiceLine,
  made: Handle<ServiceOutputs>,
): void {
  const { autoscaling } = gateway.services[service];
  const { name, cluster, scaling } = line;
  if (scaling === undefined || !isScaled(line, autoscaling)) return;
  const clusterName = cluster === 'main' ? names.mainCluster : names.keycloakCluster;
  const resourceId = `service/${clusterName}/${names.service(name)}`;
  const bounds = { resourceId, minCapacity: autoscaling.min, maxCapacity: autoscaling.max };
  const after = [made, identity.serviceLinkedRoles.autoscaling];
  const target = graph.add(scalableTarget, name, bounds, { after });
  const rests = scaling.cooldown && {
    scaleInCooldown: scaling.cooldown.in,
    scaleOutCooldown: scaling.cooldown.out,
  };
  const add = (word: string, policyName: string, metric: ScalingPolicyProps['metric'], targetValue: number): void => {
    const props = { resourceId, policyName, metric, targetValue, ...rests };
    graph.add(scalingPolicy, `${name}-${word}`, props, { after: [target] });
  };
  add('cpu', scaling.cpu, 'ECSServiceAverageCPUUtilization', autoscaling.targetCpu);
  if (scaling.memory !== undefined && autoscaling.targetMemory !== undefined)
    add('memory', scaling.memory, 'ECSServiceAverageMemoryUtilization', autoscaling.targetMemory);
}
