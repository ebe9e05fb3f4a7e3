import assert from 'node:assert/strict';
import { test } from 'node:test';
import { must } from '../../../src/engine/errors.ts';
import { GraphBuilder, needs, type Graph, type Node } from '../../../src/engine/graph.ts';
import { isRef } from '../../../src/engine/ref.ts';
import { declare } from '../../../src/reconcilers/index.ts';
import type { GatewayManifest } from '../../../src/spec/generated/gateway-manifest.ts';
import { declarationOf } from '../../declaration.ts';
import { assertGolden } from '../../golden.ts';

type Spec = Partial<GatewayManifest['spec']>;

const graphOf = (spec: Spec = {}, name = 'mcp-gateway'): Graph =>
  declare(declarationOf(new GraphBuilder(`us-east-1/${name}`), spec).gateway, new Map()).graph;
const nodeOf = (graph: Graph, id: string): Node => must(graph.nodes.get(id), id);
const ofKind = (graph: Graph, kind: string): readonly Node[] =>
  [...graph.nodes.values()].filter((node) => node.kind === kind);

type Members = Readonly<Record<string, unknown>>;
const membersOf = (value: unknown): Members => Object(value) as Members;

/** What stands at a path of names inside a node's props. */
const at = (graph: Graph, id: string, ...path: readonly string[]): unknown =>
  path.reduce<unknown>((value, name) => membersOf(value)[name], nodeOf(graph, id).props);

/** A value as people read it: what another node gives stands in angle brackets. */
function print(value: unknown): string {
  if (isRef(value)) return `<${value.$ref} ${value.output}>`;
  const parts = membersOf(value)['$format'];
  return Array.isArray(parts) ? parts.map(print).join('') : String(value);
}

const everything: Spec = {
  embeddings: {
    provider: 'litellm',
    model: 'bedrock/amazon.titan-embed-text-v1',
    dimensions: 1536,
    region: 'eu-west-1',
  },
  ingress: { mode: 'cloudfront', additionalServerNames: ['registry.internal', 'mcp.internal'] },
  observability: { enabled: true },
  security: {
    scan: { enabled: true, analyzers: ['yara', 'llm'] },
    staticToken: { enabled: true },
    entra: { enabled: true, tenantId: 'tenant', clientId: 'client', clientSecret: { env: 'ENTRA' } },
    federation: { staticTokenEnabled: true, staticToken: { env: 'TOKEN' }, encryptionKey: { env: 'KEY' } },
  },
};

function environment(graph: Graph): string {
  const lines = ofKind(graph, 'TaskDefinition').flatMap((node) =>
    Object.entries(membersOf(node.props['containers'])).flatMap(([name, container]) => {
      const { environment: variables, secrets } = membersOf(container);
      return [
        '',
        `${node.name}: ${name}`,
        ...Object.entries(membersOf(variables))
          .map(([key, value]) => `  ${key}=${print(value)}`)
          .sort(),
        ...Object.entries(membersOf(secrets))
          .map(([key, value]) => `  ${key} <- ${print(value)}`)
          .sort(),
      ];
    }),
  );
  return lines.join('\n').trimEnd();
}

test('every container gets the variables and secrets that its image expects', async () => {
  const plain = `A gateway with all defaults\n${environment(graphOf())}`;
  const full = `A gateway with everything\n${environment(graphOf(everything))}`;
  await assertGolden('environment.txt', `${plain}\n\n\n${full}`);
});

test('no token, key or password stands in a variable', () => {
  const found = environment(graphOf(everything)).match(/^ {2}\w*(PASSWORD|SECRET|_TOKEN|_KEY)=.*$/gm);
  assert.equal(found, null);
});

test('what the manifest adds to a service wins, also over a secret of that name', () => {
  const own = { LOG_LEVEL: 'DEBUG', KEYCLOAK_REALM: 'other', ADMIN_PASSWORD: 'not a template: {x}' };
  const graph = graphOf({ services: { registry: { environment: own } } });
  const variables = membersOf(at(graph, 'TaskDefinition/registry', 'containers', 'registry', 'environment'));
  for (const [name, value] of Object.entries(own)) assert.equal(variables[name], value);
  const secrets = membersOf(at(graph, 'TaskDefinition/registry', 'containers', 'registry', 'secrets'));
  assert.equal(secrets['ADMIN_PASSWORD'], undefined);
  assert.ok(secrets['SECRET_KEY']);
});

test('eight services by default, ten with observability, servers first', () => {
  const names = (graph: Graph) => ofKind(graph, 'Service').map((node) => node.props['serviceName']);
  const samples = ['currenttime', 'realserverfaketools', 'flight-booking-agent', 'travel-assistant-agent'];
  const expected = ['registry', 'auth', 'mcpgw', ...samples].map((name) => `mcp-gateway-v2-${name}`);
  assert.deepEqual(new Set(names(graphOf())), new Set(['keycloak', ...expected]));

  const graph = graphOf({ observability: { enabled: true } });
  assert.equal(names(graph).length, 10);
  const servers = ['auth', 'mcpgw', 'metrics-service', ...samples].map((name) => `Service/${name}`);
  assert.deepEqual(new Set(nodeOf(graph, 'Service/registry').behind), new Set(servers));
  assert.deepEqual(nodeOf(graph, 'Service/mcpgw').behind, []);
  assert.deepEqual(at(graph, 'Service/mcpgw', 'knows'), ['registry']);
});

