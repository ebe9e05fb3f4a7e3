import type { ImageName, ServiceName } from '../gateway.ts';

/** What one line of images expects of its surroundings, as data. */
export interface Line {
  readonly services: Readonly<Record<ServiceName, ServiceLine>>;
  /** All services, servers before the clients that call them. */
  readonly order: readonly ServiceName[];
  readonly targetGroups: Readonly<Record<TargetName, TargetGroupLine>>;
  /** The embeddings model that the registry's image brings along. */
  readonly modelInImage: string;
}

/** How a load balancer treats the targets of one group. */
export interface TargetGroupLine {
  /** For targets that are registered without a port of their own. */
  readonly port: number;
  readonly healthCheck: TargetHealthLine;
  /** Seconds that a leaving target gets to finish its requests. */
  readonly deregistrationDelay: number;
  /** Seconds for which a visitor stays with one target; 0: not at all. */
  readonly stickiness: number;
}

/** Seconds, and how many answers in a row make a target healthy or unhealthy. */
export interface TargetHealthLine {
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

export interface ServiceLine {
  /** What the service is called in AWS, after the gateway's prefix. */
  readonly name: string;
  /** Undefined: it always runs. */
  readonly when?: Condition;
  readonly cluster: 'main' | 'keycloak';
  /** The first is the service itself, the others stand beside it in the same task. */
  readonly containers: readonly ContainerLine[];
  /** The name by which other services reach it. */
  readonly alias?: Alias;
  /** Services whose names it resolves. */
  readonly calls: readonly ServiceName[];
  /** Target groups, each with the container port that it sends to. */
  readonly targets: Readonly<Partial<Record<TargetName, number>>>;
  /** Seconds in which failing health checks of a new task do not count; only for a service with targets. */
  readonly grace?: number;
  /** Percent of the desired count that may run, and must run, while a deployment goes on. */
  readonly rollout: { readonly max: number; readonly min: number };
  /** A person may open a shell in its tasks. */
  readonly shell: boolean;
  /** What its tasks may do in AWS besides. */
  readonly grants?: readonly Choice<GrantName>[];
  readonly scaling?: ScalingLine;
}

export interface ContainerLine {
  readonly name: string;
  readonly image: ImageName;
  readonly logs: LogName;
  readonly essential: boolean;
  readonly command?: readonly Choice<string>[];
  readonly ports: Readonly<Record<string, number>>;
  readonly environment: Readonly<Record<string, Choice<string>>>;
  readonly secrets: Readonly<Record<string, Choice<SecretLine>>>;
  /** Folders of the shared file system, by the path where they appear. */
  readonly mounts: Readonly<Record<string, Choice<FolderName>>>;
  readonly health?: HealthLine;
  /** Starts when that container of the same task is healthy. */
  readonly startsAfter?: string;
}

export interface Alias {
  readonly name: string;
  readonly port: number;
  readonly portName: string;
}

/** Seconds, and how many failures in a row make a container unhealthy. */
export interface HealthLine {
  readonly command: readonly string[];
  readonly interval: number;
  readonly timeout: number;
  readonly retries: number;
  readonly start: number;
}

/** What the policies are called, and how long they rest after a change; undefined: as AWS has it. */
export interface ScalingLine {
  readonly cpu: string;
  readonly memory?: string;
  readonly cooldown?: { readonly in: number; readonly out: number };
}

/** A value in the environment that only a store of secrets holds. */
export type SecretLine =
  /** Member `key` of a secret that holds a JSON object, or all of it. */
  { readonly secret: SecretName; readonly key?: string } | { readonly parameter: ParameterName };

/** A value that always stands, or only under a condition. */
export type Choice<T> = T | Conditional<T>;

export interface Conditional<T> {
  readonly value: T;
  readonly when?: Condition;
  readonly unless?: Condition;
  /** What stands when the value does not. */
  readonly otherwise?: T;
}

/** What a manifest may or may not ask for. */
export type Condition =
  | 'observability'
  | 'entra'
  | 'documentdb'
  | 'staticToken'
  | 'federationToken'
  | 'federationKey'
  | 'keycloakOptimized'
  | 'downloadedModel'
  | 'bedrock';

/** Call the embeddings model of the manifest; write to the Prometheus workspace; read from it. */
export type GrantName = 'embeddings' | 'writeMetrics' | 'readMetrics';

export type TargetName = 'registry' | 'auth' | 'gradio' | 'keycloak' | 'grafana';

export type FolderName = 'servers' | 'models' | 'logs' | 'agents' | 'authConfig' | 'mcpgwData';

export type LogName = ServiceName | 'collector';

export type SecretName =
  | 'secretKey'
  | 'adminPassword'
  | 'keycloakClient'
  | 'keycloakM2m'
  | 'keycloakAdmin'
  | 'embeddings'
  | 'documentdb'
  | 'entra'
  | 'metricsApi'
  | 'grafanaAdmin'
  | 'registryApiToken'
  | 'federationToken'
  | 'federationKey';

export type ParameterName =
  'keycloakAdmin' | 'keycloakAdminPassword' | 'databaseUrl' | 'databaseUsername' | 'databasePassword';

/**
 * Names that texts in the environment may hold in braces, besides paths into the gateway's manifest such as
 * `{embeddings.model}`.
 */
export const placeNames = [
  'region',
  'registryHost',
  'registryUrl',
  'keycloakUrl',
  'serverNames',
  'cookieSecure',
  'cookieDomain',
  'httpsOnly',
  'authProvider',
  'documentdbHost',
  'namespace',
  'prometheusUrl',
] as const;

export type PlaceName = (typeof placeNames)[number];
