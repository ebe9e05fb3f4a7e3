/** A whole gateway as it should be: what the manifest says, with every default filled in. */
export interface Gateway {
  readonly name: string;
  readonly accountId: string;
  readonly region: string;
  /** Undefined: the credentials are used as they are. */
  readonly access: Access | undefined;
  readonly release: Release;
  readonly ingress: Ingress;
  /** The image of each container, ready to be pulled. */
  readonly images: Readonly<Record<ImageName, string>>;
  /** The Keycloak image was built for PostgreSQL and starts with `--optimized`. */
  readonly keycloakOptimized: boolean;
  readonly network: Network;
  readonly services: Readonly<Record<ServiceName, Service>>;
  readonly keycloak: Keycloak;
  readonly databases: { readonly keycloak: KeycloakDatabase; readonly registry: RegistryDatabase };
  readonly files: Files;
  readonly embeddings: Embeddings;
  readonly security: Security;
  readonly registry: Registry;
  readonly observability: Observability;
  readonly policy: Policy;
  readonly tags: Readonly<Record<string, string>>;
}

export type Release = '1.0' | '1.29';

export type IngressMode = 'cloudfront' | 'custom-domain' | 'cloudfront-custom-domain' | 'development';

export type Scheme = 'internet-facing' | 'internal';

export const serviceNames = [
  'registry',
  'auth',
  'keycloak',
  'currenttime',
  'mcpgw',
  'realserverfaketools',
  'flightBookingAgent',
  'travelAssistantAgent',
  'metrics',
  'grafana',
] as const;

export type ServiceName = (typeof serviceNames)[number];

/** `collector` is the side container of the metrics service. */
export type ImageName = ServiceName | 'collector';

/** Where a secret value comes from; never the value itself. */
export type SecretSource = { readonly generate: true } | SuppliedSecret;

/** `file` is relative to the manifest's folder; `key` is a member of a secret that holds a JSON object. */
export type SuppliedSecret =
  | { readonly env: string }
  | { readonly file: string }
  | { readonly secretArn: string; readonly key?: string | undefined }
  | { readonly ssmParameter: string };

export interface Ingress {
  readonly mode: IngressMode;
  /** Only for `cloudfront-custom-domain`. */
  readonly entry: 'via-cloudfront' | 'dual';
  readonly allowedCidrs: readonly string[];
  readonly registryScheme: Scheme;
  readonly keycloakScheme: Scheme;
  /** Undefined: CloudFront's own, in the modes with CloudFront. */
  readonly prefixListName: string | undefined;
  readonly priceClass: 'PriceClass_100' | 'PriceClass_200' | 'PriceClass_All';
  readonly geoRestriction: GeoRestriction | undefined;
  /** For host names of one's own. */
  readonly minimumTls: 'TLSv1.2' | 'TLSv1.3';
  /** Of CloudFront with the load balancers, in seconds. */
  readonly originTimeouts: { readonly read: number; readonly keepalive: number };
  readonly waf: Waf;
  readonly accessLogs: { readonly enabled: boolean; readonly retentionDays: number };
  readonly domain: Domain | undefined;
  readonly additionalServerNames: readonly string[];
  /** An empty domain keeps the cookie on the host that set it. */
  readonly sessionCookie: { readonly secure: boolean; readonly domain: string };
}

/** Countries, by two capital letters, that CloudFront lets in alone or keeps out. */
export interface GeoRestriction {
  readonly type: 'allow' | 'deny';
  readonly countries: readonly string[];
}

export interface Waf {
  readonly enabled: boolean;
  /** In five minutes, of one client's address and of all together, at each load balancer. */
  readonly requestsPerAddress: number;
  readonly requests: number;
  readonly logRetentionDays: number;
}

/** Host names, complete: what the manifest leaves out is derived from the base domain. */
export interface Domain {
  readonly base: string;
  readonly registry: string;
  readonly keycloak: string;
  readonly hostedZoneId: string | undefined;
}

export interface Network {
  readonly cidr: string;
  readonly zones: 2 | 3;
  readonly natGateways: 'per-zone' | 'single';
  readonly endpoints: boolean;
  /** A network that stands already and is used as it is. */
  readonly existing: ExistingNetwork | undefined;
}

export interface ExistingNetwork {
  readonly vpcId: string;
  readonly publicSubnetIds: readonly string[];
  readonly privateSubnetIds: readonly string[];
  readonly privateRouteTableIds: readonly string[];
  readonly natIps: readonly string[];
}

export interface Service {
  /** Fargate CPU units; 1024 are one vCPU. */
  readonly cpu: number;
  /** MiB. */
  readonly memory: number;
  readonly replicas: number;
  readonly autoscaling: Autoscaling;
  readonly capacity: 'fargate' | 'fargate-spot';
  /** Added to the variables that the service gets anyway, and wins over them. */
  readonly environment: Readonly<Record<string, string>>;
}

