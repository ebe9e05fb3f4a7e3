import assert from 'node:assert/strict';
import { test } from 'node:test';
import { problemLine } from '../../src/spec/problem.ts';
import { readManifests } from '../../src/spec/read.ts';
import { controllerForm as form } from '../../src/spec/schema.ts';
import { completeController } from '../../src/spec/controller.ts';
import { validateControllerManifest as validate } from '../../src/spec/generated/validate.mjs';
import { at as valueAt } from '../../src/spec/value.ts';
import { check, least } from './given.ts';

const controller = `apiVersion: mcpgw.io/v1alpha1
kind: Controller
metadata:
  name: mcpgw-controller
spec:
  accountId: "123456789012"
  region: us-east-1
  image: ghcr.io/example/mcpgw-controller:1
  source:
    git: https://github.com/example/gateways.git
`;

const lines = (text: string): readonly string[] => check(text, 'controller.yaml').problems.map(problemLine);

test('every field of a controller has a description, and every value an example', () => {
  assert(form.fields.length > 20);
  for (const { at, schema } of form.fields) {
    assert.match(schema.description ?? '', /\w.*\.$/s, at);
    if (schema.properties === undefined) assert(schema.examples !== undefined, at);
  }
});

test('the defaults of a controller that editors show are those that apply', () => {
  const [loaded] = check(controller).controllers;
  assert(loaded !== undefined);
  for (const { at, schema } of form.fields)
    if (schema.default !== undefined && !at.includes('/existing/'))
      assert.deepEqual(valueAt(loaded.controller, at.replace('/spec', '')), schema.default, at);
});

test('every example of a controller fits its own field', () => {
  for (const { at, schema } of form.fields) {
    const [, ...keys] = at.split('/');
    for (const value of [...(schema.examples ?? []), ...(schema.default === undefined ? [] : [schema.default])]) {
      const manifest = withValue(keys, value);
      assert(validate(manifest), `${at} ${JSON.stringify(value)}: ${JSON.stringify(validate.errors)}`);
      completeController(manifest);
    }
  }
});

/** The least manifest of a controller with one field set, and what stands around it complete. */
function withValue(keys: readonly string[], value: unknown): unknown {
  const manifest: unknown = {
    apiVersion: 'mcpgw.io/v1alpha1',
    kind: 'Controller',
    metadata: { name: 'mcpgw-controller' },
    spec: { accountId: '123456789012', region: 'us-east-1', image: 'ghcr.io/a/b:1', source: { git: 'https://a/b' } },
  };
  let node = manifest as Record<string, unknown>;
  for (const [index, key] of keys.entries()) {
    const required = key === 'existing' ? { vpcId: 'vpc-0123456789abcdef0', subnetIds: ['subnet-01234567'] } : {};
    const inner = { ...(key === 'access' ? { roleArn: 'arn:aws:iam::123456789012:role/a' } : required) };
    node[key] = index === keys.length - 1 ? value : (node[key] ?? inner);
    node = node[key] as Record<string, unknown>;
  }
  return manifest;
}

test('the example manifest of a controller is right', async () => {
  const { controllers, gateways, problems } = await readManifests(['manifests/controller.yaml']);
  assert.deepEqual([controllers.length, gateways.length, problems], [1, 0, []]);
});

test('what is wrong with a controller is said with its line', () => {
  const text = `${controller}    branch: main
    tag: v*
  intervall: 5m
  network:
    cidr: 10.0.0.5/24
  environment:
    MCPGW_STATE: s3://mine
    MCPGW_GIT_TOKEN: of-somebody
`;
  assert.deepEqual(lines(text), ['controller.yaml:13:3: spec.intervall: unknown field; did you mean "interval"?']);
  assert.deepEqual(lines(text.replace('intervall', 'interval')), [
    'controller.yaml:12:10: spec.source.tag: goes not with branch; keep one of them',
    'controller.yaml:15:11: spec.network.cidr: "10.0.0.5/24" does not begin where its range begins; write "10.0.0.0/24"',
    'controller.yaml:17:18: spec.environment.MCPGW_STATE: MCPGW_STATE follows from the bucket that is made for it; leave it out',
    'controller.yaml:18:22: warning: spec.environment.MCPGW_GIT_TOKEN: MCPGW_GIT_TOKEN looks like a secret, and everyone who may see the task definition can read it',
  ]);
});

test('secrets of a controller are in its region, and no variable is named twice', () => {
  const arn = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:git-AbCdEf';
  assert.deepEqual(
    lines(`${controller}  environment: { MCPGW_GIT_USER: me }\n  secrets: { MCPGW_GIT_USER: ${arn} }\n`),
    [
      'controller.yaml:12:30: spec.secrets.MCPGW_GIT_USER: MCPGW_GIT_USER is among spec.environment too; keep one of them',
    ],
  );
  assert.deepEqual(lines(`${controller}  secrets: { MCPGW_GIT_USER: ${arn} }\n`), [
    'controller.yaml:11:30: spec.secrets.MCPGW_GIT_USER: the secret is in eu-west-1, the controller in us-east-1; replicate it to the region of the controller',
  ]);
});

test('a range without room for two subnets is refused', () => {
  assert.match(lines(`${controller}  network: { cidr: 10.0.0.0/27 }\n`)[0] ?? '', /cidr/);
});

test('no gateway has a controller’s name, and no controller a gateway’s', () => {
  assert.match(
    lines(least.replace('mcp-gateway', 'my-controller'))[0] ?? '',
    /"my-controller" ends in "-controller", as names of controllers do; write "my"/,
  );
  assert.match(lines(controller.replace('mcpgw-controller\n', 'mcp-gateway\n'))[0] ?? '', /metadata\.name/);
});

test('two controllers of one name are one too many, and a controller beside gateways is none of them', () => {
  assert.match(
    lines(`${controller}---\n${controller}`)[0] ?? '',
    /a controller "mcpgw-controller" in us-east-1 stands/,
  );
  const { gateways, controllers, problems } = check(`${least}---\n${controller}`);
  assert.deepEqual([gateways.length, controllers.length, problems], [1, 1, []]);
});
