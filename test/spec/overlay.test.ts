import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test, { after, before } from 'node:test';
import { problemLine } from '../../src/spec/problem.ts';
import { readManifests, type LoadedGateway, type Manifests } from '../../src/spec/read.ts';
import { least } from './given.ts';

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'overlays-'));
});
after(() => rm(folder, { recursive: true }));

/** Writes files, and reads those that are named. */
async function read(files: Readonly<Record<string, string>>, ...names: readonly string[]): Promise<Manifests> {
  const place = await mkdtemp(join(folder, 'case-'));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(place, name)), { recursive: true });
    await writeFile(join(place, name), text);
  }
  return readManifests(names.map((name) => join(place, name)));
}

const lines = ({ problems }: Manifests): readonly string[] =>
  problems.map((problem) => problemLine(problem).replaceAll(new RegExp(`${folder}/case-[^/]+/`, 'g'), ''));

function only(manifests: Manifests): LoadedGateway {
  assert.deepEqual(lines(manifests), []);
  const [gateway, ...more] = manifests.gateways;
  assert(gateway && more.length === 0);
  return gateway;
}

const HEAD = 'apiVersion: mcpgw.io/v1alpha1\nkind: Gateway\n';
const base = least.replace('kind: Gateway', 'kind: GatewayBase').concat(`  services:
    registry: {cpu: 1024, memory: 4096, replicas: 2}
  tags: {team: platform, tier: none}
  keycloak:
    adminPassword: {env: ADMIN}
`);
const over = (rest: string, from = '../base.yaml'): string => `${HEAD}base: ${from}\n${rest}`;

test('fields of both are merged, and what lies above wins', async () => {
  const prod = `metadata: {name: prod}
spec:
  region: eu-west-1
  ingress: {allowedCidrs: [198.51.100.0/24]}
  services: {registry: {memory: 8192}}
  tags: {tier: gold, team: null}
  keycloak: {adminPassword: {file: admin}}
`;
  const loaded = only(await read({ 'base.yaml': base, 'prod/gateway.yaml': over(prod) }, 'prod/gateway.yaml'));
  const { gateway } = loaded;
  assert.deepEqual([gateway.name, gateway.region, gateway.accountId], ['prod', 'eu-west-1', '123456789012']);
  assert.deepEqual(gateway.ingress.allowedCidrs, ['198.51.100.0/24']);
  assert.deepEqual([gateway.services.registry.cpu, gateway.services.registry.memory], [1024, 8192]);
  assert.deepEqual(gateway.tags, { tier: 'gold' });
  assert.deepEqual(
    loaded.bases.map(({ text }) => text),
    [base],
  );
  assert.match(loaded.directory, /\/prod$/);
  assert.deepEqual(loaded.data, {
    apiVersion: 'mcpgw.io/v1alpha1',
    kind: 'Gateway',
    metadata: { name: 'prod' },
    spec: {
      accountId: '123456789012',
      region: 'eu-west-1',
      ingress: { mode: 'cloudfront', allowedCidrs: ['198.51.100.0/24'] },
      services: { registry: { cpu: 1024, memory: 8192, replicas: 2 } },
      tags: { tier: 'gold' },
      keycloak: { adminPassword: { file: 'admin' } },
    },
  });
});

test('a problem stands in the file and on the line that said it', async () => {
  const wrong = base.replace('cpu: 1024', 'cpu: 1000').replace('mode: cloudfront', 'mode: cloudfrount');
  const prod = 'metadata: {name: prod}\nspec:\n  tags: {cost: 5}\n  regoin: x\n';
  const found = await read({ 'base.yaml': wrong, 'prod/gateway.yaml': over(prod) }, 'prod/gateway.yaml');
  assert.deepEqual(lines(found), [
    'prod/gateway.yaml:3:7: base: what it says below is wrong: base.yaml; mend it there, or say it otherwise here',
    'prod/gateway.yaml:6:16: spec.tags.cost: is a number without quotes; write "5"',
    'prod/gateway.yaml:7:3: spec.regoin: unknown field; did you mean "region"?',
    'base.yaml:9:11: spec.ingress.mode: must be one of "cloudfront", "custom-domain", "cloudfront-custom-domain", "development"; got "cloudfrount"; did you mean "cloudfront"?',
    'base.yaml:12:21: spec.services.registry.cpu: must be one of 256, 512, 1024, 2048, 4096, 8192, 16384; got 1000; did you mean 1024?',
  ]);
  assert.deepEqual(found.gateways, []);
});

test('what is said otherwise above is no problem any more', async () => {
  const wrong = base.replace('mode: cloudfront', 'mode: cloudfrount');
  const prod = 'metadata: {name: prod}\nspec: {ingress: {mode: cloudfront}}\n';
  only(await read({ 'base.yaml': wrong, 'prod.yaml': over(prod, './base.yaml') }, 'prod.yaml'));
});

