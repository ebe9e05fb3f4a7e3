import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GraphBuilder, type Graph } from '../../../src/engine/graph.ts';
import { declareNetwork } from '../../../src/reconcilers/network/network.ts';
import type { GatewayManifest } from '../../../src/spec/generated/gateway-manifest.ts';
import { declarationOf } from '../../declaration.ts';

function graphOf(name: string, spec: Partial<GatewayManifest['spec']>): Graph {
  const graph = new GraphBuilder(`us-east-1/${name}`);
  declareNetwork(declarationOf(graph, spec));
  return graph.build();
}

const propsOf = (graph: Graph, kind: string): readonly Readonly<Record<string, unknown>>[] =>
  [...graph.nodes.values()].filter((node) => node.kind === kind).map((node) => node.props);

/** Where a rule leads: a range, or the node that gives the id. */
function peerOf(props: Readonly<Record<string, unknown>>): string {
  const peer = props['cidr'] ?? props['peerGroupId'] ?? props['prefixListId'];
  return typeof peer === 'string' ? peer : (peer as { readonly $ref: string }).$ref.replace('SecurityGroup/', '');
}

function linesOf(graph: Graph): readonly string[] {
  return propsOf(graph, 'SecurityGroupRule')
    .map((props) => {
      const group = (props['groupId'] as { readonly $ref: string }).$ref.replace('SecurityGroup/', '');
      assert.equal(props['fromPort'], props['toPort']);
      const port = props['protocol'] === '-1' ? 'all' : [props['protocol'], props['fromPort']].join(' ');
      return `${group} ${props['direction'] === 'ingress' ? '<-' : '->'} ${port} ${peerOf(props)}`;
    })
    .sort();
}

const ANYONE = '0.0.0.0/0';
const services: readonly string[] = [
  'auth',
  'registry',
  'currenttime',
  'mcpgw',
  'realserverfaketools',
  'flight-booking-agent',
  'travel-assistant-agent',
  'documentdb',
  'efs',
  'metrics',
  'grafana',
  'alb',
  'alb-cloudfront',
];

const expected: readonly string[] = [
  'vpc-endpoints <- tcp 443 Vpc/main',
  'keycloak-ecs <- tcp 8080 keycloak-lb',
  'keycloak-ecs <- tcp 8080 keycloak-lb-cloudfront',
  `keycloak-ecs -> tcp 443 ${ANYONE}`,
  `keycloak-ecs -> udp 53 ${ANYONE}`,
  'keycloak-ecs -> tcp 5432 keycloak-db',
  'keycloak-lb <- tcp 80 192.0.2.0/24',
  'keycloak-lb <- tcp 80 198.51.100.0/24',
  'keycloak-lb <- tcp 443 192.0.2.0/24',
  'keycloak-lb <- tcp 443 198.51.100.0/24',
  'keycloak-lb <- tcp 443 auth',
  'keycloak-lb <- tcp 443 registry',
  'keycloak-lb <- tcp 443 ElasticIp/nat-a',
  'keycloak-lb <- tcp 443 ElasticIp/nat-b',
  'keycloak-lb -> tcp 8080 keycloak-ecs',
  'keycloak-lb-cloudfront <- tcp 80 PrefixList/cloudfront',
  'keycloak-lb-cloudfront -> tcp 8080 keycloak-ecs',
  'keycloak-db <- tcp 5432 keycloak-ecs',
  'keycloak-db <- tcp 5432 keycloak-db',
  'keycloak-db -> tcp 5432 keycloak-db',
  ...[80, 443, 8888, 7860].flatMap((port) => [`alb <- tcp ${port} 192.0.2.0/24`, `alb <- tcp ${port} 198.51.100.0/24`]),
  'alb-cloudfront <- tcp 80 PrefixList/cloudfront',
  'auth <- tcp 8888 alb',
  'auth <- tcp 8888 registry',
  'auth -> tcp 27017 documentdb',
  'registry <- tcp 80 alb',
  'registry <- tcp 443 alb',
  'registry <- tcp 7860 alb',
  'registry <- tcp 80 mcpgw',
  'registry <- tcp 7860 mcpgw',
  'registry -> tcp 27017 documentdb',
  'currenttime <- tcp 8000 registry',
  'mcpgw <- tcp 8003 registry',
  'realserverfaketools <- tcp 8002 registry',
  'flight-booking-agent <- tcp 9000 Vpc/main',
  'travel-assistant-agent <- tcp 9000 Vpc/main',
  'documentdb <- tcp 27017 registry',
  'documentdb <- tcp 27017 auth',
  'efs <- tcp 2049 Vpc/main',
  'metrics <- tcp 8890 auth',
  'metrics <- tcp 8890 registry',
  'grafana <- tcp 3000 alb',
  ...services.map((service) => `${service} -> all ${ANYONE}`),
];

