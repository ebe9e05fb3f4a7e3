import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Graph, Node } from '../../../src/engine/graph.ts';
import { resolve } from '../../../src/engine/ref.ts';
import { declare, type Declared } from '../../../src/reconcilers/index.ts';
import { waysOf } from '../../../src/reconcilers/ingress/ways.ts';
import { complete } from '../../../src/spec/defaults.ts';
import { oddGatewayOf, withSpec } from '../../spec/given.ts';

const base = { domain: { base: 'example.com' } };
const specs = {
  development: { mode: 'development' },
  'custom-domain': { mode: 'custom-domain', ...base },
  cloudfront: { mode: 'cloudfront' },
  'via-cloudfront': { mode: 'cloudfront-custom-domain', ...base },
  dual: { mode: 'cloudfront-custom-domain', entry: 'dual', ...base },
};
type Name = keyof typeof specs;

const declared = (name: Name): Declared => declare(oddGatewayOf(withSpec({ ingress: specs[name] })), new Map());

const nodesOf = ({ nodes }: Graph, kind: string): readonly Node[] =>
  [...nodes.values()].filter((node) => node.kind === kind);

/** Values of other nodes as `<node>.<output>`. */
const plain = (value: unknown): unknown => resolve(value, ({ $ref, output }) => `${$ref}.${output}`);

const RHOST = 'registry.us-east-1.example.com';
const KHOST = 'kc.us-east-1.example.com';

interface Expected {
  readonly certificates: readonly string[];
  readonly listeners: readonly string[];
  readonly records: Readonly<Record<string, string>>;
  readonly aliases: readonly string[] | undefined;
  readonly registryUrl: string;
  readonly keycloakUrl: string;
  readonly serverNames: string;
  readonly cookie: readonly [secure: string, domain: string];
  readonly deploymentMode: string;
  readonly https: boolean;
  readonly cloudfrontGroups: boolean;
  readonly natPorts: readonly number[];
}

const dns = (front: string): string => `LoadBalancer/${front}.dnsName`;
const dist = (front: string): string => `Distribution/${front}.domainName`;

