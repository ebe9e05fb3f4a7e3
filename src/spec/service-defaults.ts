import type { GatewayManifest } from './generated/gateway-manifest.ts';
import type { Gateway, ImageName, Service, ServiceName } from './gateway.ts';

type Spec = GatewayManifest['spec'];
type Given = NonNullable<Spec['services']>[ServiceName];

interface Size {
  readonly cpu: number;
  readonly memory: number;
  readonly scales: boolean;
  readonly targetMemory: number | undefined;
}

const core: Size = { cpu: 1024, memory: 2048, scales: true, targetMemory: 80 };
const sample: Size = { cpu: 512, memory: 1024, scales: true, targetMemory: undefined };
const fixed: Size = { cpu: 512, memory: 1024, scales: false, targetMemory: undefined };

export const services = (given: Spec['services']): Gateway['services'] => ({
  registry: service(given?.registry, core),
  auth: service(given?.auth, core),
  keycloak: service(given?.keycloak, core),
  currenttime: service(given?.currenttime, sample),
  mcpgw: service(given?.mcpgw, sample),
  realserverfaketools: service(given?.realserverfaketools, sample),
  flightBookingAgent: service(given?.flightBookingAgent, sample),
  travelAssistantAgent: service(given?.travelAssistantAgent, sample),
  metrics: service(given?.metrics, fixed),
  grafana: service(given?.grafana, fixed),
});

const service = (given: Given, size: Size): Service => ({
  cpu: given?.cpu ?? size.cpu,
  memory: given?.memory ?? size.memory,
  replicas: given?.replicas ?? 1,
  autoscaling: {
    enabled: given?.autoscaling?.enabled ?? size.scales,
    min: given?.autoscaling?.min ?? 1,
    max: given?.autoscaling?.max ?? 4,
    targetCpu: given?.autoscaling?.targetCpu ?? 70,
    targetMemory: given?.autoscaling?.targetMemory ?? size.targetMemory,
  },
  capacity: given?.capacity ?? 'fargate',
  environment: given?.environment ?? {},
});

/** The part of an image's name after the base. */
const repositories: Readonly<Record<ServiceName, string>> = {
  registry: 'mcp-gateway-registry',
  auth: 'mcp-gateway-auth-server',
  keycloak: 'keycloak',
  currenttime: 'mcp-gateway-currenttime',
  mcpgw: 'mcp-gateway-mcpgw',
  realserverfaketools: 'mcp-gateway-realserverfaketools',
  flightBookingAgent: 'mcp-gateway-flight-booking-agent',
  travelAssistantAgent: 'mcp-gateway-travel-assistant-agent',
  metrics: 'mcp-gateway-metrics-service',
  grafana: 'mcp-gateway-grafana',
};

export function images({ accountId, region, images: given }: Spec): Readonly<Record<ImageName, string>> {
  const base = (given?.base ?? `${accountId}.dkr.ecr.${region}.amazonaws.com`).replace(/\/+$/, '');
  const image = (name: ServiceName): string =>
    given?.[name] ?? `${base}/${repositories[name]}:${given?.tag ?? 'latest'}`;
  return {
    registry: image('registry'),
    auth: image('auth'),
    keycloak: image('keycloak'),
    currenttime: image('currenttime'),
    mcpgw: image('mcpgw'),
    realserverfaketools: image('realserverfaketools'),
    flightBookingAgent: image('flightBookingAgent'),
    travelAssistantAgent: image('travelAssistantAgent'),
    metrics: image('metrics'),
    grafana: image('grafana'),
    collector: given?.collector ?? 'public.ecr.aws/aws-observability/aws-otel-collector:latest',
  };
}
