import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { GraphBuilder, type Graph } from '../../../src/engine/graph.ts';
import { refsOf, resolve } from '../../../src/engine/ref.ts';
import { liveOf } from '../../../src/engine/snapshot.ts';
import type { Declaration } from '../../../src/reconcilers/declaration.ts';
import { declareIngress, type IngressPart } from '../../../src/reconcilers/ingress/ingress.ts';
import { declareNetwork } from '../../../src/reconcilers/network/network.ts';
import type { GatewayManifest } from '../../../src/spec/generated/gateway-manifest.ts';
import { declarationOf } from '../../declaration.ts';
import { openAccount } from '../../sandbox-account.ts';
import { assertEmpty, SandboxGateway, type TestGraph } from '../../sandbox-gateway.ts';

type Spec = Partial<GatewayManifest['spec']>;

function declared(spec: Spec = {}, name = 'mcp-gateway'): { readonly graph: Graph; readonly ingress: IngressPart } {
  const graph = new GraphBuilder(`us-east-1/${name}`);
  const declaration = declarationOf(graph, spec);
  const ingress = declareIngress(declaration, declareNetwork(declaration));
  return { graph: graph.build(), ingress };
}

const observed: Spec = { observability: { enabled: true } };

const kinds = ['LoadBalancer', 'TargetGroup', 'Listener', 'ListenerRule', 'Distribution'];

/** Each value that another node gives is that node's id and the output. */
const propsOf = (graph: Graph, id: string): Readonly<Record<string, unknown>> => {
  const props = graph.nodes.get(id)?.props ?? {};
  return resolve(props, ({ $ref, output }) => `${$ref}.${output}`) as Readonly<Record<string, unknown>>;
};

const subnets = ['a', 'b', 'c'].map((letter) => `Subnet/public-${letter}.subnetId`);

const loadBalancerOf = (name: string, groups: readonly string[]) => ({
  name,
  scheme: 'internet-facing',
  vpcId: 'Vpc/main.vpcId',
  subnetIds: subnets,
  securityGroupIds: groups.map((group) => `SecurityGroup/${group}.groupId`),
  deletionProtection: false,
  dropInvalidHeaderFields: true,
  idleTimeout: 60,
  forwardedFor: 'append' as const,
  accessLogs: null,
});

const listenerOf = (balancer: string, port: number, target: string) => ({
  loadBalancerArn: `LoadBalancer/${balancer}.loadBalancerArn`,
  port,
  protocol: 'HTTP',
  action: { type: 'forward', targetGroupArn: `TargetGroup/${target}.targetGroupArn` },
});

const health = {
  path: '/health',
  port: 'traffic-port',
  matcher: '200',
  interval: 30,
  timeout: 5,
  healthyThreshold: 2,
  unhealthyThreshold: 2,
};
const targetGroupOf = (name: string, port: number, more: object = {}) => ({
  name,
  vpcId: 'Vpc/main.vpcId',
  port,
  healthCheck: health,
  deregistrationDelay: 5,
  stickiness: 0,
  ...more,
});

const distributionOf = (comment: string, originId: string, balancer: string) => ({
  comment,
  enabled: true,
  priceClass: 'PriceClass_100',
  origin: {
    id: originId,
    domainName: `LoadBalancer/${balancer}.dnsName`,
    protocolPolicy: 'http-only',
    httpPort: 80,
    httpsPort: 443,
    sslProtocols: ['TLSv1.2'],
    headers: { 'X-Forwarded-Proto': 'https', 'X-Cloudfront-Forwarded-Proto': 'https' },
    readTimeout: 30,
    keepaliveTimeout: 5,
  },
  behavior: {
    viewerProtocolPolicy: 'redirect-to-https',
    allowedMethods: ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'],
    cachedMethods: ['GET', 'HEAD'],
    compress: true,
    cachePolicyId: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad',
    originRequestPolicyId: '216adef6-5c7f-47e4-b989-5492eafa07d3',
  },
  aliases: [],
  geoRestriction: null,
  logging: null,
});