const observability = { enabled: true };
type Ingress = GatewayManifest['spec']['ingress'];
const ranges = (...allowedCidrs: readonly string[]): Ingress => ({
  mode: 'cloudfront',
  allowedCidrs: allowedCidrs as NonNullable<Ingress['allowedCidrs']>,
});

test('every rule of a gateway with observability', () => {
  const graph = graphOf('mcp-gateway', { observability, ingress: ranges('192.0.2.0/24', '198.51.100.0/24') });
  assert.deepEqual(linesOf(graph), [...expected].sort());
});

test('without observability and endpoints nothing of theirs is there', () => {
  const graph = graphOf('mcp-gateway', {
    network: { endpoints: false },
    ingress: ranges('192.0.2.0/24', '198.51.100.0/24'),
  });
  const gone = /^(metrics|grafana|vpc-endpoints) /;
  assert.deepEqual(linesOf(graph), expected.filter((line) => !gone.test(line)).sort());
  assert.deepEqual(propsOf(graph, 'VpcEndpoint'), []);
});

test('no group gets more rules of one direction than AWS lets it have', () => {
  const many = Array.from({ length: 15 }, (_, i) => `192.0.2.${i}/32`);
  const graph = graphOf('mcp-gateway', { network: { zones: 3 }, observability, ingress: ranges(...many) });
  const rules = new Map<string, number>();
  for (const props of propsOf(graph, 'SecurityGroupRule')) {
    const key = [(props['groupId'] as { readonly $ref: string }).$ref, props['direction']].join(' ');
    // A prefix list counts with its weight; CloudFront's is 55.
    rules.set(key, (rules.get(key) ?? 0) + (props['prefixListId'] === undefined ? 1 : 55));
  }
  assert.deepEqual(
    [...rules].filter(([, count]) => count > 60),
    [],
  );
});

test('descriptions and names are such as AWS takes', () => {
  const graph = graphOf('twenty-letters-long1', { observability, ingress: ranges('192.0.2.0/24') });
  const texts = ['SecurityGroup', 'SecurityGroupRule']
    .flatMap((kind) => propsOf(graph, kind))
    .map((props) => String(props['description']));
  for (const text of texts) assert.match(text, /^[a-zA-Z0-9. _\-:/()#,@[\]+=&;{}!$*]{1,255}$/);
  const names = propsOf(graph, 'SecurityGroup').map((props) => String(props['groupName']).toLowerCase());
  assert.equal(new Set(names).size, names.length);
  assert.deepEqual(
    names.filter((name) => name.startsWith('sg-') || name.length > 255),
    [],
  );
});

test('subnets do not overlap, and stand where people know them', () => {
  const cidrs = propsOf(graphOf('mcp-gateway', { network: { zones: 3 } }), 'Subnet').map((props) => props['cidrBlock']);
  const known = ['10.0.48.0/24', '10.0.49.0/24', '10.0.50.0/24', '10.0.0.0/20', '10.0.16.0/20', '10.0.32.0/20'];
  assert.deepEqual(cidrs, known);
});

test('a single NAT gateway serves every zone', () => {
  const graph = graphOf('mcp-gateway', { network: { zones: 3, natGateways: 'single' } });
  assert.equal(propsOf(graph, 'NatGateway').length, 1);
  const targets = propsOf(graph, 'RouteTable').flatMap(
    (props) => JSON.stringify(props['routes']).match(/NatGateway\/\w/g) ?? [],
  );
  assert.deepEqual(targets, ['NatGateway/a', 'NatGateway/a', 'NatGateway/a']);
});

test('a network that stands already is given groups and nothing else', () => {
  const existing = {
    vpcId: 'vpc-0123456789abcdef0',
    publicSubnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'] as [string, string],
    privateSubnetIds: ['subnet-0123456789abcdef2', 'subnet-0123456789abcdef3'] as [string, string],
    natIps: ['198.51.100.7'],
  };
  const graph = graphOf('mcp-gateway', { network: { existing } });
  const kinds = new Set([...graph.nodes.values()].map((node) => node.kind));
  assert.deepEqual([...kinds].sort(), ['ExistingVpc', 'PrefixList', 'SecurityGroup', 'SecurityGroupRule']);
  assert.ok(linesOf(graph).includes('keycloak-lb <- tcp 443 198.51.100.7/32'));
  assert.ok(linesOf(graph).includes('efs <- tcp 2049 ExistingVpc/main'));
});