const table: Readonly<Record<Name, Expected>> = {
  development: {
    certificates: [],
    listeners: [
      'keycloak-80 HTTP forward',
      'registry-7860 HTTP forward',
      'registry-80 HTTP forward',
      'registry-8888 HTTP forward',
    ],
    records: {},
    aliases: undefined,
    registryUrl: `http://${dns('registry')}`,
    keycloakUrl: `http://${dns('keycloak')}`,
    serverNames: dns('registry'),
    cookie: ['false', ''],
    deploymentMode: 'development',
    https: false,
    cloudfrontGroups: false,
    natPorts: [80, 443],
  },
  'custom-domain': {
    certificates: [`us-east-1 ${KHOST}`, `us-east-1 ${RHOST}`],
    listeners: [
      'keycloak-443 HTTPS forward',
      'keycloak-80 HTTP redirect',
      'registry-443 HTTPS forward',
      'registry-7860 HTTP forward',
      'registry-80 HTTP forward',
      'registry-8888 HTTPS forward',
    ],
    records: { [RHOST]: dns('registry'), [KHOST]: dns('keycloak') },
    aliases: undefined,
    registryUrl: `https://${RHOST}`,
    keycloakUrl: `https://${KHOST}`,
    serverNames: RHOST,
    cookie: ['true', '.us-east-1.example.com'],
    deploymentMode: 'custom-domain',
    https: true,
    cloudfrontGroups: false,
    natPorts: [443],
  },
  cloudfront: {
    certificates: [],
    listeners: [
      'keycloak-80 HTTP forward',
      'registry-7860 HTTP forward',
      'registry-80 HTTP forward',
      'registry-8888 HTTP forward',
    ],
    records: {},
    aliases: [],
    registryUrl: `https://${dist('registry')}`,
    keycloakUrl: `https://${dist('keycloak')}`,
    serverNames: dist('registry'),
    cookie: ['true', ''],
    deploymentMode: 'cloudfront',
    https: false,
    cloudfrontGroups: true,
    natPorts: [443],
  },
  'via-cloudfront': {
    certificates: [`us-east-1 ${KHOST}`, `us-east-1 ${KHOST}`, `us-east-1 ${RHOST}`],
    listeners: [
      'keycloak-443 HTTPS forward',
      'keycloak-80 HTTP forward',
      'registry-7860 HTTP forward',
      'registry-80 HTTP forward',
      'registry-8888 HTTP forward',
    ],
    records: { [RHOST]: dist('registry'), [KHOST]: dist('keycloak') },
    aliases: [RHOST],
    registryUrl: `https://${RHOST}`,
    keycloakUrl: `https://${KHOST}`,
    serverNames: RHOST,
    cookie: ['true', '.us-east-1.example.com'],
    deploymentMode: 'custom-domain',
    https: false,
    cloudfrontGroups: true,
    natPorts: [443],
  },
  dual: {
    certificates: [`us-east-1 ${KHOST}`, `us-east-1 ${RHOST}`],
    listeners: [
      'keycloak-443 HTTPS forward',
      'keycloak-80 HTTP forward',
      'registry-443 HTTPS forward',
      'registry-7860 HTTP forward',
      'registry-80 HTTP redirect',
      'registry-8888 HTTP forward',
    ],
    records: { [RHOST]: dns('registry'), [KHOST]: dns('keycloak') },
    aliases: [],
    registryUrl: `https://${RHOST}`,
    keycloakUrl: `https://${KHOST}`,
    serverNames: `${RHOST} ${dist('registry')}`,
    cookie: ['true', ''],
    deploymentMode: 'custom-domain',
    https: true,
    cloudfrontGroups: true,
    natPorts: [443],
  },
};

for (const name of Object.keys(specs) as Name[])
  describe(`mode ${name}`, () => {
    const wanted = table[name];
    const { graph, outputs } = declared(name);
    const environment = (service: string, container: string): Readonly<Record<string, unknown>> => {
      const { containers } = plain(graph.nodes.get(`TaskDefinition/${service}`)?.props) as {
        readonly containers: Readonly<Record<string, { readonly environment: Readonly<Record<string, unknown>> }>>;
      };
      return containers[container]?.environment ?? {};
    };

    test('has the certificates, listeners, records and distributions of the table', () => {
      const certificates = nodesOf(graph, 'Certificate').map(
        ({ props }) => `${String(props['region'])} ${String(props['domainName'])}`,
      );
      assert.deepEqual(certificates.sort(), [...wanted.certificates].sort());
      const listeners = nodesOf(graph, 'Listener').map(({ name: node, props }) =>
        [node, props['protocol'], (props['action'] as { readonly type: string }).type].join(' '),
      );
      assert.deepEqual(listeners.sort(), [...wanted.listeners].sort());
      const records = nodesOf(graph, 'DnsRecord').map(({ props }) => [props['name'], plain(props['target'])] as const);
      assert.deepEqual(Object.fromEntries(records), wanted.records);
      const [registry] = nodesOf(graph, 'Distribution').filter((node) => node.name === 'registry');
      assert.deepEqual(registry?.props['aliases'], wanted.aliases);
    });

    test('has the groups and rules of the table', () => {
      assert.equal(graph.nodes.has('SecurityGroup/alb-cloudfront'), wanted.cloudfrontGroups);
      const nat = nodesOf(graph, 'SecurityGroupRule').filter(
        ({ name: node }) => node.startsWith('keycloak-lb-from-nat') && node.includes('-a-'),
      );
      assert.deepEqual(
        nat.map(({ props }) => Number(props['fromPort'])).sort((a, b) => a - b),
        wanted.natPorts,
      );
    });

    test('tells every service the public addresses', () => {
      const registry = environment('registry', 'registry');
      const auth = environment('auth', 'auth-server')['REGISTRY_URL'];
      assert.equal(registry['AUTH_SERVER_EXTERNAL_URL'], wanted.registryUrl);
      assert.equal(registry['GATEWAY_ADDITIONAL_SERVER_NAMES'], wanted.serverNames);
      assert.equal(registry['KEYCLOAK_URL'], wanted.keycloakUrl);
      assert.equal(auth, wanted.registryUrl);
      assert.deepEqual([registry['SESSION_COOKIE_SECURE'], registry['SESSION_COOKIE_DOMAIN']], wanted.cookie);
      const keycloak = environment('keycloak', 'keycloak');
      assert.equal(keycloak['KC_HOSTNAME_URL'], wanted.keycloakUrl);
      assert.equal(keycloak['KC_HOSTNAME_STRICT_HTTPS'], String(wanted.keycloakUrl.startsWith('https')));
    });

    test('has the outputs of the table', () => {
      const value = (output: string): unknown => plain(outputs[output]?.value);
      assert.equal(value('registry_url'), wanted.registryUrl);
      assert.equal(value('mcp_gateway_url'), wanted.registryUrl);
      assert.equal(value('keycloak_url'), wanted.keycloakUrl);
      assert.equal(value('deployment_mode'), wanted.deploymentMode);
      assert.equal(value('mcp_gateway_https_enabled'), wanted.https);
      assert.equal(
        value('cloudfront_mcp_gateway_url'),
        wanted.aliases === undefined ? null : `https://${dist('registry')}`,
      );
    });
  });

