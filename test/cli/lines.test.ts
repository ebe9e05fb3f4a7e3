import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { assertGolden } from '../golden.ts';
import { openCommandLine, steady, type CommandLine } from './command-line.ts';

const OFFICE = '      - 203.0.113.7/32\n';
const F = ['-f', 'gateway.yaml'];
const CANARY = 'canary-in-a-coal-mine-1f0c';
const SERVICES = `  services:
    auth:
      cpu: 1024
      environment:
        LOG_LEVEL: debug
        UPSTREAM_PASSWORD: ${CANARY}
`;

interface Place {
  readonly path: string;
  readonly file: string;
  readonly line: number;
}

interface PlanForm {
  readonly steps: readonly {
    readonly node: string;
    readonly kind: string;
    readonly action: string;
    readonly manifest?: Place;
    readonly changes: readonly { readonly path: string; readonly origin: string; readonly manifest?: Place }[];
  }[];
}

describe('a plan after an edit', () => {
  let line: CommandLine;
  let text: string;

  const form = async (): Promise<PlanForm> =>
    JSON.parse(await line.expect(0, ['plan', ...F, '--output', 'json'])) as PlanForm;
  const numberOf = (part: string): number => text.split('\n').findIndex((each) => each.includes(part)) + 1;

  before(async () => {
    line = await openCommandLine(SERVICES);
    const example = await readFile(join(line.folder, 'gateway.yaml'), 'utf8');
    const whole = example.replace('mode: cloudfront\n', `mode: cloudfront\n    allowedCidrs:\n${OFFICE}`);
    await line.write('gateway.yaml', whole);
    await line.expect(0, ['apply', ...F, '--yes']);
    text = whole
      .replace('cpu: 1024', 'cpu: 512')
      .replace(OFFICE, `${OFFICE}      - 198.51.100.0/24\n      - 192.0.2.0/24\n`)
      .replace('        LOG_LEVEL: debug\n', '');
    await line.write('gateway.yaml', text);
  });
  after(() => line.close());

  for (const columns of [80, 60])
    test(`names its lines on ${columns} columns`, async () => {
      const said = await line.expect(0, ['plan', ...F], { env: { COLUMNS: String(columns) } });
      for (const row of said.split('\n')) assert(row.length <= columns || row.trim().split(' ').length < 3, row);
      await assertGolden(
        `screens/plan-lines-${columns}.txt`,
        steady(said)
          .replaceAll(line.account.accountId, '123456789012')
          .replace(/\d+ unchanged/, '231 unchanged')
          .trimEnd(),
      );
    });

  test('names them for programs', async () => {
    const { steps } = await form();
    const cpu = steps.find(({ node }) => node === 'TaskDefinition/auth')?.changes.find(({ path }) => path === '/cpu');
    const at = { path: '/spec/services/auth/cpu', file: 'gateway.yaml', line: numberOf('cpu: 512') };
    assert.deepEqual([cpu?.origin, cpu?.manifest], ['manifest', at]);
    const rules = steps.filter(({ kind }) => kind === 'SecurityGroupRule');
    assert.equal(rules.length, 12);
    for (const { node, action, manifest } of rules) {
      const item = node.includes('from-198.51.') ? '198.51.' : '192.0.2.';
      assert.deepEqual([action, manifest?.line], ['create', numberOf(item)], node);
    }
  });

  test('names them in a comment', async () => {
    const said = await line.expect(0, ['plan', ...F, '--output', 'markdown']);
    assert.match(said, new RegExp(`cpu +1024 → 512 +changed in gateway\\.yaml:${numberOf('cpu: 512')}$`, 'm'));
  });

  test('is the same plan without its lines, when the state was lost', async () => {
    const { steps } = await form();
    await line.forget();
    const { code, stdout, stderr } = await line.run(['plan', ...F, '--output', 'json']);
    assert.equal(code, 0);
    assert.doesNotMatch(stderr, /error|the state in/);
    assert.doesNotMatch(stdout, /"manifest": \{/);
    const later = JSON.parse(stdout) as PlanForm;
    assert.deepEqual(
      later.steps.map(({ node, action }) => [node, action]),
      steps.map(({ node, action }) => [node, action]),
    );
  });

  test('keeps nothing of what somebody wrote into a variable', async () => {
    await line.expect(0, ['apply', ...F, '--yes']);
    const files = [...(await line.remembered())];
    const kept = files.filter(([name]) => name.includes('manifest.json')).map(([, each]) => each);
    assert.match(kept.join('\n'), /"UPSTREAM_PASSWORD": "text_[0-9a-f]{6}"/);
    for (const [name, each] of files) assert(!each.includes(CANARY), name);
  });
});