export interface Autoscaling {
  readonly enabled: boolean;
  readonly min: number;
  readonly max: number;
  /** Percent. */
  readonly targetCpu: number;
  /** Percent; undefined: memory does not scale this service. */
  readonly targetMemory: number | undefined;
}

export interface Keycloak {
  readonly adminUsername: string;
  readonly adminPassword: SecretSource;
  /** What is inside it: `unmanaged` leaves realm and clients to somebody else. */
  readonly realm: 'managed' | 'unmanaged';
  readonly logLevel: 'FATAL' | 'ERROR' | 'WARN' | 'INFO' | 'DEBUG' | 'TRACE' | 'ALL' | 'OFF';
}

/** Aurora PostgreSQL Serverless v2. Capacities are ACUs. */
export interface KeycloakDatabase {
  readonly engineVersion: string;
  readonly username: string;
  readonly password: SecretSource;
  readonly minCapacity: number;
  readonly maxCapacity: number;
  readonly instances: number;
  readonly proxy: boolean;
  readonly backupRetentionDays: number;
  readonly deletionProtection: boolean;
}

/** DocumentDB. */
export interface RegistryDatabase {
  readonly engineVersion: string;
  readonly username: string;
  readonly password: SecretSource;
  readonly instanceClass: string;
  readonly instances: number;
  readonly database: string;
  readonly namespace: string;
  readonly tls: boolean;
  readonly iam: boolean;
  readonly backupRetentionDays: number;
  readonly deletionProtection: boolean;
}

/** EFS. */
export interface Files {
  readonly throughputMode: 'bursting' | 'provisioned' | 'elastic';
  /** MiB/s; only when provisioned. */
  readonly provisionedThroughput: number | undefined;
}

export interface Embeddings {
  readonly provider: 'sentence-transformers' | 'litellm';
  readonly model: string;
  readonly dimensions: number;
  readonly region: string;
  readonly apiKey: SuppliedSecret | undefined;
}

export interface Security {
  readonly scan: {
    readonly enabled: boolean;
    readonly onRegistration: boolean;
    readonly blockUnsafeServers: boolean;
    readonly addPendingTag: boolean;
    readonly analyzers: readonly ('yara' | 'llm' | 'api')[];
    readonly timeoutSeconds: number;
  };
  /** One fixed token that opens the registry's API. */
  readonly staticToken: { readonly enabled: boolean; readonly token: SecretSource };
  readonly entra: Entra;
  readonly federation: {
    readonly staticTokenEnabled: boolean;
    readonly staticToken: SuppliedSecret | undefined;
    /** A Fernet key. */
    readonly encryptionKey: SuppliedSecret | undefined;
  };
  readonly audit: { readonly enabled: boolean; readonly ttlDays: number };
}

/** Ids are empty while it is not enabled. */
export interface Entra {
  readonly enabled: boolean;
  readonly tenantId: string;
  readonly clientId: string;
  readonly clientSecret: SuppliedSecret | undefined;
}

export interface Registry {
  readonly storage: 'documentdb';
  readonly deploymentMode: 'with-gateway' | 'registry-only';
  readonly mode: 'full' | 'skills-only' | 'mcp-servers-only' | 'agents-only';
  readonly id: string;
  /** Of the user `admin` who signs in to the registry. */
  readonly adminPassword: SecretSource;
  readonly storeTokensInSession: boolean;
  readonly maxTokensPerUserPerHour: number;
}

export interface Observability {
  /** Prometheus workspace, metrics service and Grafana. */
  readonly enabled: boolean;
  readonly alarms: { readonly enabled: boolean; readonly email: string | undefined };
  readonly logRetentionDays: number;
  readonly grafana: { readonly adminPassword: SecretSource };
}

/** What the daemon does about a change that was made outside. */
export interface Policy {
  readonly drift: DriftPolicy;
  /** The same for what holds data: databases, files, keys and secrets. */
  readonly dataDrift: DriftPolicy;
  /** For a whole domain, data and all. */
  readonly domains: Readonly<Record<string, DriftPolicy | undefined>>;
  /** The last that fits wins over all of the above. */
  readonly rules: readonly (FieldRule & { readonly drift: DriftPolicy })[];
  /** Neither corrected nor reported. */
  readonly ignore: readonly (FieldRule & { readonly path: string })[];
  /** How many things that the manifest gave up may go in a run that nobody approved. */
  readonly destroyBudget: number;
}

/** `observe` changes nothing at all, not even what the manifest asks for. */
export type DriftPolicy = 'correct' | 'warn' | 'observe';

export interface FieldRule {
  /** A node's id, in which `*` stands for anything. */
  readonly node: string;
  /** A JSON pointer into its props; what lies below is meant too. Undefined: all of it. */
  readonly path?: string | undefined;
}

/** The role that is assumed for everything. */
export interface Access {
  readonly roleArn: string;
  readonly externalId: string | undefined;
}