test('a list of addresses that is named may call in every mode, and no other list', () => {
  for (const name of Object.keys(specs) as Name[]) {
    const prefixListName = 'our.own.cloudfront';
    const { graph } = declare(oddGatewayOf(withSpec({ ingress: { ...specs[name], prefixListName } })), new Map());
    assert.equal(graph.nodes.get('PrefixList/cloudfront')?.props['prefixListName'], prefixListName, name);
    for (const [front, group] of [
      ['registry', 'alb-cloudfront'],
      ['keycloak', 'keycloak-lb-cloudfront'],
    ] as const) {
      const rule = graph.nodes.get(`SecurityGroupRule/${group}-from-cloudfront-80`);
      assert.equal(plain(rule?.props['prefixListId']), 'PrefixList/cloudfront.prefixListId', name);
      const groups = plain(graph.nodes.get(`LoadBalancer/${front}`)?.props['securityGroupIds']) as readonly string[];
      assert(groups.includes(`SecurityGroup/${group}.groupId`), `${name}: ${groups.join()}`);
    }
  }
});

test('whoever enters by two names gets through port 80 only from CloudFront', () => {
  const rule = declared('dual').graph.nodes.get('ListenerRule/registry-80-from-cloudfront');
  assert.deepEqual(rule?.props['header'], { name: 'X-Cloudfront-Forwarded-Proto', values: ['https'] });
});

test('while two ways stand, both are whole, nothing redirects and the cookie suits both', () => {
  const names = Object.keys(specs) as Name[];
  for (const from of names)
    for (const to of names.filter((name) => name !== from)) {
      const gateway = oddGatewayOf(withSpec({ ingress: specs[to] }));
      const old = waysOf(oddGatewayOf(withSpec({ ingress: specs[from] })), []).wanted;
      const { graph } = declare(gateway, new Map(), { ...waysOf(gateway, []), old: [old] });
      const ids = (name: Name): readonly string[] => [...declared(name).graph.nodes.keys()];
      const missing = [...ids(from), ...ids(to)].filter((id) => !graph.nodes.has(id));
      assert.deepEqual(missing, [], `${from} to ${to}`);
      const redirects = nodesOf(graph, 'Listener').filter(
        ({ props }) => (props['action'] as { readonly type: string }).type === 'redirect',
      );
      assert.deepEqual(redirects, [], `${from} to ${to}`);
    }
});

