import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { must } from '../../src/engine/errors.ts';
import { systemClock, timing } from '../../src/engine/timing.ts';
import { REGION } from '../sandbox-account.ts';
import { openCommandLine, type CommandLine, type Ran } from './command-line.ts';

const F = ['-f', 'gateway.yaml'];
const NETWORK = ['apply', ...F, '--only', 'network', '--yes'];
const LOGS = ['apply', ...F, '--only', 'LogGroup', '--yes'];

interface Underway {
  readonly child: ChildProcess;
  readonly ended: Promise<Ran>;
}

/** What the sandbox was asked to change. */
interface AskedCall {
  readonly operation: string;
  readonly readOnly: boolean;
  readonly time: number;
}

async function changesIn({ account }: CommandLine): Promise<readonly AskedCall[]> {
  const response = await fetch(`${process.env['AWS_ENDPOINT_URL']}/sandbox/calls?account=${account.accountId}`);
  const calls = (await response.json()) as readonly AskedCall[];
  return calls.filter(({ operation, readOnly }) => !readOnly && !operation.startsWith('Assume'));
}

/** Begins a command, and answers when it has said this. */
async function begin(line: CommandLine, args: readonly string[], said: RegExp): Promise<Underway> {
  let child: ChildProcess | undefined;
  let ended: Promise<Ran> | undefined;
  await new Promise<void>((seen, missed) => {
    ended = line.run(args, {
      onStart: (started) => (child = started),
      onOutput: (text) => (said.test(text) ? seen() : undefined),
    });
    void ended.then(({ stdout, stderr }) => missed(new Error(`it never said ${said}: ${stdout}${stderr}`)));
  });
  return { child: must(child, 'the process'), ended: must(ended, 'its end') };
}

describe('one writer for a gateway', () => {
  let line: CommandLine;
  before(async () => {
    line = await openCommandLine();
    // The first call of a sandbox takes its time.
    await line.run(['plan', ...F, '--only', 'LogGroup']);
  });
  after(() => line.close());

  test('a second one is told who the first is, and readers go on and write nothing', async () => {
    const first = await begin(line, NETWORK, /Vpc\/main created/);
    // Long enough for the others to look, and too short to cost it its lease.
    first.child.kill('SIGSTOP');
    const { code, stderr } = await line.run(LOGS);
    const said = stderr.replaceAll(/\s+/g, ' ');
    assert.equal(code, 1, stderr);
    assert.match(
      said,
      new RegExp(
        `error: somebody else is changing us-east-1/mcp-gateway: apply of revision \\S+ on \\S+, process ${first.child.pid}, since \\d+ s ago; it said \\d+ s ago that it goes on\\. Nothing was changed\\. Let it end, or wait for it with --lock-timeout <seconds>\\.`,
      ),
    );
    const readers = ['plan', 'status', 'drift', 'outputs', 'history', 'events'];
    await line.expect(0, ['plan', ...F]);
    first.child.kill('SIGCONT');
    assert.equal((await first.ended).code, 0);
    const kept = await line.remembered();
    for (const command of readers) await line.expect(0, [command, ...F]);
    assert.deepEqual(await line.remembered(), kept);
  });

  test('one that was killed is followed at once, and nothing is made twice', async () => {
    const first = await begin(line, LOGS, /LogGroup\/\S+ created/);
    first.child.kill('SIGKILL');
    await first.ended;
    const began = Date.now();
    await line.expect(0, LOGS);
    assert.ok(Date.now() - began < timing().leaseTerm);
    await line.expect(0, ['plan', ...F, '--only', 'LogGroup', '--exit-code']);
  });

  test('one that was frozen past its lease changes nothing when it wakes', async () => {
    const first = await begin(line, ['apply', ...F, '--only', 'Role', '--yes'], /Role\/\S+ created/);
    first.child.kill('SIGSTOP');
    await systemClock.sleep(timing().leaseTerm);
    await line.expect(0, ['apply', ...F, '--only', 'Namespace', '--yes']);
    const woken = Date.now() / 1000;
    first.child.kill('SIGCONT');
    const { code, stderr } = await first.ended;
    assert.equal(code, 1);
    assert.match(
      stderr.replaceAll(/\s+/g, ' '),
      /error: the lease of us-east-1\/mcp-gateway (went to|was not renewed for)/,
    );
    const late = (await changesIn(line)).filter(({ time }) => time > woken + 0.5);
    assert.deepEqual(late, []);
  });

  test('one that has patience waits, and sees what the first one made', async () => {
    const first = await begin(line, ['apply', ...F, '--only', 'Secret', '--yes'], / created/);
    first.child.kill('SIGSTOP');
    const { code, stdout, stderr } = await line.run(
      ['apply', ...F, '--only', 'Secret', '--lock-timeout', '120', '--yes'],
      { onOutput: (text) => (text.includes('Waiting for') ? first.child.kill('SIGCONT') : undefined) },
    );
    assert.equal(code, 0, stderr);
    assert.match(
      stderr.replaceAll(/\s+/g, ' '),
      new RegExp(`Waiting for apply of revision .*, process ${first.child.pid}, since .*, at most 2 min\\.`),
    );
    assert.match(stdout, /Nothing to change/);
    assert.equal((await first.ended).code, 0);
  });

  test('the state may be lost while somebody writes, and only what was remembered is lost', async () => {
    const first = await begin(line, ['apply', ...F, '--only', 'FileSystem', 'KmsKey', '--yes'], / created/);
    // The other process may write a file between the list of them and the folder's end.
    await rm(join(line.folder, 'state'), { recursive: true, maxRetries: 10 });
    const { code, stderr } = await first.ended;
    assert.equal(code, 0, stderr);
    await line.forget();
    await line.expect(0, ['plan', ...F, '--only', 'FileSystem', 'KmsKey', '--exit-code']);
    assert.match(await line.expect(0, ['history', ...F]), /^No run of us-east-1\/mcp-gateway is remembered/);
    await line.expect(0, LOGS);
  });
});

