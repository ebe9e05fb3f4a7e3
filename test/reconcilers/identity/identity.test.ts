import assert from 'node:assert/strict';
import test from 'node:test';
import { GraphBuilder, type Node } from '../../../src/engine/graph.ts';
import { declareIdentity } from '../../../src/reconcilers/identity/identity.ts';
import type { Gateway } from '../../../src/spec/gateway.ts';
import { declarationFor } from '../../declaration.ts';
import { gatewayOf, withMore, withSpec } from '../../spec/given.ts';

function declared(gateway: Gateway, supplied: ReadonlyMap<string, string> = new Map()) {
  const graph = new GraphBuilder(`${gateway.region}/${gateway.name}`);
  const part = declareIdentity(declarationFor(graph, gateway), supplied);
  return { part, nodes: [...graph.build().nodes.values()] };
}

const values = (nodes: readonly Node[], prop: string): readonly string[] =>
  nodes.flatMap((node) => (prop in node.props ? [String(node.props[prop])] : [])).sort((a, b) => (a < b ? -1 : 1));

test('the gateway of the name that people know has the names that they know', () => {
  const { nodes } = declared(gatewayOf(withSpec({})));
  assert.deepEqual(values(nodes, 'secretName'), [
    'keycloak/database',
    'mcp-gateway-keycloak-client-secret',
    'mcp-gateway-keycloak-m2m-client-secret',
    'mcp-gateway-v2-admin-password',
    'mcp-gateway-v2-comparison-key',
    'mcp-gateway-v2-embeddings-api-key',
    'mcp-gateway-v2-keycloak-admin-password',
    'mcp-gateway-v2-secret-key',
    'mcp-gateway/documentdb/credentials',
  ]);
  assert.deepEqual(values(nodes, 'aliasName'), ['alias/keycloak-rds', 'alias/mcp-gateway-documentdb']);
  assert.deepEqual(values(nodes, 'serviceName'), [
    'ecs.amazonaws.com',
    'ecs.application-autoscaling.amazonaws.com',
    'elasticfilesystem.amazonaws.com',
    'elasticloadbalancing.amazonaws.com',
    'rds.amazonaws.com',
  ]);
});

test('two gateways of one region share no name but the roles of the services', () => {
  const [first, second] = [gatewayOf(withSpec({})), gatewayOf(withMore({ metadata: { name: 'dev' } }))].map(
    (gateway) => declared(gateway).nodes,
  );
  for (const prop of ['secretName', 'aliasName'])
    assert.deepEqual(
      values(first ?? [], prop).filter((name) => values(second ?? [], prop).includes(name)),
      [],
    );
});

test('secrets of what is turned on come with it', () => {
  const { part } = declared(gatewayOf(withSpec({})));
  const base = Object.keys(part.secrets);
  const more = (spec: Parameters<typeof withSpec>[0]): readonly string[] =>
    Object.keys(declared(gatewayOf(withSpec(spec))).part.secrets).filter((name) => !base.includes(name));
  assert.deepEqual(more({ observability: { enabled: true } }), ['metricsApi', 'grafanaAdmin']);
  assert.deepEqual(more({ security: { staticToken: { enabled: true } } }), ['registryApiToken']);
  assert.deepEqual(
    more({
      security: {
        entra: {
          enabled: true,
          tenantId: 'a1b2c3d4-0000-4000-8000-000000000000',
          clientId: 'a1b2c3d4-0000-4000-8000-000000000001',
          clientSecret: { env: 'ENTRA' },
        },
      },
    }),
    ['entra'],
  );
  assert.deepEqual(
    more({
      security: {
        federation: { staticTokenEnabled: true, staticToken: { env: 'TOKEN' }, encryptionKey: { env: 'KEY' } },
      },
    }),
    ['federationToken', 'federationKey'],
  );
});

test('only a supplied value is compared, and refers to the key that compares', () => {
  const gateway = gatewayOf(
    withSpec({
      databases: { keycloak: { password: { env: 'DB' } } },
      registry: { adminPassword: { file: 'admin.txt' } },
    }),
  );
  const { nodes } = declared(gateway, new Map([['keycloak-database', 'a'.repeat(64)]]));
  const compared = nodes.filter((node) => 'comparisonKey' in node.props);
  assert.deepEqual(
    compared.map((node) => [node.name, node.props['versionId']]),
    [
      ['keycloak-database', 'a'.repeat(64)],
      ['admin-password', undefined],
    ],
  );
  for (const node of compared)
    assert.deepEqual(node.props['comparisonKey'], {
      $secret: { $ref: 'Secret/comparison-key', output: 'arn', when: 'ready' },
    });
});
