import type { Handle } from '../../engine/graph.ts';
import { format, type Input } from '../../engine/ref.ts';
import type { ParameterName } from '../../spec/releases/release.ts';
import type { Declaration } from '../declaration.ts';
import type { SecretOutputs } from '../identity/secret.ts';
import { ssmParameter, type SsmParameterOutputs } from '../identity/ssm-parameter.ts';
import type { Surroundings } from './surroundings.ts';
import { DATABASE_NAME, DATABASE_PORT, type KeycloakDatabasePart } from './keycloak-database.ts';
import { DOCUMENTDB_PORT, type RegistryDatabasePart } from './registry-database.ts';

interface Databases {
  readonly aurora: KeycloakDatabasePart;
  readonly documentdb: RegistryDatabasePart;
}

/** What Keycloak starts with, and what scripts read to find the registry's database. */
export function declareParameters(
  { graph, gateway, names }: Declaration,
  { identity }: Surroundings,
  { aurora, documentdb }: Databases,
): Readonly<Record<ParameterName, Handle<SsmParameterOutputs>>> {
  const { keycloak, registry } = gateway.databases;
  const { keycloakAdmin, keycloakDatabase, documentdb: documentdbUser } = identity.secrets;
  const add = (
    name: keyof typeof names.parameter,
    node: string,
    type: 'String' | 'SecureString',
    value: Input<string>,
    from?: { readonly secret: Handle<SecretOutputs>; readonly key?: string },
  ): Handle<SsmParameterOutputs> =>
    graph.add(
      ssmParameter,
      node,
      {
        parameterName: names.parameter[name],
        type,
        value,
        ...(from !== undefined && {
          secret: {
            $secret: from.secret.ref('arn', { when: 'ready' }),
            ...(from.key !== undefined && { key: from.key }),
          },
          secretVersion: from.secret.ref('versionId'),
        }),
      },
      { title: names.parameter[name] },
    );

  add('documentdbEndpoint', 'documentdb-endpoint', 'String', documentdb.endpoint);
  add('documentdbReaderEndpoint', 'documentdb-reader-endpoint', 'String', documentdb.readerEndpoint);
  const tls = registry.tls ? '&tls=true&tlsCAFile=global-bundle.pem' : '';
  const options = `authMechanism=SCRAM-SHA-1&authSource=admin${tls}&replicaSet=rs0&readPreference=secondaryPreferred&retryWrites=false`;
  add(
    'documentdbConnectionString',
    'documentdb-connection-string',
    'SecureString',
    format`mongodb://${registry.username}:{secret:url}@${documentdb.endpoint}:${String(DOCUMENTDB_PORT)}/?${options}`,
    { secret: documentdbUser, key: 'password' },
  );

  // The database takes connections with TLS only.
  const url = format`jdbc:postgresql://${aurora.endpoint}:${String(DATABASE_PORT)}/${DATABASE_NAME}?sslmode=require`;
  return {
    keycloakAdmin: add('keycloakAdmin', 'keycloak-admin', 'SecureString', gateway.keycloak.adminUsername),
    keycloakAdminPassword: add('keycloakAdminPassword', 'keycloak-admin-password', 'SecureString', '{secret}', {
      secret: keycloakAdmin,
    }),
    databaseUrl: add('databaseUrl', 'keycloak-database-url', 'SecureString', url),
    databaseUsername: add('databaseUsername', 'keycloak-database-username', 'SecureString', keycloak.username),
    databasePassword: add('databasePassword', 'keycloak-database-password', 'SecureString', '{secret}', {
      secret: keycloakDatabase,
      key: 'password',
    }),
  };
}
