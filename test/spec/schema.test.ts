import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import test from 'node:test';
import { validateGatewayManifest as validate } from '../../src/spec/generated/validate.mjs';
import { complete } from '../../src/spec/defaults.ts';
import { serviceNames } from '../../src/spec/gateway.ts';
import { keysOf, parent } from '../../src/spec/place.ts';
import { readManifests } from '../../src/spec/read.ts';
import { gatewayForm as form, type Field } from '../../src/spec/schema.ts';
import { at as valueAt } from '../../src/spec/value.ts';
import { check, gatewayOf, least } from './given.ts';

const isLeaf = ({ at, schema }: Field): boolean => schema.properties === undefined || form.isSecret(at);
const leaves = form.fields.filter(isLeaf);

test('every field has a description, and every value an example', () => {
  assert(form.fields.length > 150);
  for (const { at, schema } of form.fields) assert.match(schema.description ?? '', /\w.*\.$/s, at);
  for (const { at, schema } of leaves) assert(schema.examples !== undefined && schema.examples.length > 0, at);
});

test('every value that may be left out has a default, or its description says what happens then', () => {
  for (const { at, schema, required } of leaves) {
    if (required || form.isSecret(parent(at))) continue;
    assert(schema.default !== undefined || /[Bb]y default/.test(schema.description ?? ''), at);
  }
});

test('the defaults that editors show are those that apply', () => {
  const gateway = gatewayOf(least);
  const elsewhere = ['/spec/images', '/spec/ingress/domain', '/spec/network/existing', '/spec/ingress/allowedCidrs'];
  const shown = leaves.filter(
    ({ at, schema }) => schema.default !== undefined && !elsewhere.some((group) => at.startsWith(group)),
  );
  assert(shown.length > 100);
  for (const { at, schema } of shown) assert.deepEqual(valueAt(gateway, at.replace('/spec', '')), schema.default, at);
  const { images, keycloakOptimized } = gateway;
  assert.equal(images.registry, '123456789012.dkr.ecr.us-east-1.amazonaws.com/mcp-gateway-registry:latest');
  assert.equal(images.collector, form.at('/spec/images/collector')?.default);
  assert.equal(keycloakOptimized, form.at('/spec/images/keycloakOptimized')?.default);
  assert.deepEqual(
    form.at('/spec/ingress/allowedCidrs')?.default,
    check(least.replace(/ +allowedCidrs.*\n/, '')).gateways[0]?.gateway.ingress.allowedCidrs,
  );
});

test('every service has its settings, its image and its defaults', () => {
  assert.deepEqual(Object.keys(form.at('/spec/services')?.properties ?? {}), [...serviceNames]);
  const { services, images } = gatewayOf(least);
  for (const name of serviceNames) assert(services[name].cpu > 0 && images[name].includes(':'), name);
});

/** The least manifest with one field set to a value, and the fields that it cannot do without. */
function having(at: string, value: unknown): unknown {
  const manifest: unknown = JSON.parse(JSON.stringify(example('')));
  let node = manifest;
  keysOf(at).forEach((key, index, keys) => {
    assert(typeof node === 'object' && node !== null);
    const here = `/${keys.slice(0, index + 1).join('/')}`;
    const next: unknown = index === keys.length - 1 ? value : (valueAt(node, `/${key}`) ?? example(here));
    Object.assign(node, { [key]: next });
    node = next;
  });
  return manifest;
}

/** An object with examples for its required fields alone. */
function example(at: string): object {
  const { required = [], properties = {} } = at === '' ? form.schema : (form.at(at) ?? {});
  return Object.fromEntries(required.map((key) => [key, properties[key]?.examples?.[0] ?? example(`${at}/${key}`)]));
}

test('every example and every default fits its own field', () => {
  for (const { at, schema } of leaves) {
    const values = [...(schema.examples ?? []), ...(schema.default === undefined ? [] : [schema.default])];
    for (const value of values) {
      assert(validate(having(at, value)), `${at} ${JSON.stringify(value)}: ${JSON.stringify(validate.errors)}`);
    }
  }
});

test('what a manifest says wins over the default', () => {
  const elsewhere = /^\/(?!spec)|^\/spec\/images|\/domain\/regional$/;
  const written = leaves.filter(({ at }) => !elsewhere.test(at) && !form.isSecret(at));
  assert(written.length > 100);
  for (const { at, schema } of written) {
    const [value] = schema.examples ?? [];
    const manifest = having(at, value);
    assert(validate(manifest), at);
    assert.deepEqual(valueAt(complete(manifest), at.replace('/spec', '')), value, at);
  }
});

test('host names that are not given come from the base domain and the region', () => {
  const manifest = having('/spec/ingress/domain', { base: 'example.com' });
  assert(validate(manifest));
  assert.deepEqual(complete(manifest).ingress.domain, {
    base: 'example.com',
    registry: 'registry.us-east-1.example.com',
    keycloak: 'kc.us-east-1.example.com',
    hostedZoneId: undefined,
  });
  const global = having('/spec/ingress/domain', {
    base: 'example.com',
    regional: false,
    keycloak: 'login.example.com',
  });
  assert(validate(global));
  assert.equal(complete(global).ingress.domain?.registry, 'registry.example.com');
  assert.equal(complete(global).ingress.domain?.keycloak, 'login.example.com');
});

test('provisioned throughput has a default in its own mode alone', () => {
  const provisioned = having('/spec/files/throughputMode', 'provisioned');
  assert(validate(provisioned));
  assert.equal(complete(provisioned).files.provisionedThroughput, 100);
  assert.equal(gatewayOf(least).files.provisionedThroughput, undefined);
});

test('every example manifest of a gateway is right, and is the gateway that it is named after', async () => {
  const files = (await readdir('manifests')).filter((file) => file.endsWith('.yaml') && file !== 'controller.yaml');
  assert(files.includes('cloudfront.yaml'));
  for (const file of files) {
    const { gateways, problems } = await readManifests([`manifests/${file}`]);
    assert.deepEqual(
      problems.filter(({ severity }) => severity === 'error'),
      [],
    );
    assert.deepEqual(
      gateways.map(({ gateway: { ingress } }) => `${ingress.mode}${ingress.entry === 'dual' ? '-dual' : ''}.yaml`),
      [file],
    );
    assert.match(
      await readFile(`manifests/${file}`, 'utf8'),
      /^# yaml-language-server: \$schema=\.\.\/schemas\/gateway\.v1alpha1\.json\n/,
    );
  }
});

test('the reference of the manifest is up to date', () => {
  execFileSync(process.execPath, ['scripts/gen-docs.mjs', '--check'], { stdio: 'pipe' });
});
