import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { test } from 'node:test';
import { printGraph } from '../../src/engine/graph.ts';
import { declareHome } from '../../src/reconcilers/home/home.ts';
import { declare, kinds } from '../../src/reconcilers/index.ts';
import { readManifests } from '../../src/spec/read.ts';
import { gatewayOf, withMore } from '../spec/given.ts';

const compare = async (file: string, text: string): Promise<void> => {
  if (process.env['UPDATE_GOLDEN'] !== undefined) {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, `${text}\n`);
  }
  assert.equal(`${text}\n`, await readFile(file, 'utf8'));
};

const examples = [
  'cloudfront',
  'custom-domain',
  'cloudfront-custom-domain',
  'cloudfront-custom-domain-dual',
  'development',
];

test('a manifest can say for each domain what is done about drift', async () => {
  const schema = JSON.parse(await readFile('schemas/gateway.v1alpha1.json', 'utf8')) as {
    properties: { spec: { properties: { policy: { properties: { domains: { properties: object } } } } } };
  };
  const { domains } = schema.properties.spec.properties.policy.properties;
  assert.deepEqual(Object.keys(domains.properties).toSorted(), Object.keys(kinds).toSorted());
});

for (const example of examples) {
  const golden = `test/golden/${example}.graph.txt`;
  const declared = async () => {
    const [loaded] = (await readManifests([`manifests/${example}.yaml`])).gateways;
    assert(loaded !== undefined);
    return declare(loaded.gateway, new Map()).graph;
  };

  test(`manifests/${example}.yaml declares the graph that was reviewed`, async () => {
    await compare(golden, printGraph(await declared()));
  });

  test(`no node of the reviewed graph of ${example} is lost without a former name`, async () => {
    const { nodes } = await declared();
    const known = new Set(
      [...nodes.values()].flatMap((node) => [node.id, ...node.formerly.map((name) => `${node.kind}/${name}`)]),
    );
    const lines = (await readFile(golden, 'utf8')).split('\n').filter((line) => line !== '' && !line.startsWith(' '));
    assert.deepEqual(
      lines.filter((id) => !known.has(id)),
      [],
    );
  });
}

test('manifests/controller.yaml declares the graph that was reviewed', async () => {
  const [loaded] = (await readManifests(['manifests/controller.yaml'])).controllers;
  assert(loaded !== undefined);
  await compare('test/golden/controller.graph.txt', printGraph(declareHome(loaded.controller).graph));
});

test('every kind belongs to one domain and has a name of its own', () => {
  const names = Object.values(kinds).flatMap((list) => list.map((kind) => kind.name));
  assert.equal(new Set(names).size, names.length);
});

test('names of AWS keep to their limits for the longest name of a gateway', () => {
  const name = `a${'b'.repeat(18)}c`;
  const { graph } = declare(
    gatewayOf(withMore({ metadata: { name }, spec: { region: 'ap-southeast-1', observability: { enabled: true } } })),
    new Map(),
  );
  const limits: Readonly<Record<string, readonly [field: string, limit: number]>> = {
    LoadBalancer: ['name', 32],
    TargetGroup: ['name', 32],
    Role: ['roleName', 64],
    DbProxy: ['dbProxyName', 63],
    AuroraCluster: ['dbClusterIdentifier', 63],
    FileSystem: ['creationToken', 64],
    MetricAlarm: ['alarmName', 255],
  };
  for (const node of graph.nodes.values()) {
    const [field, limit] = limits[node.kind] ?? [];
    if (field === undefined || limit === undefined) continue;
    const value = node.props[field];
    assert(typeof value === 'string', `${node.id} has a plain ${field}`);
    assert(value.length <= limit, `${value} is longer than ${limit}`);
  }
});