test('a base in the same folder is no gateway, and its mistakes are told once for all that lie over it', async () => {
  const files = {
    'base.yaml': base,
    'dev.yaml': over('metadata: {name: dev}\n', 'base.yaml'),
    'prod.yaml': over('metadata: {name: prod}\n', 'base.yaml'),
  };
  const good = await read(files, '.');
  assert.deepEqual(lines(good), []);
  assert.deepEqual(
    good.gateways.map(({ gateway }) => gateway.name),
    ['dev', 'prod'],
  );
  const bad = await read({ ...files, 'base.yaml': base.replace('cpu: 1024', 'cpu: 1000') }, '.');
  assert.equal(lines(bad).filter((line) => line.startsWith('base.yaml:')).length, 1);
  assert.equal(lines(bad).filter((line) => line.includes(': base: what it says below is wrong')).length, 2);
});

test('a base may lie over another, and a whole gateway may be a base', async () => {
  const files = {
    'base.yaml': base,
    'eu.yaml': `apiVersion: mcpgw.io/v1alpha1\nkind: GatewayBase\nbase: base.yaml\nspec:\n  region: eu-west-1\n`,
    'dev.yaml': over('metadata: {name: dev}\n', 'eu.yaml'),
    'prod.yaml': over('metadata: {name: prod}\nspec: {region: eu-central-1}\n', 'dev.yaml'),
  };
  const found = await read(files, '.');
  assert.deepEqual(lines(found), []);
  const [dev, prod] = found.gateways;
  assert.deepEqual([dev?.gateway.region, prod?.gateway.region], ['eu-west-1', 'eu-central-1']);
  assert.equal(prod?.bases.length, 3);
  const broken = await read({ ...files, 'eu.yaml': `${files['eu.yaml']}  cost: 1\n` }, 'prod.yaml');
  assert.match(lines(broken).join('\n'), /^eu\.yaml:6:3: spec\.cost: unknown field/m);
});

test('two gateways of one name are told with the place that names them', async () => {
  const files = { 'base.yaml': base, 'a.yaml': over('', 'base.yaml'), 'b.yaml': over('', 'base.yaml') };
  assert.match(
    lines(await read(files, '.')).join(),
    /a gateway "mcp-gateway" in us-east-1 stands at base\.yaml:4 already/,
  );
});

const refused: readonly (readonly [title: string, files: Readonly<Record<string, string>>, line: string])[] = [
  [
    'a base that is not there',
    { 'a.yaml': over('', 'x.yaml') },
    'a.yaml:3:7: base: there is no file x.yaml that can be read',
  ],
  [
    'a folder as base',
    { 'a.yaml': over('', './sub'), 'sub/x.yaml': base },
    'a.yaml:3:7: base: there is no file sub that can be read',
  ],
  [
    'a base that is no text',
    { 'a.yaml': over('', '[x]') },
    'a.yaml:3:1: base: is not the name of a file; name one as seen from here, for example ../base/gateway.yaml',
  ],
  [
    'an absolute base',
    { 'a.yaml': over('', '/etc/gateway.yaml') },
    'a.yaml:3:7: base: is not the name of a file; name one as seen from here, for example ../base/gateway.yaml',
  ],
  [
    'a circle',
    { 'a.yaml': over('', 'b.yaml'), 'b.yaml': over('', 'a.yaml') },
    'b.yaml:3:7: base: stands above itself: a.yaml has this file as its base',
  ],
  [
    'itself',
    { 'a.yaml': over('', 'a.yaml') },
    'a.yaml:3:7: base: stands above itself: a.yaml has this file as its base',
  ],
  [
    'a base that is none',
    { 'a.yaml': over('', 'b.yaml'), 'b.yaml': 'kind: Deployment\n' },
    'a.yaml:3:7: base: b.yaml has no document of kind Gateway or GatewayBase',
  ],
  [
    'a base of two documents',
    { 'a.yaml': over('', 'b.yaml'), 'b.yaml': `${base}---\n${base}` },
    'a.yaml:3:7: base: b.yaml has several documents, and nothing says which is meant; leave one in it',
  ],
  [
    'a base that is not YAML',
    { 'a.yaml': over('', 'b.yaml'), 'b.yaml': 'a: [1,\n  2\n' },
    'b.yaml:3:1: is not YAML: deficient indentation',
  ],
  [
    'a base by itself',
    { 'a.yaml': base },
    'a.yaml:2:7: kind: is a base and no gateway by itself; name a manifest that has it as its base',
  ],
];

for (const [title, files, line] of refused)
  test(`${title} is refused with what to do`, async () => {
    const found = await read(files, 'a.yaml');
    assert.ok(lines(found).includes(line), lines(found).join('\n'));
    assert.deepEqual(found.gateways, []);
  });

test("a field called base in other people's YAML is theirs", async () => {
  const found = await read({ 'values.yaml': 'base: {image: node}\n', 'gateway.yaml': least }, '.');
  assert.deepEqual(lines(found), ['values.yaml:1:1: warning: is passed over: its apiVersion is not of mcpgw.io']);
});

test('a name that a program would trip over is a field like any other', async () => {
  const found = await read(
    { 'base.yaml': base, 'a.yaml': over('spec: {__proto__: {region: x}}\n', 'base.yaml') },
    'a.yaml',
  );
  assert.deepEqual(lines(found), ['a.yaml:4:8: spec.__proto__: unknown field']);
});
