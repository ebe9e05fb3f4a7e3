import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { AuthorizeSecurityGroupIngressCommand, DescribeSecurityGroupsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { comment, escaped } from '../../src/cli/markdown.ts';
import { must } from '../../src/engine/errors.ts';
import { openInbox } from '../daemon/inbox.ts';
import { assertGolden } from '../golden.ts';
import { REGION } from '../sandbox-account.ts';
import { openCommandLine, steady, type CommandLine } from './command-line.ts';

const SECRET = 'correct-horse-battery-staple';
const ONLY = ['--only', 'SecurityGroup/keycloak-db'];

describe('a plan for a comment', () => {
  let line: CommandLine;
  const markdown = async (...args: readonly string[]): Promise<string> => {
    const env = { ADMIN_PASSWORD: SECRET };
    const text = await line.expect(0, ['plan', '-f', 'gateway.yaml', '--output', 'markdown', ...args], { env });
    assert.doesNotMatch(text, new RegExp(SECRET));
    assert.ok(text.length < 65_536, `${text.length} letters`);
    // Every fence and every fold that is opened is closed.
    assert.equal([...text.matchAll(/^`{3,}/gm)].length % 2, 0);
    assert.equal(text.split('<details>').length, text.split('</details>').length);
    return text;
  };

  before(async () => {
    line = await openCommandLine('  keycloak:\n    adminPassword: {env: ADMIN_PASSWORD}\n');
  });
  after(() => line.close());

  test('begins with the verdict and folds the rest', async () => {
    const text = await markdown();
    await assertGolden('screens/plan-markdown.txt', marked(text));
    assert.match(
      text,
      /^<!-- mcpgw-controller: plan [0-9a-f]{8} of \d{12}\/us-east-1\/mcp-gateway, \d+ steps -->\n\n### /,
    );
  });

  test('with every field is still one that a forge takes', async () => {
    const most = await markdown('--all');
    assert.match(most, /SecurityGroupRule\/keycloak-db-from-keycloak-ecs-5432/);
  });

  test('is what the job on a pull request takes for one', async () => {
    const inbox = await openInbox();
    inbox.answer = [200, '[]'];
    await line.write('event.json', JSON.stringify({ pull_request: { number: 7 } }));
    const child = spawn(process.execPath, [resolve('integrations/plan-comment.mjs'), 'plan'], {
      cwd: line.folder,
      env: {
        ...line.env,
        ADMIN_PASSWORD: SECRET,
        MCPGW_COMMAND: resolve('bin/mcpgw-controller.js'),
        MCPGW_MANIFESTS: 'gateway.yaml',
        MCPGW_FORGE_TOKEN: 'forge-token-value',
        GITHUB_ACTIONS: 'true',
        GITHUB_API_URL: inbox.url,
        GITHUB_REPOSITORY: 'acme/gateways',
        GITHUB_EVENT_PATH: 'event.json',
      },
    });
    let said = '';
    child.stdout.on('data', (part) => (said += String(part)));
    const code = await new Promise((done) => child.on('close', done));
    inbox.close();
    assert.equal(code, 0);
    assert.match(said, /^gateway\.yaml: plan [0-9a-f]{8}\n$/);
    const { body } = JSON.parse(must(inbox.letters.at(-1), 'the comment').body) as { readonly body: string };
    assert.match(body, /^<!-- mcpgw-controller: comment on gateway\.yaml -->\n<!-- mcpgw-controller: plan /);
  });

  test('shows what is dangerous outside of every fold', async () => {
    const env = { ADMIN_PASSWORD: SECRET };
    await line.expect(0, ['apply', '-f', 'gateway.yaml', '--yes', ...ONLY], { env });
    const ec2 = new EC2Client({ region: REGION, credentials: line.account.credentials });
    const Filters = [{ Name: 'tag:mcpgw:node', Values: ['SecurityGroup/keycloak-db'] }];
    const { SecurityGroups } = await ec2.send(new DescribeSecurityGroupsCommand({ Filters }));
    const GroupId = must(SecurityGroups?.[0]?.GroupId, 'the group');
    const anyone = { IpProtocol: 'tcp', FromPort: 5432, ToPort: 5432, IpRanges: [{ CidrIp: '0.0.0.0/0' }] };
    await ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions: [anyone] }));
    const text = await markdown();
    assert.match(text, /\*\*Plan [0-9a-f]{8}: 1 to delete, \d+ to update, \d+ to create\. No data is touched\.\*\*/);
    const [open = '', ...folded] = text.split('<details>');
    assert.match(open, /^- network +SecurityGroupRule\/\S+ +made outside$/m);
    assert.match(open, /0\.0\.0\.0\/0/);
    assert.match(folded.join(), /<summary>\d+ other changes<\/summary>/);
    assert.doesNotMatch(folded.join(), /made outside/);
  });
});

const marked = (text: string): string =>
  steady(text)
    .trimEnd()
    .replace(/plan [0-9a-f]{8} of \d{12}/, 'plan 7c1e09d2 of 123456789012')
    .replace(/Account \d{12}/, 'Account 123456789012');

describe('a comment', () => {
  const room = { most: 1000, cut: (lines: number) => `${lines} lines are cut` };
  const lines = (count: number): readonly string[] => Array.from({ length: count }, (_, i) => `line ${i}`);

  test('that fits is whole', () => {
    const text = comment('head', [{ lines: ['a'] }, { summary: '2 more', lines: ['b', 'c'] }], 'tail', room);
    assert.equal(
      text,
      'head\n\n```diff\na\n```\n\n<details><summary>2 more</summary>\n\n```diff\nb\nc\n```\n\n</details>\n\ntail',
    );
  });

  test('that is too long loses its last lines, says so, and keeps head and tail', () => {
    for (const many of [50, 90, 100, 110, 500, 5000]) {
      const blocks = [{ lines: lines(30) }, { summary: 'more', lines: lines(many) }, { summary: 'kept', lines: ['z'] }];
      const text = comment('head', blocks, 'tail', room);
      assert.ok(text.length <= 1000, `${text.length}`);
      assert.match(text, /^head\n[^]*\n\ntail$/);
      const shown = [...text.matchAll(/^(line \d+|z)$/gm)].length;
      const cut = Number(/^(\d+) lines are cut$/m.exec(text)?.[1] ?? 0);
      assert.equal(shown + cut, 31 + many);
      assert.equal([...text.matchAll(/^```/gm)].length % 2, 0);
    }
  });

  test('whose lines look like markup stays text', () => {
    const text = comment('head', [{ lines: ['````', '</details>', '@everyone'] }], 'tail', room);
    assert.match(text, /^`{5}diff\n````\n<\/details>\n@everyone\n`{5}$/m);
    assert.equal(escaped('a <b> *c* [d](e)'), String.raw`a \<b\> \*c\* \[d\](e)`);
  });
});
