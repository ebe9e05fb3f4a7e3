import assert from 'node:assert/strict';
import { test } from 'node:test';
import { must } from '../../src/engine/errors.ts';
import { NODE_TAG, OWNER_TAG } from '../../src/engine/graph.ts';
import { isRef } from '../../src/engine/ref.ts';
import { declare, type Declared } from '../../src/reconcilers/index.ts';
import { readManifests } from '../../src/spec/read.ts';
import { assertGolden } from '../golden.ts';
import { gatewayOf, withSpec } from '../spec/given.ts';

/** A value as people read it: what another node gives stands in angle brackets. */
function print(value: unknown): string {
  if (isRef(value)) return `<${value.$ref} ${value.output}>`;
  const parts = (Object(value) as Readonly<Record<string, unknown>>)['$format'];
  if (Array.isArray(parts)) return parts.map((part) => (part === '' ? '' : print(part))).join('');
  if (Array.isArray(value)) return `[${value.map(print).join(', ')}]`;
  return typeof value === 'string' && value !== '' ? value : JSON.stringify(value);
}

const isPlain = (value: unknown): boolean =>
  typeof value !== 'object' || value === null || isRef(value) || '$format' in value;

/** One line for each single value or list of single values, with the path to it. */
function linesOf(value: unknown, path: string): readonly string[] {
  if (value === undefined) return [];
  if (isPlain(value) || (Array.isArray(value) && value.every(isPlain))) return [`${path}: ${print(value)}`];
  const members = Object.entries(value as object);
  return members.length === 0
    ? [`${path}: {}`]
    : members.flatMap(([name, member]) => linesOf(member, path === '' ? name : `${path}.${name}`));
}

type Settings = ReadonlyMap<string, readonly string[]>;

/**
 * Every setting by node, and the outputs. The tags of a whole gateway are on every node and stand in none; the rules of
 * security groups stand one by one in a test of their own.
 */
function settingsOf({ graph, outputs }: Declared, common: Readonly<Record<string, string>>): Settings {
  const nodes = [...graph.nodes.values()].filter((node) => node.kind !== 'SecurityGroupRule');
  const settings = nodes.map((node): [string, readonly string[]] => {
    const { Name, [OWNER_TAG]: _owner, [NODE_TAG]: _node, ...tags } = node.tags;
    for (const [tag, value] of Object.entries(common)) assert.equal(tags[tag], value, `${tag} of ${node.id}`);
    const own = Object.fromEntries(Object.entries(tags).filter(([tag]) => !(tag in common)));
    return [
      node.id,
      [`Name: ${print(Name)}`, ...linesOf({ ...(Object.keys(own).length > 0 && { tags: own }), ...node.props }, '')],
    ];
  });
  const values = Object.entries(outputs).flatMap(([name, { value }]) => linesOf(value, name));
  return new Map([...settings.sort(([a], [b]) => (a < b ? -1 : 1)), ['outputs', values]]);
}

const tags = { stack: 'mcp-gateway-v2', component: 'mcp-gateway-registry' };

const section = (title: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  ${line.trimEnd().replaceAll('\n', '\n    ')}`)];

const text = (settings: Settings): string =>
  [...settings]
    .flatMap(([id, lines]) => section(id, lines))
    .join('\n')
    .trimStart();

/** What stands in one and not in the other. */
function difference(before: Settings, after: Settings): string {
  const ids = [...new Set([...before.keys(), ...after.keys()])].sort();
  const sections = ids.flatMap((id) => {
    const [old, own] = [before.get(id) ?? [], after.get(id) ?? []];
    if (!after.has(id)) return ['', `${id} is not there`];
    return section(id, [
      ...old.filter((line) => !own.includes(line)).map((line) => `- ${line}`),
      ...own.filter((line) => !old.includes(line)).map((line) => `+ ${line}`),
    ]);
  });
  return sections.join('\n').trimStart();
}

async function settingsOfExample(example: string): Promise<Settings> {
  const { gateways } = await readManifests([`manifests/${example}.yaml`]);
  return settingsOf(declare(must(gateways[0], example).gateway, new Map()), tags);
}

test('every setting of a gateway behind CloudFront is the one that was reviewed', async () => {
  // What containers are told stands in a file of its own.
  const environment = /^containers\.[^.]+\.(environment|secrets)\./;
  const settings = [...(await settingsOfExample('cloudfront'))].map(
    ([id, lines]) => [id, lines.filter((line) => !environment.test(line))] as const,
  );
  await assertGolden('cloudfront.settings.txt', text(new Map(settings)));
});

for (const example of ['custom-domain', 'cloudfront-custom-domain', 'cloudfront-custom-domain-dual', 'development'])
  test(`what manifests/${example}.yaml has otherwise is what was reviewed`, async () => {
    const changed = difference(await settingsOfExample('cloudfront'), await settingsOfExample(example));
    await assertGolden(`${example}.settings.txt`, changed);
  });

const options = {
  ingress: { additionalServerNames: ['registry.internal', 'mcp.internal'], keycloakScheme: 'internal' },
  network: { zones: 3, natGateways: 'single', endpoints: false },
  services: {
    registry: {
      cpu: 2048,
      memory: 4096,
      replicas: 2,
      autoscaling: { min: 2, max: 6, targetCpu: 60, targetMemory: 65 },
    },
    auth: { autoscaling: { enabled: false }, replicas: 3, environment: { LOG_LEVEL: 'DEBUG' } },
    currenttime: { capacity: 'fargate-spot' },
    keycloak: { capacity: 'fargate-spot' },
  },
  keycloak: { adminUsername: 'root', logLevel: 'DEBUG' },
  databases: {
    keycloak: {
      instances: 1,
      minCapacity: 1,
      maxCapacity: 4,
      proxy: false,
      backupRetentionDays: 14,
      deletionProtection: false,
    },
    registry: { instances: 2, instanceClass: 'db.r6g.large', tls: false },
  },
  files: { throughputMode: 'provisioned' },
  embeddings: { provider: 'litellm', model: 'bedrock/amazon.titan-embed-text-v1', dimensions: 1536 },
  security: {
    entra: { enabled: true, tenantId: 'tenant', clientId: 'client', clientSecret: { env: 'ENTRA_SECRET' } },
  },
  observability: { enabled: true, alarms: { email: 'ops@example.com' }, logRetentionDays: 30 },
  tags: { team: 'platform' },
};

test('what the optional parts of a manifest change is what was reviewed', async () => {
  const settings = (spec: object, more: object): Settings =>
    settingsOf(declare(gatewayOf(withSpec({ ...spec })), new Map()), { ...tags, ...more });
  await assertGolden('options.settings.txt', difference(settings({}, {}), settings(options, options.tags)));
});
