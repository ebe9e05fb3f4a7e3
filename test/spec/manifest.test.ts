import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { problemLine } from '../../src/spec/problem.ts';
import { checkFiles } from '../../src/spec/read.ts';
import type { SourceFile } from '../../src/spec/source.ts';
import { check, least, loaded } from './given.ts';

const lines = (text: string): readonly string[] => check(text).problems.map(problemLine);

const head = `apiVersion: mcpgw.io/v1alpha1
kind: Gateway
metadata: {name: mcp-gateway}
`;

test('every problem of a manifest is told at once, each where it stands', () => {
  const text = `${head}spec:
  accountId: 012345678901
  region: us-est-1
  release: 1.0
  ingress:
    mode: 'cloudfrount'
    allowedCidrs:
      - 203.0.113.7/32
      - YOUR.LAPTOP.IP.ADDR/32
    zones: 2
  services:
    registry:
      memory: 1024
    auth: {memroy: 4096, cpu: 1000}
  databases:
    registri:
    keycloak:
      proxy: yes
      minCapacity: "1"
  network:
    zones:
  tags:
    cost: 5
`;
  assert.deepEqual(lines(text), [
    'gateway.yaml:5:14: spec.accountId: is a number without quotes; write "012345678901"',
    'gateway.yaml:6:11: spec.region: must be one that is known; got "us-est-1"; did you mean "us-east-1"?',
    'gateway.yaml:7:12: spec.release: is a number without quotes; write "1.0"',
    'gateway.yaml:9:11: spec.ingress.mode: must be one of "cloudfront", "custom-domain", "cloudfront-custom-domain", "development"; got "cloudfrount"; did you mean "cloudfront"?',
    'gateway.yaml:12:9: spec.ingress.allowedCidrs[1]: "YOUR.LAPTOP.IP.ADDR" was never replaced; write your own value',
    'gateway.yaml:13:5: spec.ingress.zones: unknown field; it belongs to spec.network',
    'gateway.yaml:15:5: spec.services.registry: cpu 1024 goes with 2048 to 8192 MiB of memory on Fargate; got 1024; write memory: 2048',
    'gateway.yaml:17:12: spec.services.auth.memroy: unknown field; did you mean "memory"?',
    'gateway.yaml:17:31: spec.services.auth.cpu: must be one of 256, 512, 1024, 2048, 4096, 8192, 16384; got 1000; did you mean 1024?',
    'gateway.yaml:19:5: spec.databases.registri: unknown field; did you mean "registry"?',
    'gateway.yaml:21:14: spec.databases.keycloak.proxy: must be true or false; got "yes"; write true',
    'gateway.yaml:22:20: spec.databases.keycloak.minCapacity: is text; write 1 without quotes',
    'gateway.yaml:24:5: spec.network.zones: is empty; give it a value or leave the line out',
    'gateway.yaml:26:11: spec.tags.cost: is a number without quotes; write "5"',
  ]);
});

test('what is none of the words that are allowed is told with those', () => {
  const given = (from: RegExp, to: string): readonly string[] => lines(least.replace(from, to));
  assert.match(given(/mode: .*/, 'mode: 7').join(), /spec\.ingress\.mode: must be one of "cloudfront", .*; got 7$/);
  assert.match(given(/region: .*/, 'region: us-nowhere-9').join(), /got "us-nowhere-9"; for example "us-east-1"$/);
  assert.match(given(/mode: .*/, 'mode:').join(), /spec\.ingress\.mode: is empty; give it a value/);
});

test('a field that is like no other is told with those that are there', () => {
  assert.match(
    lines(`${least}  network: {subnets: []}\n`).join(),
    /spec\.network\.subnets: unknown field; there are cidr, /,
  );
});

test('what is missing is told where it belongs, with an example', () => {
  assert.deepEqual(lines(`${head}spec:\n  ingress: {allowedCidrs: [10.0.0.0/8]}\n`), [
    'gateway.yaml:4:1: spec.accountId: is missing; for example "123456789012"',
    'gateway.yaml:4:1: spec.region: is missing; for example "us-east-1"',
    'gateway.yaml:5:3: spec.ingress.mode: is missing; for example "cloudfront"',
  ]);
});

