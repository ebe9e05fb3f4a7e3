import type { Handle } from '../../engine/graph.ts';
import type { TargetName } from '../../spec/releases/release.ts';
import type { Declaration } from '../declaration.ts';
import type { NetworkPart } from '../network/network.ts';
import type { HealthCheck } from './health-check.ts';
import { targetGroup, type TargetGroupOutputs, type TargetGroupProps } from './target-group.ts';

type AlwaysThere = Exclude<TargetName, 'grafana'>;

export type TargetGroups = Readonly<Record<AlwaysThere, Handle<TargetGroupOutputs>>> & {
  readonly grafana?: Handle<TargetGroupOutputs>;
};

type Target = Pick<TargetGroupProps, 'port' | 'healthCheck' | 'deregistrationDelay' | 'stickiness'>;

const DAY = 86_400;

const check = (path: string, rest: Partial<HealthCheck> = {}): HealthCheck => ({
  path,
  port: 'traffic-port',
  matcher: '200',
  interval: 30,
  timeout: 5,
  healthyThreshold: 2,
  unhealthyThreshold: 2,
  ...rest,
});

const targets: Readonly<Record<TargetName, Target>> = {
  // The registry answers for its health on the port behind its nginx.
  registry: { port: 80, healthCheck: check('/health', { port: '7860' }), deregistrationDelay: 5, stickiness: 0 },
  auth: { port: 8888, healthCheck: check('/health'), deregistrationDelay: 5, stickiness: 0 },
  gradio: { port: 7860, healthCheck: check('/health'), deregistrationDelay: 5, stickiness: 0 },
  keycloak: {
    port: 8080,
    // Its own health page has left this port with Keycloak 25.
    healthCheck: check('/', { matcher: '200-399', unhealthyThreshold: 3 }),
    deregistrationDelay: 30,
    stickiness: DAY,
  },
  grafana: { port: 3000, healthCheck: check('/api/health'), deregistrationDelay: 5, stickiness: 0 },
};

export function declareTargetGroups({ graph, gateway, names }: Declaration, { vpcId }: NetworkPart): TargetGroups {
  const add = (target: TargetName): Handle<TargetGroupOutputs> => {
    const name = names.targetGroup(target);
    return graph.add(targetGroup, target, { name, vpcId, ...targets[target] }, { title: name });
  };
  return {
    registry: add('registry'),
    auth: add('auth'),
    gradio: add('gradio'),
    keycloak: add('keycloak'),
    ...(gateway.observability.enabled && { grafana: add('grafana') }),
  };
}
