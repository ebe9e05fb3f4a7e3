import { keycloakDatabase, registryDatabase } from './database-defaults.ts';
import type { GatewayManifest } from './generated/gateway-manifest.ts';
import type { Domain, ExistingNetwork, Gateway, Ingress, Security } from './gateway.ts';
import { edgeOptions } from './edge-defaults.ts';
import { images, services } from './service-defaults.ts';
import { secret, supplied } from './secret-source.ts';

type Spec = GatewayManifest['spec'];

/** Fills in what a manifest leaves out. */
export function complete({ metadata, spec }: GatewayManifest): Gateway {
  const { ingress, network, keycloak, databases, files, embeddings, registry } = spec;
  return {
    name: metadata.name,
    accountId: spec.accountId,
    region: spec.region,
    access: spec.access && { roleArn: spec.access.roleArn, externalId: spec.access.externalId },
    release: spec.release ?? '1.0',
    ingress: {
      mode: ingress.mode,
      entry: ingress.entry ?? 'via-cloudfront',
      allowedCidrs: ingress.allowedCidrs ?? ['0.0.0.0/0'],
      registryScheme: ingress.registryScheme ?? 'internet-facing',
      keycloakScheme: ingress.keycloakScheme ?? 'internet-facing',
      prefixListName: ingress.prefixListName,
      priceClass: ingress.priceClass ?? 'PriceClass_100',
      ...edgeOptions(ingress),
      domain: domain(ingress.domain, spec.region),
      additionalServerNames: ingress.additionalServerNames ?? [],
      sessionCookie: sessionCookie(ingress, spec.region),
    },
    images: images(spec),
    keycloakOptimized: spec.images?.keycloakOptimized ?? false,
    network: {
      cidr: network?.cidr ?? '10.0.0.0/16',
      zones: network?.zones ?? 2,
      natGateways: network?.natGateways ?? 'per-zone',
      endpoints: network?.endpoints ?? true,
      existing: existing(network?.existing),
    },
    services: services(spec.services),
    keycloak: {
      adminUsername: keycloak?.adminUsername ?? 'admin',
      adminPassword: secret(keycloak?.adminPassword),
      realm: keycloak?.realm ?? 'managed',
      logLevel: keycloak?.logLevel ?? 'INFO',
    },
    databases: {
      keycloak: keycloakDatabase(databases?.keycloak),
      registry: registryDatabase(databases?.registry),
    },
    files: {
      throughputMode: files?.throughputMode ?? 'bursting',
      provisionedThroughput:
        files?.provisionedThroughput ?? (files?.throughputMode === 'provisioned' ? 100 : undefined),
    },
    embeddings: {
      provider: embeddings?.provider ?? 'sentence-transformers',
      model: embeddings?.model ?? 'all-MiniLM-L6-v2',
      dimensions: embeddings?.dimensions ?? 384,
      region: embeddings?.region ?? 'us-east-1',
      apiKey: supplied(embeddings?.apiKey),
    },
    security: security(spec.security),
    registry: {
      storage: registry?.storage ?? 'documentdb',
      deploymentMode: registry?.deploymentMode ?? 'with-gateway',
      mode: registry?.mode ?? 'full',
      id: registry?.id ?? '',
      adminPassword: secret(registry?.adminPassword),
      storeTokensInSession: registry?.storeTokensInSession ?? false,
      maxTokensPerUserPerHour: registry?.maxTokensPerUserPerHour ?? 100,
    },
    observability: {
      enabled: spec.observability?.enabled ?? false,
      alarms: {
        enabled: spec.observability?.alarms?.enabled ?? true,
        email: spec.observability?.alarms?.email,
      },
      logRetentionDays: spec.observability?.logRetentionDays ?? 7,
      grafana: { adminPassword: secret(spec.observability?.grafana?.adminPassword) },
    },
    policy: policy(spec.policy),
    tags: spec.tags ?? {},
  };
}

/** Shared with the names beside the registry's, where these are one's own and lead to one place. */
function sessionCookie(ingress: Spec['ingress'], region: string): Ingress['sessionCookie'] {
  const { mode, entry, sessionCookie: given } = ingress;
  const own = domain(ingress.domain, region);
  const isShared = mode === 'custom-domain' || (mode === 'cloudfront-custom-domain' && entry !== 'dual');
  const parent = own?.registry.replace(/^[^.]+/, '') ?? '';
  return {
    secure: given?.secure ?? mode !== 'development',
    domain: given?.domain ?? (isShared && own?.registry !== own?.base ? parent : ''),
  };
}

function domain(given: Spec['ingress']['domain'], region: string): Domain | undefined {
  if (given === undefined) return undefined;
  const root = (given.regional ?? true) ? `${region}.${given.base}` : given.base;
  return {
    base: given.base,
    registry: given.registry ?? `registry.${root}`,
    keycloak: given.keycloak ?? `kc.${root}`,
    hostedZoneId: given.hostedZoneId,
  };
}

function policy(given: Spec['policy']): Gateway['policy'] {
  return {
    drift: given?.drift ?? 'correct',
    dataDrift: given?.dataDrift ?? 'warn',
    domains: given?.domains ?? {},
    rules: given?.rules ?? [],
    ignore: given?.ignore ?? [],
    destroyBudget: given?.destroyBudget ?? 3,
  };
}

function existing(given: NonNullable<Spec['network']>['existing']): ExistingNetwork | undefined {
  return given && { privateRouteTableIds: [], natIps: [], ...given };
}

function security(given: Spec['security']): Security {
  const { scan, staticToken, entra, federation, audit } = given ?? {};
  return {
    scan: {
      enabled: scan?.enabled ?? false,
      onRegistration: scan?.onRegistration ?? false,
      blockUnsafeServers: scan?.blockUnsafeServers ?? false,
      addPendingTag: scan?.addPendingTag ?? false,
      analyzers: scan?.analyzers ?? ['yara'],
      timeoutSeconds: scan?.timeoutSeconds ?? 60,
    },
    staticToken: { enabled: staticToken?.enabled ?? false, token: secret(staticToken?.token) },
    entra: {
      enabled: entra?.enabled ?? false,
      tenantId: entra?.tenantId ?? '',
      clientId: entra?.clientId ?? '',
      clientSecret: supplied(entra?.clientSecret),
    },
    federation: {
      staticTokenEnabled: federation?.staticTokenEnabled ?? false,
      staticToken: supplied(federation?.staticToken),
      encryptionKey: supplied(federation?.encryptionKey),
    },
    audit: { enabled: audit?.enabled ?? true, ttlDays: audit?.ttlDays ?? 7 },
  };
}