test('a key that stands twice is told with its first line, and nothing is made of the manifest', () => {
  const text = `${least}  region: eu-west-1\n`;
  assert.deepEqual(lines(text), ['gateway.yaml:11:3: spec.region: stands here twice; it is on line 7 too']);
  assert.deepEqual(check(text).gateways, []);
});

test('a password in a manifest is refused and never shown', () => {
  const secret = 'hunter2-hunter2';
  const forms = [secret, `{ value: ${secret} }`, `{ env: "${secret}" }`, `[${secret}]`, `{ file: [${secret}] }`];
  for (const form of forms) {
    const problems = lines(`${least}  keycloak:\n    adminPassword: ${form}\n`);
    assert.equal(problems.length, 1, form);
    assert.doesNotMatch(problems.join(), /hunter2/);
  }
  assert.match(lines(`${least}  keycloak: {adminPassword: ${secret}}\n`).join(), /never stands in a manifest/);
});

const syntax: readonly (readonly [title: string, text: string, problem: string])[] = [
  ['an empty file', '', 'gateway.yaml: is empty; write a first manifest with "mcpgw-controller init"'],
  [
    'a file of comments',
    '# soon\n---\n',
    'gateway.yaml: is empty; write a first manifest with "mcpgw-controller init"',
  ],
  ['a tab', 'kind: Gateway\nspec:\n\tregion: x\n', 'gateway.yaml:3:1: a tab cannot indent YAML; use spaces'],
  ['an open bracket', 'a: [1,\n  2\n', 'gateway.yaml:3:1: is not YAML: deficient indentation'],
  ['a key that is a list', '[a, b]: c\n', 'gateway.yaml:1:1: a key must be a word'],
  ['an alias of itself', 'a: &a\n  b: *a\n', 'gateway.yaml:2:3: a.b: "*a" stands inside of what it repeats'],
  ['an unknown alias', 'a: *b\n', 'gateway.yaml:1:5: is not YAML: unidentified alias "b"'],
  [
    'a text',
    'hello\n',
    'gateway.yaml:1:1: is not a manifest; a manifest begins with "apiVersion: mcpgw.io/v1alpha1" and "kind: Gateway"',
  ],
  [
    'a document without kind',
    'a: 1\n',
    'gateway.yaml:1:1: kind: is missing; a manifest begins with "apiVersion: mcpgw.io/v1alpha1" and "kind: Gateway"',
  ],
  ['a misspelt kind', 'kind: gatway\n', 'gateway.yaml:1:7: kind: "gatway" is not a kind; did you mean "Gateway"?'],
  ['a kind of Kubernetes', 'kind: Deployment\n', 'gateway.yaml:1:7: kind: "Deployment" is not a kind; write "Gateway"'],
  [
    'a kind for later',
    'apiVersion: mcpgw.io/v1alpha1\nkind: MachineClient\nmetadata: {name: bot}\n',
    'gateway.yaml:2:7: kind: MachineClient "bot" is not supported yet; leave the document out',
  ],
  [
    'a form for later',
    least.replace('v1alpha1', 'v2'),
    'gateway.yaml:1:13: apiVersion: must be "mcpgw.io/v1alpha1"; got "mcpgw.io/v2"',
  ],
];

for (const [title, text, problem] of syntax) {
  test(`${title} is told for what it is`, () => {
    assert.deepEqual(lines(text), [problem]);
  });
}

test('aliases that repeat each other are refused before they fill the memory', () => {
  const levels = Array.from({ length: 30 }, (_, level) => `l${level + 1}: &l${level + 1} [*l${level}, *l${level}]`);
  assert.deepEqual(lines(`l0: &l0 [x]\n${levels.join('\n')}\n`), [
    'gateway.yaml:1:1: its aliases repeat too much; write it out',
  ]);
});

test('anchors and merge keys are understood, and their problems stand where they are used', () => {
  const text = `${least}  services:
    registry: &large {cpu: 2048, memory: 4096}
    auth: {<<: *large, memory: 8192}
    keycloak:
      <<: *large
      memory: 1024
`;
  assert.deepEqual(lines(text), [
    'gateway.yaml:14:5: spec.services.keycloak: cpu 2048 goes with 4096 to 16384 MiB of memory on Fargate; got 1024; write memory: 4096',
  ]);
  const { services } = loaded(text.replace('memory: 1024', 'memory: 16384')).gateway;
  assert.deepEqual([services.auth.cpu, services.auth.memory, services.keycloak.memory], [2048, 8192, 16384]);
});

