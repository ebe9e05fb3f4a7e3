import type { Names } from '../../aws/names.ts';
import type { SecretSource } from '../../aws/secret-sources.ts';
import type { Gateway } from '../../spec/gateway.ts';
import type { Recipe, SecretContent } from './secret-value.ts';

export interface WantedSecret {
  /** Of the node. */
  readonly name: string;
  readonly secretName: string;
  readonly description: string;
  readonly content: SecretContent;
}

type Given = { readonly generate: true } | SecretSource;

// Databases, JDBC and MongoDB addresses take letters and digits as they are.
const password: Recipe = { length: 32, classes: ['lower', 'upper', 'digit'] };
const token: Recipe = { ...password, length: 48 };
const everyClass: Recipe = { length: 32, classes: ['lower', 'upper', 'digit', 'special'] };

const from = (given: Given, recipe: Recipe = password): SecretContent['from'] =>
  'generate' in given ? { generate: recipe } : given;

/** A value that only somebody else can give. What reads it wants something there all the same. */
const fromOthers = (given: SecretSource | undefined): SecretContent['from'] => given ?? { constant: 'not-configured' };

/** Turns supplied values into version ids; all secrets of supplied values refer to it. */
export const comparisonKey = (names: Names): WantedSecret => ({
  name: 'comparison-key',
  secretName: names.secret.comparisonKey,
  description: 'Compares supplied values of other secrets without reading them',
  content: { from: { generate: { ...password, length: 64 } } },
});

/** Every other secret of a gateway; `make` says what becomes of each. */
export function wantedSecrets<T>(gateway: Gateway, names: Names, make: (wanted: WantedSecret) => T) {
  const { databases, embeddings, keycloak, observability, registry, security } = gateway;
  const add = (name: string, secretName: string, description: string, content: SecretContent): T =>
    make({ name, secretName, description, content });
  // Keycloak is given these two, so that nothing that runs has to be told another value.
  const client = (clientId: string): SecretContent => ({
    from: { generate: password },
    member: 'client_secret',
    beside: { client_id: clientId },
  });
  return {
    keycloakDatabase: add('keycloak-database', names.secret.keycloakDatabase, 'Master user of the Keycloak database', {
      from: from(databases.keycloak.password),
      member: 'password',
      beside: { username: databases.keycloak.username },
      accepts: 'aurora',
    }),
    documentdb: add('documentdb', names.secret.documentdb, 'Master user of the registry database', {
      from: from(databases.registry.password),
      member: 'password',
      beside: { username: databases.registry.username, engine: 'docdb' },
      accepts: 'documentdb',
    }),
    secretKey: add('secret-key', names.secret.secretKey, 'Signs sessions and tokens', {
      from: { generate: { ...everyClass, length: 64 } },
    }),
    adminPassword: add('admin-password', names.secret.adminPassword, 'User admin of the registry', {
      from: from(registry.adminPassword, everyClass),
    }),
    keycloakClient: add(
      'keycloak-client',
      names.secret.keycloakClient,
      'Keycloak client of the web interface',
      client('mcp-gateway-web'),
    ),
    keycloakM2m: add(
      'keycloak-m2m',
      names.secret.keycloakM2m,
      'Keycloak client of machines',
      client('mcp-gateway-m2m'),
    ),
    keycloakAdmin: add('keycloak-admin', names.secret.keycloakAdmin, 'Administrator of Keycloak', {
      from: from(keycloak.adminPassword),
    }),
    embeddings: add('embeddings', names.secret.embeddings, 'API key of the embeddings provider', {
      from: fromOthers(embeddings.apiKey),
    }),
    ...(security.entra.enabled && {
      entra: add('entra', names.secret.entra, 'Client secret of Entra ID', {
        from: fromOthers(security.entra.clientSecret),
      }),
    }),
    ...(observability.enabled && {
      metricsApi: add('metrics-api', names.secret.metricsApi, 'API key of the metrics service', {
        from: { generate: token },
      }),
      grafanaAdmin: add('grafana-admin', names.secret.grafanaAdmin, 'Administrator of Grafana', {
        from: from(observability.grafana.adminPassword),
      }),
    }),
    ...(security.staticToken.enabled && {
      registryApiToken: add(
        'registry-api-token',
        names.secret.registryApiToken,
        'Token that opens the API of the registry',
        {
          from: from(security.staticToken.token, token),
        },
      ),
    }),
    ...(security.federation.staticToken !== undefined && {
      federationToken: add('federation-token', names.secret.federationToken, 'Token of federated registries', {
        from: security.federation.staticToken,
      }),
    }),
    ...(security.federation.encryptionKey !== undefined && {
      federationKey: add('federation-key', names.secret.federationKey, 'Encrypts credentials of federated registries', {
        from: security.federation.encryptionKey,
      }),
    }),
  };
}
