import { createHash } from 'node:crypto';

const FIRST = 'mcp-gateway';

/** What a distribution calls the load balancer behind it, the same in every gateway. */
export const originIds = { registry: 'mcp-gateway-alb', keycloak: 'keycloak-alb' } as const;

/** Cuts what is too long and closes it with a hash, so that different names stay different. */
export function cut(name: string, limit: number): string {
  if (name.length <= limit) return name;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 6);
  return `${name.slice(0, limit - 7).replace(/-+$/, '')}-${hash}`;
}

/** Log groups that are not called like their service. */
const LOG_NAMES: Readonly<Record<string, string>> = {
  auth: 'auth-server',
  flightBookingAgent: 'flight-booking-agent',
  travelAssistantAgent: 'travel-assistant-agent',
  metrics: 'metrics-service',
  collector: 'adot-collector',
};

/** `flightBookingAgent` in the manifest is `flight-booking-agent` in names. */
export const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** Every name in the home of a controller, whose own name is like no gateway's. */
export function controllerNames(name: string, region: string, accountId: string) {
  const regional = regionalIn(region);
  return {
    name,
    vpc: `${name}-vpc`,
    /** Of all accounts and regions. */
    bucket: `${name}-${accountId}-${region}`,
    queue: `${name}-events`,
    rule: (what: string): string => `${name}-${what}`,
    executionRole: regional(`${name}-exec`, 64),
    taskRole: regional(`${name}-task`, 64),
    policy: (number: number): string => regional(`${name}-${number}`, 128),
    logGroup: `/ecs/${name}`,
  };
}

/** IAM and other global names are seen from every region. */
const regionalIn =
  (region: string) =>
  (text: string, limit: number): string =>
    `${cut(text, limit - region.length - 1)}-${region}`;

export type Names = ReturnType<typeof makeNames>;

/**
 * Every name that AWS shows. The gateway called `mcp-gateway` gets the names that people know from the Terraform
 * deployment; any other has its own name before those that are fixed there.
 */