describe('state in a bucket', () => {
  let line: CommandLine;
  let state: readonly string[];

  before(async () => {
    line = await openCommandLine();
    const Bucket = `state-${line.account.accountId}`;
    await new S3Client({ region: REGION, credentials: line.account.credentials }).send(
      new CreateBucketCommand({ Bucket }),
    );
    state = ['--state', `s3://${Bucket}/team`];
  });
  after(() => line.close());

  test('is shared by whoever names it, and keeps them from writing at once', async () => {
    const first = await begin(line, [...NETWORK, ...state], /Vpc\/main created/);
    const { code, stderr } = await line.run([...LOGS, ...state]);
    assert.equal(code, 1, stderr);
    assert.match(stderr.replaceAll(/\s+/g, ' '), /error: somebody else is changing us-east-1\/mcp-gateway/);
    assert.equal((await first.ended).code, 0);
    const { runs } = JSON.parse(await line.expect(0, ['history', ...F, ...state, '-o', 'json'])) as {
      runs: { result: string }[];
    };
    assert.deepEqual(
      runs.map(({ result }) => result),
      ['converged'],
    );
    const { events } = JSON.parse(await line.expect(0, ['events', ...F, ...state, '--since', '1h', '-o', 'json'])) as {
      events: { call?: string }[];
    };
    assert.ok(events.some(({ call }) => call === 'ec2:CreateVpc'));
    assert.ok(!events.some(({ call }) => call?.startsWith('s3:Put')));
  });

  test('that is not there costs history and is said, but the work is done', async () => {
    const gone = ['--state', 's3://nobody-has-this-bucket/x'];
    const { code, stderr } = await line.run([...LOGS, ...gone]);
    assert.equal(code, 0, stderr);
    const said = stderr.replaceAll(/\s+/g, ' ');
    assert.match(
      said,
      /the bucket nobody-has-this-bucket does not exist: make it \(aws s3 mb s3:\/\/nobody-has-this-bucket\) or correct --state\); history and origins are lost/,
    );
    assert.match(said, /no lease keeps others from changing us-east-1\/mcp-gateway at the same time/);
    const asked = await line.run(['history', ...F, ...gone]);
    assert.equal(asked.code, 1);
    assert.match(asked.stderr, /the bucket nobody-has-this-bucket does not exist/);
  });
});