test('a byte order mark and line ends of any system change nothing', () => {
  for (const text of [`\uFEFF${least}`, least.replaceAll('\n', '\r\n'), least.replaceAll('\n', '\r')]) loaded(text);
  assert.match(lines(`\uFEFF${least.replaceAll('\n', '\r\n')}  x: 1\r\n`).join(), /^gateway\.yaml:11:3: spec\.x: /);
});

test('several documents of a file are read, each by itself', () => {
  const other = least.replace('mcp-gateway', 'second').replace('us-east-1', 'eu-west-1');
  const { gateways, problems } = check(`${least}---\n${other}---\n# nothing\n`);
  assert.deepEqual(problems, []);
  assert.deepEqual(
    gateways.map(({ gateway }) => gateway.name),
    ['mcp-gateway', 'second'],
  );
});

const file = (name: string, text: string): SourceFile => ({ file: name, text, found: false });

test('two gateways of one name live in two regions, not in one', () => {
  const elsewhere = checkFiles([file('a.yaml', least), file('b.yaml', least.replace('us-east-1', 'eu-west-1'))]);
  assert.deepEqual(elsewhere.problems, []);
  const same = checkFiles([file('a.yaml', least), file('b.yaml', `# again\n${least}`)]);
  assert.deepEqual(same.problems.map(problemLine), [
    'b.yaml:5:9: metadata.name: a gateway "mcp-gateway" in us-east-1 stands at a.yaml:4 already; give one of them another name',
  ]);
});

/** Pieces from which texts come that are nearly a manifest. */
const pieces = [
  ...least.split('\n').map((line) => `${line}\n`),
  '\t',
  '- ',
  '? ',
  ': ',
  '&a ',
  '*a',
  '<<: *a\n',
  '{',
  '}',
  '[',
  ']',
  '"',
  "'",
  '|\n',
  '!!str ',
  '---\n',
  '...\n',
  '__proto__: 1\n',
  'null',
  '~',
  '.inf',
  '%YAML 1.2\n',
  '\u0000',
  '😀',
];

test('no text whatever makes reading throw', () => {
  const nearly = fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: 'binary', maxLength: 5 })), {
    maxLength: 25,
  });
  fc.assert(
    fc.property(nearly, (parts) => {
      const { gateways, problems } = check(parts.join(''));
      assert(gateways.length > 0 || problems.length > 0);
      for (const { line, column, message } of problems) assert(line >= 0 && column >= 0 && message !== '');
    }),
    { numRuns: 1000 },
  );
});

test('no value in place of another makes checking throw', () => {
  const places = [
    'apiVersion',
    'kind',
    'metadata',
    'spec',
    'name',
    'accountId',
    'region',
    'ingress',
    'mode',
    'allowedCidrs',
    'images',
    'base',
    'services',
    'registry',
    'memory',
    'tags',
    'env',
    'keycloak',
    'adminPassword',
  ];
  const key = fc.oneof(fc.constantFrom(...places), fc.string({ maxLength: 6 }));
  const { tree } = fc.letrec((tie) => ({
    leaf: fc.oneof(
      fc.string(),
      fc.integer(),
      fc.double(),
      fc.boolean(),
      fc.constant(null),
      fc.constantFrom('Gateway', 'mcpgw.io/v1alpha1', 'cloudfront'),
    ),
    tree: fc.oneof(
      { maxDepth: 5 },
      tie('leaf'),
      fc.array(tie('tree'), { maxLength: 3 }),
      fc.dictionary(key, tie('tree'), { maxKeys: 6 }),
    ),
  }));
  fc.assert(
    fc.property(tree, fc.dictionary(key, tree), (value, spec) => {
      check(JSON.stringify({ apiVersion: 'mcpgw.io/v1alpha1', kind: 'Gateway', metadata: value, spec }));
      check(JSON.stringify({ kind: 'Gateway', spec: value }));
    }),
    { numRuns: 1000 },
  );
});