test('another gateway of the account has names of its own', () => {
  const graph = graphOf({}, 'team-a');
  assert.equal(at(graph, 'Cluster/keycloak', 'clusterName'), 'team-a-keycloak');
  assert.equal(at(graph, 'Cluster/main', 'clusterName'), 'team-a-ecs-cluster');
  assert.equal(at(graph, 'Service/keycloak', 'serviceName'), 'team-a-keycloak');
  assert.equal(at(graph, 'TaskDefinition/auth', 'family'), 'team-a-v2-auth');
  assert.equal(at(graph, 'Repository/keycloak', 'repositoryName'), 'keycloak');
});

test('a task begins only when what it needs is there', () => {
  const graph = graphOf();
  const expected: Readonly<Record<string, readonly string[]>> = {
    'Service/keycloak': ['Listener/keycloak-80', 'AuroraInstance/keycloak-1', 'NatGateway/a', 'Role/keycloak-exec'],
    'Service/registry': [
      'Listener/registry-80',
      'Listener/registry-7860',
      'MountTarget/private-a',
      'Role/registry-task',
    ],
    'Service/auth': ['Listener/registry-8888', 'DocumentDbInstance/registry-primary', 'Cluster/main'],
    'TaskDefinition/keycloak': ['SsmParameter/keycloak-database-password'],
  };
  for (const [id, nodes] of Object.entries(expected)) {
    const first = needs(nodeOf(graph, id));
    assert.deepEqual(
      nodes.filter((node) => !first.includes(node)),
      [],
      `${id} waits for ${first.join(' ')}`,
    );
  }
});

test('folders are mounted through their access points, and none hides what the image brings', () => {
  const graph = graphOf();
  const mounts = at(graph, 'TaskDefinition/registry', 'containers', 'registry', 'mounts');
  const expected = { '/app/registry/servers': 'servers', '/app/registry/agents': 'agents', '/app/logs': 'logs' };
  assert.deepEqual(mounts, expected);
  assert.deepEqual(
    Object.keys(membersOf(at(graph, 'TaskDefinition/registry', 'volumes'))).sort(),
    Object.values(expected).sort(),
  );
  assert.equal(
    print(at(graph, 'TaskDefinition/registry', 'volumes', 'logs', 'accessPointId')),
    '<AccessPoint/logs accessPointId>',
  );
  const other = graphOf({ embeddings: { model: 'all-mpnet-base-v2', dimensions: 768 } });
  const downloaded = at(other, 'TaskDefinition/registry', 'containers', 'registry', 'mounts', '/app/registry/models');
  assert.equal(downloaded, 'models');
});

test('Keycloak builds itself for PostgreSQL unless its image was', () => {
  const keycloak = (spec: Spec, member: string): unknown =>
    at(graphOf(spec), 'TaskDefinition/keycloak', 'containers', 'keycloak', member);
  assert.deepEqual(keycloak({}, 'command'), ['start']);
  assert.equal(membersOf(keycloak({}, 'environment'))['KC_DB'], 'postgres');
  assert.deepEqual(keycloak({ images: { keycloakOptimized: true } }, 'command'), ['start', '--optimized']);
});

test('capacity, size, number and scaling follow the manifest', () => {
  const plain = graphOf({ observability: { enabled: true } });
  const graph = graphOf({
    services: {
      registry: {
        cpu: 2048,
        memory: 4096,
        replicas: 3,
        capacity: 'fargate-spot',
        autoscaling: { enabled: false },
      },
      keycloak: { capacity: 'fargate-spot' },
      auth: { autoscaling: { min: 2, max: 8, targetCpu: 50, targetMemory: 60 } },
    },
  });
  const spot = [{ capacityProvider: 'FARGATE_SPOT', base: 1, weight: 100 }];
  assert.deepEqual(at(graph, 'Service/registry', 'capacityProviderStrategy'), spot);
  assert.deepEqual(at(graph, 'Service/keycloak', 'capacityProviderStrategy'), spot);
  assert.deepEqual(at(graph, 'Cluster/main', 'capacityProviders'), ['FARGATE', 'FARGATE_SPOT']);
  assert.deepEqual(at(plain, 'Cluster/main', 'capacityProviders'), ['FARGATE']);
  assert.deepEqual(at(plain, 'Service/keycloak', 'capacityProviderStrategy'), []);

  assert.equal(at(graph, 'TaskDefinition/registry', 'cpu'), 2048);
  assert.equal(at(graph, 'TaskDefinition/registry', 'memory'), 4096);
  assert.equal(at(graph, 'Service/registry', 'desiredCount'), 3);
  assert.equal(at(graph, 'Service/registry', 'autoscaled'), undefined);
  assert.equal(graph.nodes.get('ScalableTarget/registry'), undefined);

  assert.deepEqual(nodeOf(graph, 'ScalableTarget/auth').props, {
    resourceId: 'service/mcp-gateway-ecs-cluster/mcp-gateway-v2-auth',
    minCapacity: 2,
    maxCapacity: 8,
  });
  assert.equal(at(graph, 'ScalingPolicy/auth-memory', 'targetValue'), 60);
  assert.equal(ofKind(plain, 'ScalingPolicy').length, 11);
});

test('roles may do what their service needs and nothing else', async () => {
  const roles = ofKind(graphOf(everything), 'Role').filter((node) => /-(exec|task)$/.test(node.name));
  const lines = roles.flatMap(({ name, props }) => [
    '',
    `${name}: ${print(props['roleName'])}`,
    ...Object.values(membersOf(props['inlinePolicies'])).flatMap((document) =>
      (membersOf(document)['Statement'] as readonly Members[]).flatMap(({ Action, Resource }) => [
        `  ${[Action].flat().join(' ')}`,
        ...[Resource].flat().map((resource) => `    ${print(resource)}`),
      ]),
    ),
    ...(props['managedPolicyArns'] as readonly unknown[]).map((arn) => `  ${print(arn)}`),
  ]);
  await assertGolden('task-roles.txt', lines.join('\n').trimStart());
});
