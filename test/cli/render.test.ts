import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { load, loadAll } from 'js-yaml';
import { openCommandLine, type CommandLine } from './command-line.ts';

describe('render', () => {
  let line: CommandLine;

  before(async () => {
    line = await openCommandLine();
    for (const folder of ['base', 'envs']) await mkdir(join(line.folder, folder));
    await line.write(
      'base/gateway.yaml',
      `apiVersion: mcpgw.io/v1alpha1
kind: GatewayBase
spec:
  accountId: '123456789012'
  region: us-east-1
  ingress: {mode: cloudfront, allowedCidrs: [203.0.113.7/32]}
  services: {registry: {cpu: 1024, memory: 4096}}
`,
    );
    for (const [name, rest] of [
      ['dev', ''],
      ['prod', 'spec: {services: {registry: {memory: 8192}}}\n'],
    ])
      await line.write(
        `envs/${name}.yaml`,
        `apiVersion: mcpgw.io/v1alpha1\nkind: Gateway\nbase: ../base/gateway.yaml\nmetadata: {name: ${name}}\n${rest}`,
      );
  });
  after(() => line.close());

  test('prints the whole manifest, which is one by itself', async () => {
    const text = await line.expect(0, ['render', '-f', 'envs/prod.yaml'], { env: { AWS_ACCESS_KEY_ID: undefined } });
    assert.match(
      text,
      /^# envs\/prod\.yaml, over base\/gateway\.yaml\napiVersion: mcpgw\.io\/v1alpha1\nkind: Gateway\n/,
    );
    const data = load(text) as { readonly spec: { readonly services: unknown } };
    assert.deepEqual(data.spec.services, { registry: { cpu: 1024, memory: 8192 } });
    await line.write('alone.yaml', text);
    assert.match(await line.expect(0, ['validate', '-f', 'alone.yaml']), /us-east-1\/prod is valid/);
    assert.equal(
      await line.expect(0, ['render', '-f', 'alone.yaml']).then(load).then(JSON.stringify),
      JSON.stringify(data),
    );
  });

  test('prints every gateway of a folder, for people and for programs', async () => {
    const documents = loadAll(await line.expect(0, ['render', '-f', 'envs']));
    const listed = JSON.parse(await line.expect(0, ['render', '-f', 'envs', '--output', 'json'])) as unknown;
    assert.equal(documents.length, 2);
    assert.deepEqual(listed, documents);
  });

  test('a mistake is told in the file and on the line that has it', async () => {
    await line.write('bad.yaml', 'apiVersion: mcpgw.io/v1alpha1\nkind: Gateway\nbase: base/gatway.yaml\n');
    const { code, stderr } = await line.run(['render', '-f', 'bad.yaml']);
    assert.equal(code, 1);
    assert.match(
      stderr.replaceAll(/\s+/g, ' '),
      /bad\.yaml:3:7: base: there is no file base\/gatway\.yaml that can be read/,
    );
  });
});
