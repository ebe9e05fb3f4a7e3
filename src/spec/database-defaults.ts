import type { GatewayManifest } from './generated/gateway-manifest.ts';
import type { KeycloakDatabase, RegistryDatabase } from './gateway.ts';
import { secret } from './secret-source.ts';

type Databases = NonNullable<GatewayManifest['spec']['databases']>;

export function keycloakDatabase(given: Databases['keycloak']): KeycloakDatabase {
  return {
    engineVersion: given?.engineVersion ?? '16.8',
    username: given?.username ?? 'keycloak',
    password: secret(given?.password),
    minCapacity: given?.minCapacity ?? 0.5,
    maxCapacity: given?.maxCapacity ?? 2,
    instances: given?.instances ?? 2,
    proxy: given?.proxy ?? true,
    backupRetentionDays: given?.backupRetentionDays ?? 7,
    deletionProtection: given?.deletionProtection ?? true,
  };
}

export function registryDatabase(given: Databases['registry']): RegistryDatabase {
  return {
    engineVersion: given?.engineVersion ?? '5.0.0',
    username: given?.username ?? 'docdbadmin',
    password: secret(given?.password),
    instanceClass: given?.instanceClass ?? 'db.t3.medium',
    instances: given?.instances ?? 1,
    database: given?.database ?? 'mcp_registry',
    namespace: given?.namespace ?? 'default',
    tls: given?.tls ?? true,
    iam: given?.iam ?? false,
    backupRetentionDays: given?.backupRetentionDays ?? 7,
    deletionProtection: given?.deletionProtection ?? true,
  };
}