export function makeNames(name: string, region: string) {
  const prefix = `${name}-v2`;
  /** A name that does not hold the gateway's own in the deployment people know. */
  const fixed = (text: string): string => (name === FIRST ? text : `${name}-${text}`);
  const fixedPath = (path: string): string => (name === FIRST ? path : `/${name}${path}`);
  const regional = regionalIn(region);
  return {
    prefix,
    fixed,
    fixedPath,
    regional,
    iamPath: `/mcpgw/${region}/${name}/`,

    // network
    vpc: `${name}-vpc`,
    securityGroup: {
      vpcEndpoints: `${name}-vpc-endpoints`,
      keycloakEcs: fixed('keycloak-ecs'),
      keycloakLb: fixed('keycloak-lb'),
      keycloakLbCloudfront: fixed('keycloak-lb-cloudfront'),
      keycloakDb: fixed('keycloak-db'),
      alb: `${prefix}-alb`,
      albCloudfront: `${prefix}-alb-cloudfront`,
      documentdb: `${prefix}-documentdb-sg`,
      efs: `${prefix}-efs`,
      service: (service: string): string => `${prefix}-${service}`,
    },

    // keys and secrets
    keyAlias: { rds: `alias/${fixed('keycloak-rds')}`, documentdb: `alias/${name}-documentdb` },
    secret: {
      comparisonKey: `${prefix}-comparison-key`,
      keycloakDatabase: fixed('keycloak/database'),
      documentdb: `${name}/documentdb/credentials`,
      secretKey: `${prefix}-secret-key`,
      adminPassword: `${prefix}-admin-password`,
      keycloakClient: fixed('mcp-gateway-keycloak-client-secret'),
      keycloakM2m: fixed('mcp-gateway-keycloak-m2m-client-secret'),
      keycloakAdmin: `${prefix}-keycloak-admin-password`,
      embeddings: `${prefix}-embeddings-api-key`,
      entra: `${prefix}-entra-client-secret`,
      metricsApi: `${prefix}-metrics-api-key`,
      grafanaAdmin: `${prefix}-grafana-admin-password`,
      registryApiToken: `${prefix}-registry-api-token`,
      federationToken: `${prefix}-federation-token`,
      federationKey: `${prefix}-federation-key`,
    },

    // containers
    mainCluster: `${name}-ecs-cluster`,
    keycloakCluster: fixed('keycloak'),
    namespace: `${prefix}.local`,
    /** A service of ECS and the family of its task definitions. */
    service: (service: string): string => (service === 'keycloak' ? fixed('keycloak') : `${prefix}-${service}`),
    executionRole: (service: string): string =>
      regional(service === 'keycloak' ? fixed('keycloak-task-exec-role') : `${prefix}-${service}-exec`, 64),
    taskRole: (service: string): string =>
      regional(service === 'keycloak' ? fixed('keycloak-task-role') : `${prefix}-${service}-task`, 64),
    /** The images of an account are for all its gateways. */
    keycloakRepository: 'keycloak',

    // databases, in lower case as RDS stores them, and files
    keycloakDatabase: {
      cluster: `${name}-keycloak-cluster`,
      instance: (number: number): string => `${name}-keycloak-${number}`,
      subnetGroup: fixed('keycloak-subnet-group'),
      parameterGroup: fixed('keycloak-params'),
      proxy: fixed('keycloak-proxy'),
      proxyRole: regional(fixed('keycloak-rds-proxy-role'), 64),
      proxyPolicy: fixed('keycloak-rds-proxy-policy'),
    },
    registryDatabase: {
      cluster: `${name}-documentdb-cluster`,
      instance: (which: string): string => `${name}-registry-${which}`,
      subnetGroup: `${name}-registry-subnet-group`,
      parameterGroup: `${name}-registry-params`,
      /** DocumentDB writes there whatever one would like. */
      logGroup: (type: 'audit' | 'profiler'): string => `/aws/docdb/${name}-documentdb-cluster/${type}`,
    },
    fileSystem: `${prefix}-efs`,
    accessPoint: (directory: string): string => `${prefix}-${directory}`,
    parameter: {
      keycloakAdmin: fixedPath('/keycloak/admin'),
      keycloakAdminPassword: fixedPath('/keycloak/admin_password'),
      databaseUrl: fixedPath('/keycloak/database/url'),
      databaseUsername: fixedPath('/keycloak/database/username'),
      databasePassword: fixedPath('/keycloak/database/password'),
      documentdbEndpoint: `/${name}/documentdb/endpoint`,
      documentdbReaderEndpoint: `/${name}/documentdb/reader_endpoint`,
      documentdbConnectionString: `/${name}/documentdb/connection_string`,
    },

    // logs, alarms, metrics
    /** Where a container's lines go; `metrics` and the collector beside it have names of their own. */
    logGroup: (container: string): string =>
      container === 'keycloak' ? `/ecs/${fixed('keycloak')}` : `/ecs/${prefix}-${LOG_NAMES[container] ?? container}`,
    execLogGroup: `/aws/ecs/${name}-ecs-cluster`,
    alarm: (what: string): string => `${prefix}-${what}`,
    alarmTopic: `${prefix}-alarms`,
    workspace: `${prefix}-prometheus`,

    // load balancers: 32 characters at most
    registryLoadBalancer: cut(`${prefix}-alb`, 32),
    keycloakLoadBalancer: cut(fixed('keycloak-alb'), 32),
    targetGroup: (service: string): string =>
      cut(service === 'keycloak' ? fixed('keycloak-tg') : `${prefix}-${service}`, 32),

    vpcOrigin: { registry: `${name}-mcp-gateway-origin`, keycloak: `${name}-keycloak-origin` },
    webAcl: { registry: `${name}-mcp-gateway-waf`, keycloak: `${name}-keycloak-waf` },
    /** The firewall writes to no group whose name begins otherwise. */
    webAclLogGroup: { registry: `aws-waf-logs-${name}-mcp-gateway`, keycloak: `aws-waf-logs-${name}-keycloak` },
    /** No two buckets in the world may have one name. */
    logBucket: {
      loadBalancers: (accountId: string): string => cut(`${name}-${region}-${accountId}-alb-logs`, 63),
      cloudfront: (accountId: string): string => cut(fixed(`ai-registry-${region}-${accountId}-cloudfront-logs`), 63),
    },

    // distributions have no names: a comment and the tag Name stand for them
    distribution: {
      registry: {
        comment: `${name} MCP Gateway Registry CloudFront Distribution`,
        title: `${name}-mcp-gateway-cloudfront`,
        originId: originIds.registry,
      },
      keycloak: {
        comment: `${name} Keycloak CloudFront Distribution`,
        title: `${name}-keycloak-cloudfront`,
        originId: originIds.keycloak,
      },
    },
  };
}
