import assert from 'node:assert/strict';
import { createHmac, randomUUID } from 'node:crypto';
import test from 'node:test';
import { DescribeVpcsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { must } from '../../src/engine/errors.ts';
import { timing } from '../../src/engine/timing.ts';
import { manifestFor, openCommandLine } from '../cli/command-line.ts';
import { openInbox } from '../daemon/inbox.ts';
import { Author, startGitServer } from '../daemon/git-server.ts';
import { startProxy } from '../faults/proxy.ts';
import { REGION } from '../sandbox-account.ts';
import { condition, DaemonProcess } from './daemon-process.ts';

// Real durations: what counts here is how soon something begins.
const line = await openCommandLine();
const server = await startGitServer();
const author = await new Author(server).start();
const forge = await openInbox();
const people = await openInbox();
const SECRET = 'webhook-secret-value';
const follow = (scale: string): DaemonProcess =>
  new DaemonProcess(line, ['--git', server.url, '--path', 'envs'], { ...environment, MCPGW_TIME_SCALE: scale });
const calls: number[] = [];
const aws = await startProxy(must(process.env['AWS_ENDPOINT_URL'], 'AWS_ENDPOINT_URL'), {
  fault: () => void calls.push(Date.now()),
});
const environment = {
  AWS_ENDPOINT_URL: aws.url,
  MCPGW_WEBHOOK_SECRET: SECRET,
  MCPGW_FORGE: 'github',
  MCPGW_FORGE_API: forge.url,
  MCPGW_FORGE_TOKEN: 'forge-token-value',
  MCPGW_NOTIFY_URL: people.url,
};
let daemon = follow('1');
test.after(async () => {
  daemon.child.kill('SIGKILL');
  forge.close();
  people.close();
  await Promise.all([line.close(), server.close(), aws.stop()]);
});

const ec2 = new EC2Client({ region: REGION, credentials: line.account.credentials });
const tag = async (name: string): Promise<string | undefined> => {
  const Filters = [{ Name: 'tag:mcpgw:node', Values: ['Vpc/main'] }];
  const { Vpcs = [] } = await ec2.send(new DescribeVpcsCommand({ Filters }));
  return Vpcs[0]?.Tags?.find(({ Key }) => Key === name)?.Value;
};

const commit = async (more: string): Promise<string> => {
  const made = await author.commit({ 'envs/gateway.yaml': await manifestFor(line.account, more) });
  await author.push();
  return made;
};

async function push(secret = SECRET): Promise<number> {
  const body = JSON.stringify({
    ref: 'refs/heads/main',
    after: await author.git('rev-parse', 'HEAD'),
    repository: { clone_url: server.url, default_branch: 'main', pushed_at: Math.floor(Date.now() / 1000) },
  });
  const signature = createHmac('sha256', secret).update(body).digest('hex');
  const headers = {
    'content-type': 'application/json',
    'x-github-event': 'push',
    'x-github-delivery': randomUUID(),
    'x-hub-signature-256': `sha256=${signature}`,
  };
  return (await fetch(`${await daemon.url()}/webhook`, { method: 'POST', headers, body })).status;
}

const told = (made: string): readonly string[] =>
  forge.letters
    .filter(({ path }) => path.endsWith(`/statuses/${made}`))
    .map(({ body }) => JSON.parse(body) as { state: string; context: string; description: string })
    .map(({ state, context, description }) => `${context} ${state} ${description}`);

/** What people were told of the source, in order. */
const toldOfSource = (): readonly string[] =>
  people.letters
    .map(({ body }) => JSON.parse(body) as { source?: string; condition: { status: string; message: string } })
    .flatMap(({ source, condition: { status, message } }) => (source === undefined ? [] : [`${status} ${message}`]));

test('an empty repository is an error that is told, and the first commit begins within 15 s of a webhook', async () => {
  await daemon.line(/has no branch yet/);
  assert.deepEqual(calls, []);
  const began = Date.now();
  const made = await commit('  tags: {step: one}\n');
  assert.equal(await push(), 202);
  await daemon.until('the network', async () => ((await tag('step')) === 'one' ? true : undefined));
  const first = (calls[0] ?? Infinity) - began;
  assert.ok(first < 15_000, `${first} ms`);
  const [shown] = await daemon.gateways();
  assert.match(condition(shown ?? assert.fail(), 'Ready'), /^False|^Unknown/);
  await daemon.until('the status', () => (told(made).some((text) => text.includes(' pending ')) ? true : undefined));
});

test('a commit replaces the one that is underway', async () => {
  await commit('  tags: {step: two}\n');
  assert.equal(await push(), 202);
  await daemon.until('the tag', async () => ((await tag('step')) === 'two' ? true : undefined));
});

test('a push that nobody signed is refused', async () => {
  assert.equal(await push('another-secret'), 401);
});

test('a commit with a mistake is told to the forge with its line, and what stands stays', async () => {
  const made = await commit('  tags: {step: 3}\n');
  assert.equal(await push(), 202);
  const [status] = await daemon.until('the status', () => {
    const all = told(made);
    return all.length > 0 ? all : undefined;
  });
  assert.match(
    status ?? '',
    /^mcpgw\/manifests failure envs\/gateway\.yaml:\d+:\d+: spec\.tags\.step: is a number without/,
  );
  assert.equal(await tag('step'), 'two');
  // An empty branch, a lost folder and a server that is gone are no wish to delete either.
  await author.git('rm', '-r', '--quiet', 'envs');
  await author.commit({ 'readme.txt': 'moved' });
  await author.push();
  assert.equal(await push(), 202);
  await daemon.line(/has no file or folder "envs"/);
  assert.equal(await tag('step'), 'two');
});

test('without a webhook a repository is asked every minute', async () => {
  assert.ok(timing().watchRepository <= 60_000);
  await daemon.stop();
  daemon = follow('0.05');
  await daemon.line(/has no file or folder "envs"/);
  await commit('  tags: {step: four}\n');
  await daemon.until('the tag', async () => ((await tag('step')) === 'four' ? true : undefined));
  await daemon.until('the news', () => (toldOfSource().length === 4 ? true : undefined));
  const [empty, , lost] = toldOfSource();
  assert.match(empty ?? '', /^True cannot be read: .* has no branch yet/);
  assert.match(lost ?? '', /^True cannot be read: .* has no file or folder "envs"/);
  assert.deepEqual(toldOfSource(), [empty, 'False can be read again', lost, 'False can be read again']);
});