test('a daemon does not start where it cannot write leases', async () => {
  const line = await openCommandLine();
  await line.write('file', '');
  const places = [
    ['file/state', /the state in file\/state cannot be written \(ENOTDIR.*a daemon needs it for leases/],
    ['s3://nobody-has-this-bucket/x', /the bucket nobody-has-this-bucket does not exist/],
  ] as const;
  for (const [state, said] of places) {
    const { code, stderr } = await line.run(['daemon', ...F, '--state', state, '--listen', '127.0.0.1:0']);
    assert.equal(code, 1);
    assert.match(stderr.replaceAll(/\s+/g, ' '), said);
  }
  await line.close();
});

describe('what was done', () => {
  let line: CommandLine;

  before(async () => {
    line = await openCommandLine();
  });
  after(() => line.close());

  test('is written down call by call: who, of which revision and plan, what came of it', async () => {
    const plan = JSON.parse(await line.expect(0, ['plan', ...F, '--only', 'network', '-o', 'json'])) as {
      planId: string;
      revision: string;
    };
    await line.expect(0, NETWORK);
    const asked = (await changesIn(line)).map(({ operation }) => operation);
    const { events } = JSON.parse(await line.expect(0, ['events', ...F, '--since', '1h', '-o', 'json'])) as {
      events: {
        type: string;
        at: string;
        by: string;
        command: string;
        revision: string;
        planId: string;
        node: string;
        call: string;
        result: string;
        ms: number;
      }[];
    };
    const calls = events.filter(({ type }) => type === 'call');
    const made = calls.map(({ call }) => call.split(':')[1] ?? '');
    assert.deepEqual(made.toSorted(), asked.toSorted());
    for (const { by, command, revision, planId, node, result } of calls) {
      assert.match(by, new RegExp(`^arn:aws:sts::${line.account.accountId}:assumed-role/any/`));
      assert.deepEqual([command, revision, planId, result], ['apply', plan.revision, plan.planId, 'ok']);
      assert.match(node, /^[A-Z]\w+\/\S+$/);
    }
    const times = calls.map(({ at }) => at);
    assert.deepEqual(times, times.toSorted());
  });

  test('is told to who follows it as it happens', async () => {
    const follower = await begin(line, ['events', ...F, '--follow', '--since', '1h', '-o', 'json'], /CreateVpc"/);
    await line.expect(0, LOGS);
    await systemClock.sleep(2 * timing().wishes);
    follower.child.kill('SIGINT');
    const { code, stdout } = await follower.ended;
    assert.equal(code, 130);
    const followed = stdout
      .trim()
      .split('\n')
      .map((each) => JSON.parse(each) as { call?: string });
    assert.ok(followed.some(({ call }) => call === 'logs:CreateLogGroup'));
  });

  test('wait ends when a condition is as asked, and says how things stand when it gives up', async () => {
    assert.match(
      await line.expect(0, ['wait', ...F, '--for', 'condition=stalled=false']),
      /^us-east-1\/mcp-gateway: Stalled is False$/m,
    );
    const { code, stderr } = await line.run(['wait', ...F, '--for', 'condition=Ready', '--timeout', '1s']);
    assert.equal(code, 1);
    assert.match(
      stderr.replaceAll(/\s+/g, ' '),
      /timed out after 1\.0 s waiting for Ready=True of us-east-1\/mcp-gateway: Ready is False, OutOfSync/,
    );
    for (const wrong of ['Ready', 'condition=', 'condition=Ready=Maybe', 'condition=Nothing'])
      assert.equal((await line.run(['wait', ...F, '--for', wrong])).code, 1);
  });

  test('a watched status says on a pipe what has changed', async () => {
    const watcher = await begin(line, ['status', ...F, '--watch'], /observability/);
    await line.expect(0, ['apply', ...F, '--only', 'Namespace', '--yes']);
    await systemClock.sleep(4 * timing(0.05).glance + 5000);
    watcher.child.kill('SIGINT');
    const { code, stdout } = await watcher.ended;
    assert.equal(code, 130);
    assert.match(stdout, /^\d\d:\d\d:\d\d Namespace\/\S+ missing → ready$/m);
  });

  test('no file that is kept is open to others, or half written', async () => {
    const names = await readdir(join(line.folder, 'state'), { recursive: true });
    const parts = names.filter((name) => name.endsWith('.jsonl'));
    assert.ok(parts.length > 0);
    for (const name of parts) {
      const text = await readFile(join(line.folder, 'state', name), 'utf8');
      assert.ok(text.endsWith('\n'));
      for (const each of text.trimEnd().split('\n')) JSON.parse(each);
    }
  });
});