test('a name that is new stands before services are told of it, and one that moves comes after them', () => {
  const gateway = oddGatewayOf(withSpec({ ingress: specs['custom-domain'] }));
  const fromCloudfront = declare(gateway, new Map(), {
    ...waysOf(gateway, []),
    old: [{ variant: 'cloudfront', domain: undefined }],
  });
  assert(fromCloudfront.graph.nodes.get('TaskDefinition/registry')?.after.includes(`DnsRecord/${RHOST}`));
  const via = waysOf(oddGatewayOf(withSpec({ ingress: specs['via-cloudfront'] })), []).wanted;
  const moved = declare(gateway, new Map(), { ...waysOf(gateway, []), old: [via] });
  assert(moved.graph.nodes.get(`DnsRecord/${RHOST}`)?.after.includes('Service/registry'));
  assert(moved.graph.nodes.get(`DnsRecord/${RHOST}`)?.after.includes('Probe/registry'));
  assert(!moved.graph.nodes.get('TaskDefinition/registry')?.after.includes(`DnsRecord/${RHOST}`));
  assert.deepEqual(moved.change?.moves, [RHOST, KHOST]);
});

test('Keycloak knows the old and the new names before registry and auth server are told, and is asked by the old way', () => {
  const gateway = oddGatewayOf(withSpec({ ingress: specs.development }));
  const via = waysOf(oddGatewayOf(withSpec({ ingress: specs['via-cloudfront'] })), []).wanted;
  const { nodes } = declare(gateway, new Map(), { ...waysOf(gateway, []), old: [via] }).graph;
  const client = 'RealmClient/mcp-gateway-web';
  for (const told of ['registry', 'auth']) assert(nodes.get(`TaskDefinition/${told}`)?.after.includes(client), told);
  for (const other of ['keycloak', 'currenttime'])
    assert(!nodes.get(`TaskDefinition/${other}`)?.after.includes(client), other);
  const props = (id: string): Readonly<Record<string, unknown>> => nodes.get(id)?.props ?? {};
  assert.deepEqual(plain(props(client)['redirectUris']), [
    'http://localhost:7860/*',
    'http://localhost:8888/*',
    'http://LoadBalancer/registry.dnsName/oauth2/callback/keycloak',
    'http://LoadBalancer/registry.dnsName/*',
    `https://${RHOST}/oauth2/callback/keycloak`,
    `https://${RHOST}/*`,
  ]);
  const { url, via: door, sslRequired } = props('KeycloakServer/keycloak');
  assert.deepEqual(
    [plain(url), plain(door), sslRequired],
    [`https://${KHOST}`, 'Distribution/keycloak.domainName', 'none'],
  );
  assert.equal(props('LoadBalancer/keycloak')['forwardedFor'], 'remove');
  const unmanaged = oddGatewayOf(withSpec({ ingress: specs.development, keycloak: { realm: 'unmanaged' } }));
  const without = declare(unmanaged, new Map(), { ...waysOf(unmanaged, []), old: [via] }).graph.nodes;
  assert(![...without.keys()].some((id) => /^(KeycloakServer|Realm)/.test(id)));
  assert(!without.get('TaskDefinition/registry')?.after.includes(client));
});

test('a host name of one label under the base has no cookie for a whole top-level domain', () => {
  const manifest = {
    apiVersion: 'mcpgw.io/v1alpha1' as const,
    kind: 'Gateway' as const,
    metadata: { name: 'a' },
    spec: {
      accountId: '123456789012',
      region: 'us-east-1' as const,
      ingress: { mode: 'custom-domain' as const, domain: { base: 'example.com', registry: 'example.com' } },
    },
  };
  assert.equal(complete(manifest).ingress.sessionCookie.domain, '');
});