const expected: Readonly<Record<string, object>> = {
  'LoadBalancer/registry': loadBalancerOf('mcp-gateway-v2-alb', ['alb', 'alb-cloudfront']),
  'LoadBalancer/keycloak': loadBalancerOf('keycloak-alb', ['keycloak-lb', 'keycloak-lb-cloudfront']),
  'TargetGroup/registry': targetGroupOf('mcp-gateway-v2-registry', 80, { healthCheck: { ...health, port: '7860' } }),
  'TargetGroup/auth': targetGroupOf('mcp-gateway-v2-auth', 8888),
  'TargetGroup/gradio': targetGroupOf('mcp-gateway-v2-gradio', 7860),
  'TargetGroup/keycloak': targetGroupOf('keycloak-tg', 8080, {
    healthCheck: { ...health, matcher: '200-399', unhealthyThreshold: 3 },
    deregistrationDelay: 30,
    stickiness: 86_400,
  }),
  'TargetGroup/grafana': targetGroupOf('mcp-gateway-v2-grafana', 3000, {
    healthCheck: { ...health, path: '/api/health' },
  }),
  'Listener/registry-80': listenerOf('registry', 80, 'registry'),
  'Listener/registry-8888': listenerOf('registry', 8888, 'auth'),
  'Listener/registry-7860': listenerOf('registry', 7860, 'gradio'),
  'Listener/keycloak-80': listenerOf('keycloak', 80, 'keycloak'),
  'ListenerRule/registry-80-grafana': {
    listenerArn: 'Listener/registry-80.listenerArn',
    priority: 15,
    paths: ['/grafana', '/grafana/*'],
    header: null,
    action: { type: 'forward', targetGroupArn: 'TargetGroup/grafana.targetGroupArn' },
  },
  'Distribution/registry': distributionOf(
    'mcp-gateway MCP Gateway Registry CloudFront Distribution',
    'mcp-gateway-alb',
    'registry',
  ),
  'Distribution/keycloak': distributionOf('mcp-gateway Keycloak CloudFront Distribution', 'keycloak-alb', 'keycloak'),
};

describe('mode cloudfront', () => {
  test('is two load balancers with their listeners, and a distribution before each', () => {
    const { graph } = declared({ ...observed, network: { zones: 3 } });
    const ids = [...graph.nodes.keys()].filter((id) => kinds.includes(id.split('/')[0] ?? ''));
    assert.deepEqual(ids.sort(), Object.keys(expected).sort());
    for (const [id, props] of Object.entries(expected)) assert.deepEqual(propsOf(graph, id), props, id);
  });

  test('without observability there is nothing of Grafana', () => {
    const { graph, ingress } = declared({ observability: { enabled: false } });
    assert.deepEqual(
      [...graph.nodes.keys()].filter((id) => id.includes('grafana')),
      [],
    );
    assert.deepEqual(Object.keys(ingress.listenersReady).sort(), ['auth', 'gradio', 'grafana', 'keycloak', 'registry']);
  });

  test('a service waits for what sends to its target group', () => {
    const { listenersReady } = declared(observed).ingress;
    const ids = Object.entries(listenersReady).map(([target, nodes]) => [target, nodes.map((node) => node.id)]);
    assert.deepEqual(Object.fromEntries(ids), {
      registry: ['Listener/registry-80'],
      auth: ['Listener/registry-8888'],
      gradio: ['Listener/registry-7860'],
      keycloak: ['Listener/keycloak-80'],
      grafana: ['ListenerRule/registry-80-grafana'],
    });
  });

  test('the addresses are those of CloudFront, known before it answers everywhere', () => {
    const { registryUrl, registryHost } = declared().ingress.addresses;
    const urls = resolve([registryUrl, registryHost], () => 'd1.cloudfront.net');
    assert.deepEqual(urls, ['https://d1.cloudfront.net', 'd1.cloudfront.net']);
    assert.deepEqual(
      refsOf([registryUrl, registryHost]).filter((ref) => ref.when !== undefined),
      [],
    );
  });

  test('another gateway of the account has other names', () => {
    const names = (graph: Graph) =>
      [...graph.nodes.values()]
        .filter((node) => kinds.includes(node.kind))
        .flatMap((node) => [node.props['name'], node.props['comment']].filter((name) => typeof name === 'string'));
    const first = names(declared(observed).graph);
    const second = names(declared(observed, 'a-gateway-of-20-signs').graph);
    assert.deepEqual(
      first.filter((name) => second.includes(name)),
      [],
    );
    const long = second.filter((name) => name.length > (name.includes(' ') ? 128 : 32));
    assert.deepEqual(long, []);
  });

  test('load balancers wait for the way to the internet', () => {
    const after = declared().graph.nodes.get('LoadBalancer/registry')?.after ?? [];
    assert.ok(after.includes('InternetGateway/main'), after.join(', '));
  });

  test('stands, is seen without a difference, and goes', async () => {
    const gateway = new SandboxGateway(await openAccount(), { name: 'mcp-gateway' });
    const all = gateway.declare((graph: TestGraph) => {
      const declaration: Declaration = declarationOf(graph, {
        ...observed,
        network: { zones: 2, natGateways: 'single', endpoints: false },
      });
      declareIngress(declaration, declareNetwork(declaration));
    });
    await gateway.apply(all);
    assertEmpty(await gateway.plan(all));
    const snapshot = await gateway.look(all);
    const origins = liveOf(snapshot, 'Distribution').map(
      (item) => (item.props['origin'] as { readonly domainName: string }).domainName,
    );
    const hosts = liveOf(snapshot, 'LoadBalancer').map((item) => String(item.outputs['dnsName']));
    assert.deepEqual([...origins].sort(), [...hosts].sort());

    await gateway.destroy(all);
    const left = await gateway.look(all);
    assert.deepEqual(
      kinds.flatMap((kind) => liveOf(left, kind)),
      [],
    );
    assertEmpty(await gateway.planDestroy(all));
  });
});
