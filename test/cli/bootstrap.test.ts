import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { DescribeTaskDefinitionCommand, ECSClient } from '@aws-sdk/client-ecs';
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { GetQueueAttributesCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { must } from '../../src/engine/errors.ts';
import { Author, startGitServer } from '../daemon/git-server.ts';
import { DaemonProcess } from '../e2e/daemon-process.ts';
import { REGION } from '../sandbox-account.ts';
import { manifestFor, openCommandLine, type CommandLine } from './command-line.ts';

const F = ['-f', 'controller.yaml'];

describe('bootstrap', () => {
  let line: CommandLine;
  let given: readonly string[];
  before(async () => {
    line = await openCommandLine();
    const { accountId } = line.account;
    const rest =
      '--image ghcr.io/example/mcpgw-controller:1 --git https://github.com/example/gateways.git --path gateways';
    given = ['--account', accountId, ...rest.split(' ')];
  });
  after(() => line.close());

  test('without a manifest says what it needs to write one', async () => {
    const { code, stderr } = await line.run(['bootstrap', '--account', '123456789012']);
    assert.equal(code, 1);
    assert.equal(
      stderr.replaceAll(/\s+/g, ' ').trim(),
      'error: controller.yaml is not there, and cannot be written without --image, --git',
    );
  });

  test('writes nothing when an option does not fit, and names the option', async () => {
    const { code, stderr } = await line.run(['bootstrap', ...given, '--name', 'mcp-gateway', '--git', 'git@host:it']);
    assert.equal(code, 1);
    assert.match(stderr, /^error: nothing was written:/);
    assert.match(stderr, /--name: "mcp-gateway" does not fit/);
    assert.match(stderr, /--git: "git@host:it" does not fit: Its address, over HTTPS/);
    await assert.rejects(readFile(join(line.folder, 'controller.yaml')));
  });

  test('writes the manifest, makes the home, and goes by the manifest from then on', async () => {
    const { code, stdout, stderr } = await line.run(['bootstrap', ...given, '--yes']);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /^Wrote controller\.yaml\.\nController us-east-1\/mcpgw-controller /);
    assert.match(stdout, /^Ready in /);
    assert.match(await line.expect(0, ['bootstrap']), /Nothing to change: 27 of 27 ready/);
    const again = await line.run(['bootstrap', ...given]);
    assert.equal(again.code, 1);
    assert.match(again.stderr.replaceAll(/\s+/g, ' '), /is there already: say it there, and leave --account, --image/);
  });

  test('leaves what every command knows how to look at', async () => {
    assert.match(await line.expect(0, ['status', ...F]), /^us-east-1\/mcpgw-controller {3}Ready\n/);
    assert.equal(
      (await line.expect(0, ['outputs', ...F, '--name', 'state'])).trim(),
      `s3://mcpgw-controller-${line.account.accountId}-us-east-1`,
    );
    assert.match(await line.expect(0, ['history', ...F]), /apply/);
    assert.match(await line.expect(0, ['validate', ...F]), /us-east-1\/mcpgw-controller is valid \(follows/);
    const { code, stderr } = await line.run(['doctor', ...F]);
    assert.equal(code, 1);
    assert.match(stderr.replaceAll(/\s+/g, ' '), /describes a controller, and this command takes a gateway/);
  });

  test('starts a daemon that follows the repository, with its state in the bucket and its ear at the queue', async () => {
    const client = { region: REGION, credentials: line.account.credentials };
    const { taskDefinition } = await new ECSClient(client).send(
      new DescribeTaskDefinitionCommand({ taskDefinition: 'mcpgw-controller' }),
    );
    const container = must(taskDefinition?.containerDefinitions?.[0], 'container');
    const [first, ...args] = container.command ?? [];
    assert.equal(first, 'daemon');
    const server = await startGitServer();
    const author = await new Author(server).start();
    await author.commit({ 'gateways/gateway.yaml': await manifestFor(line.account) });
    await author.push();
    // The repository and the port are the test's own.
    args.splice(args.indexOf('--listen'), 2);
    args[args.indexOf('--git') + 1] = server.url;
    const environment = Object.fromEntries((container.environment ?? []).map(({ name = '', value }) => [name, value]));
    const daemon = new DaemonProcess(line, args, environment);
    const s3 = new S3Client(client);
    const Bucket = `mcpgw-controller-${line.account.accountId}-${REGION}`;
    const QueueUrl = args[args.indexOf('--queue') + 1];
    const sqs = new SQSClient(client);
    try {
      await daemon.until('a lease in the bucket', async () => {
        const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
        return Contents.find(({ Key = '' }) => Key.includes('/mcp-gateway/lease'));
      });
      await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: '{}' }));
      await daemon.until('an empty queue', async () => {
        const { Attributes = {} } = await sqs.send(
          new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }),
        );
        const left = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
        return left.every((name) => Attributes[name] === '0') ? true : undefined;
      });
      const [, ...health] = container.healthCheck?.command ?? [];
      const { host } = new URL(await daemon.url());
      const asked = health.map((word) => word.replace('127.0.0.1:9464', host));
      await promisify(execFile)(must(asked[0], 'command'), asked.slice(1));
    } finally {
      await daemon.stop();
      await server.close();
    }
  });

  test('is undone by destroy, which keeps what the controller remembers', async () => {
    assert.match(await line.expect(0, ['destroy', ...F, '--yes']), /Kept: 1 thing/);
    const gone = ['destroy', ...F, '--yes', '--data', '--confirm', 'mcpgw-controller'];
    assert.match(await line.expect(0, gone), /Nothing of us-east-1\/mcpgw-controller is left/);
    await rm(join(line.folder, 'controller.yaml'));
  });
});
