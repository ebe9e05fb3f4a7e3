import assert from 'node:assert/strict';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import {
  CloudWatchLogsClient,
  DeleteLogGroupCommand,
  DescribeLogGroupsCommand,
  PutRetentionPolicyCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import {
  DeleteDBInstanceCommand,
  DescribeDBClustersCommand,
  ModifyDBClusterCommand,
  RDSClient,
} from '@aws-sdk/client-rds';
import { DescribeAlarmsCommand, CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { CreateQueueCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { must } from '../../src/engine/errors.ts';
import { systemClock } from '../../src/engine/timing.ts';
import { manifestFor, openCommandLine } from '../cli/command-line.ts';
import { REGION } from '../sandbox-account.ts';
import { condition, DaemonProcess, isTrue, type Shown } from './daemon-process.ts';

// One gateway for all of it: to make one takes longest. The parts build upon each other, in this order.
const line = await openCommandLine();
const { credentials } = line.account;
const logs = new CloudWatchLogsClient({ region: REGION, credentials });
const rds = new RDSClient({ region: REGION, credentials });
const cloudwatch = new CloudWatchClient({ region: REGION, credentials });
const folder = join(line.folder, 'gateways');
await mkdir(folder);

const args = ['-f', folder, '--interval', '2s'];
let daemon = new DaemonProcess(line, args);
test.after(async () => {
  await daemon.stop('SIGKILL');
  await line.close();
});

const write = async (more: string, name = 'one.yaml'): Promise<void> =>
  writeFile(join(folder, name), await manifestFor(line.account, more));

// Each part has a log group of its own: one that is changed again and again is left alone.
const retention = async (group: string): Promise<number | undefined> => {
  const { logGroups = [] } = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: group }));
  return logGroups.find(({ logGroupName }) => logGroupName === group)?.retentionInDays;
};
const setRetention = (group: string, retentionInDays: number): Promise<unknown> =>
  logs.send(new PutRetentionPolicyCommand({ logGroupName: group, retentionInDays }));
const corrected = (group: string): Promise<true> =>
  daemon.until(`${group} as it should be`, async () => ((await retention(group)) === 7 ? true : undefined));
const [AUDIT, REGISTRY, AUTH, KEYCLOAK, CURRENTTIME, MCPGW, TOOLS, FLIGHT] = [
  '/aws/docdb/mcp-gateway-documentdb-cluster/audit',
  '/ecs/mcp-gateway-v2-registry',
  '/ecs/mcp-gateway-v2-auth-server',
  '/ecs/keycloak',
  '/ecs/mcp-gateway-v2-currenttime',
  '/ecs/mcp-gateway-v2-mcpgw',
  '/ecs/mcp-gateway-v2-realserverfaketools',
  '/ecs/mcp-gateway-v2-flight-booking-agent',
] as const;
const backups = async (): Promise<number | undefined> => {
  const { DBClusters = [] } = await rds.send(new DescribeDBClustersCommand({}));
  return DBClusters.find(({ DBClusterIdentifier }) => DBClusterIdentifier === 'mcp-gateway-keycloak-cluster')
    ?.BackupRetentionPeriod;
};
const alarms = async (): Promise<number> =>
  ((await cloudwatch.send(new DescribeAlarmsCommand({ AlarmNamePrefix: 'mcp-gateway-' }))).MetricAlarms ?? []).length;
const isReady = (shown: Shown): boolean => isTrue(shown, 'Ready') && !shown.status.running;
const POLICY = (rest: string): string => `  policy: ${rest}\n`;

test('it starts with a folder that is empty, says so, and goes on when there is something', async () => {
  await daemon.line(/has no manifest/);
  await write('');
  const made = await daemon.gateway('ready', isReady, 300_000);
  assert.equal(made.status.observedGeneration, 1);
  assert.match(made.status.appliedRevision ?? '', /^sha256:/);
  const quiet = await daemon.nextPass();
  assert.equal(quiet.status.lastRun?.result, 'converged');
  const states = await line.expect(0, ['plan', '-f', folder, '--exit-code']);
  assert.match(states, /Nothing to change/);
});

test('what is changed or deleted outside is put right at the next look', async () => {
  await setRetention(AUDIT, 1);
  await corrected(AUDIT);
  await logs.send(new DeleteLogGroupCommand({ logGroupName: REGISTRY }));
  await corrected(REGISTRY);
});

test('data that is changed outside is left and reported', async () => {
  await rds.send(
    new ModifyDBClusterCommand({
      DBClusterIdentifier: 'mcp-gateway-keycloak-cluster',
      BackupRetentionPeriod: 12,
      ApplyImmediately: true,
    }),
  );
  const shown = await daemon.gateway('the drift', (one) => isTrue(one, 'Drifted') && !one.status.running);
  assert.match(condition(shown, 'Drifted'), /LeftAlone .*AuroraCluster\/keycloak \/backupRetentionPeriod/);
  assert.ok(isTrue(await daemon.nextPass(), 'Ready'), 'what policy leaves alone is ready with a note');
  assert.equal(await backups(), 12);
  const absorbed = await line.expect(0, ['absorb', '-f', folder, '--print']);
  assert.match(
    absorbed,
    /^# A whole gateway behind CloudFront.*\n {2}databases:\n {4}keycloak:\n {6}backupRetentionDays: 12$/ms,
  );
});

test('the policy of the manifest says otherwise, and is followed at once', async () => {
  await write(POLICY('{ dataDrift: correct, rules: [{ node: LogGroup/*, path: /retentionInDays, drift: warn }] }'));
  await daemon.until('the backups', async () => ((await backups()) === 7 ? true : undefined));
  await daemon.gateway('ready', (one) => isReady(one) && one.status.observedGeneration === 2);
  await setRetention(AUDIT, 3);
  const shown = await daemon.gateway('the drift', (one) => isTrue(one, 'Drifted') && !one.status.running);
  assert.match(condition(shown, 'Drifted'), /LogGroup\/documentdb-audit \/retentionInDays/);
  const refused = await line.run(['absorb', '-f', folder]);
  assert.equal(refused.code, 1);
  assert.match(
    refused.stderr,
    /LogGroup\/documentdb-audit \/retentionInDays: no single field of the manifest stands behind it/,
  );
  await write(POLICY('{ ignore: [{ node: LogGroup/*, path: /retentionInDays }] }'));
  await daemon.gateway('nothing to tell', (one) => !isTrue(one, 'Drifted') && one.status.observedGeneration === 3);
  assert.equal(await retention(AUDIT), 3);
});

test('under observe nothing is done, not even what the manifest asks for', async () => {
  const before = (await daemon.nextPass()).status.appliedRevision;
  await write(`${POLICY('{ drift: observe }')}  observability: { logRetentionDays: 30 }\n`);
  await daemon.gateway('the new look', ({ metadata, status }) => metadata.generation === 4 && !status.running);
  const { status } = await daemon.nextPass();
  assert.equal(status.lastRun?.result, 'observed');
  assert.equal(status.appliedRevision, before);
  assert.equal(await retention(AUDIT), 3);
  await write('');
  await daemon.gateway('ready', (one) => isReady(one) && one.status.appliedRevision !== before);
  assert.equal(await retention(AUDIT), 7);
});

test('more deletions than the budget wait for approve, and a plan that moved is not approved', async () => {
  const before = await alarms();
  assert.ok(before > 3);
  await write('  observability: { alarms: { enabled: false } }\n');
  const held = await daemon.gateway('the hold', ({ status }) => status.held !== null);
  assert.match(held.status.held?.why ?? '', /gives up \d+ things, more than destroyBudget 3/);
  assert.equal((await daemon.nextPass()).status.lastRun?.result, 'held');
  assert.equal(await alarms(), before);
  const url = await daemon.url();
  const refused = await line.run(['approve', 'mcp-gateway', '--daemon', url, '--plan', '00000000']);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, new RegExp(`plan is ${held.status.held?.planId ?? ''} now, not 00000000`));
  await line.expect(0, ['approve', 'mcp-gateway', '--daemon', url, '--plan', held.status.held?.planId ?? '']);
  await daemon.until('the alarms gone', async () => ((await alarms()) === 0 ? true : undefined));
  await daemon.gateway('ready', (one) => isReady(one) && one.status.held === null);
  await write('');
  await daemon.until('the alarms back', async () => ((await alarms()) === before ? true : undefined));
});

test('a pause holds, survives the loss of all memory, and ends when somebody says so', async () => {
  await daemon.gateway('ready', isReady);
  await line.expect(0, ['pause', '-f', folder, '--for', '1h', '--why', 'moving house']);
  await daemon.gateway('the pause', (one) => isTrue(one, 'Paused'));
  await daemon.stop();
  await line.forget();
  daemon = new DaemonProcess(line, args);
  const shown = await daemon.gateway('the pause', (one) => isTrue(one, 'Paused'));
  assert.match(condition(shown, 'Paused'), /moving house/);
  await setRetention(AUTH, 5);
  await daemon.nextPass();
  assert.equal(await retention(AUTH), 5);
  await line.expect(0, ['resume', 'mcp-gateway', '--daemon', await daemon.url()]);
  await corrected(AUTH);
});

test('a pause ends by itself, with an alert', async () => {
  await line.expect(0, ['pause', 'mcp-gateway', '--daemon', await daemon.url(), '--for', '8s', '--why', 'a moment']);
  await setRetention(KEYCLOAK, 5);
  await daemon.gateway('the pause', (one) => isTrue(one, 'Paused'));
  const alert = await daemon.line(/the pause of .* is over: a moment/);
  assert.equal(alert['alert'], 'PauseEnded');
  await corrected(KEYCLOAK);
});

test('a broken manifest harms nobody else, and its own gateway is looked at only', async () => {
  await write('  notAField: 1\n', 'two.yaml');
  await daemon.line(/two\.yaml.*notAField/);
  await setRetention(CURRENTTIME, 5);
  await corrected(CURRENTTIME);
  await rm(join(folder, 'two.yaml'));
  await write('  notAField: 1\n');
  const shown = await daemon.gateway('the refusal', (one) => condition(one, 'ManifestAccepted').startsWith('False'));
  assert.match(condition(shown, 'ManifestAccepted'), /notAField/);
  await setRetention(CURRENTTIME, 5);
  const seen = await daemon.gateway('the drift', (one) => isTrue(one, 'Drifted') && !one.status.running);
  assert.equal(seen.status.lastRun?.result, 'observed');
  assert.equal(await retention(CURRENTTIME), 5);
  await write('');
  await corrected(CURRENTTIME);
});

test('of two manifests of one gateway neither is followed', async () => {
  await daemon.gateway('the manifest', (one) => condition(one, 'ManifestAccepted').startsWith('True'));
  await write('  observability: { logRetentionDays: 30 }\n', 'two.yaml');
  const shown = await daemon.gateway('the refusal', (one) => condition(one, 'ManifestAccepted').startsWith('False'));
  assert.match(condition(shown, 'ManifestAccepted'), /one\.yaml.*two\.yaml|two\.yaml.*one\.yaml/);
  await daemon.nextPass();
  assert.equal(await retention(AUDIT), 7);
  await rm(join(folder, 'two.yaml'));
  await daemon.gateway('the end of it', (one) => condition(one, 'ManifestAccepted').startsWith('True'));
});

test('a field that is changed again and again is left alone, with the name of who does it, until somebody asks', async () => {
  const { Credentials } = await new STSClient({ region: REGION, credentials }).send(
    new AssumeRoleCommand({
      RoleArn: `arn:aws:iam::${line.account.accountId}:role/ops`,
      RoleSessionName: 'jane',
    }),
  );
  const { AccessKeyId, SecretAccessKey, SessionToken } = must(Credentials, 'Credentials');
  const jane = new CloudWatchLogsClient({
    region: REGION,
    credentials: {
      accessKeyId: must(AccessKeyId, 'AccessKeyId'),
      secretAccessKey: must(SecretAccessKey, 'SecretAccessKey'),
      sessionToken: must(SessionToken, 'SessionToken'),
    },
  });
  const change = (): Promise<unknown> =>
    jane.send(new PutRetentionPolicyCommand({ logGroupName: MCPGW, retentionInDays: 5 }));
  for (let i = 0; i < 2; i += 1) {
    await change();
    await corrected(MCPGW);
    await daemon.nextPass();
  }
  await change();
  const alert = await daemon.line(/LogGroup\/mcpgw.* is changed outside again and again/);
  assert.match(String(alert['by']), /assumed-role\/ops\/jane \(PutRetentionPolicy\)/);
  await daemon.nextPass();
  assert.equal(await retention(MCPGW), 5);
  await line.expect(0, ['reconcile', 'mcp-gateway', '--daemon', await daemon.url()]);
  await corrected(MCPGW);
});

test('a second daemon on the same gateway leaves it whole, and takes over when the first is killed', async () => {
  const other = new DaemonProcess(line, args);
  const first = daemon;
  try {
    await other.gateway('ready', isReady);
    await setRetention(TOOLS, 5);
    await corrected(TOOLS);
    await first.stop('SIGKILL');
    daemon = other;
    await setRetention(FLIGHT, 5);
    await corrected(FLIGHT);
  } finally {
    daemon = other;
    first.child.kill('SIGKILL');
  }
});

test('a gateway that leaves the folder is released: nothing of it is deleted', async () => {
  await write('', 'two.yaml');
  await rm(join(folder, 'one.yaml'));
  await daemon.gateway('its new place', (one) => isTrue(one, 'ManifestAccepted') && !isTrue(one, 'Released'));
  const text = (await manifestFor(line.account))
    .replace('name: mcp-gateway', 'name: other')
    .replace('region: us-east-1', 'region: eu-west-1');
  await writeFile(join(folder, 'three.yaml'), `${text}  policy: { drift: observe, dataDrift: observe }\n`);
  await rm(join(folder, 'two.yaml'));
  const shown = await daemon.gateway('the release', (one) => isTrue(one, 'Released'));
  assert.match(condition(shown, 'Released'), /nothing is deleted/);
  await daemon.until('a look at the other', async () =>
    (await daemon.gateways()).find(({ metadata, status }) => metadata.name === 'other' && status.lastLook !== null),
  );
  await daemon.stop();
  daemon = new DaemonProcess(line, args);
  const after = await daemon.gateway('the release after a restart', (one) => isTrue(one, 'Released'));
  assert.equal(condition(after, 'Released'), condition(shown, 'Released'));
  assert.equal(await retention(AUDIT), 7);
  await rm(join(folder, 'three.yaml'));
  await daemon.line(/has no manifest/);
  await write('');
  await daemon.gateway('its return', (one) => !isTrue(one, 'Released') && isReady(one));
});

test('a database that vanished is asked about', async () => {
  await daemon.gateway('ready', isReady);
  await rds.send(
    new DeleteDBInstanceCommand({ DBInstanceIdentifier: 'mcp-gateway-keycloak-1', SkipFinalSnapshot: true }),
  );
  const held = await daemon.gateway('the hold', ({ status }) => status.held !== null);
  assert.match(held.status.held?.why ?? '', /AuroraInstance\/.* held data and vanished/);
  assert.deepEqual(held.status.held?.deletes, []);
  await line.expect(0, ['approve', '-f', folder, '--plan', held.status.held?.planId ?? '']);
  await daemon.gateway('ready', (one) => isReady(one) && one.status.held === null, 120_000);
});

test('told to stop, it ends within two seconds, also in mid-run', async () => {
  await write('  observability: { logRetentionDays: 30 }\n');
  await daemon.gateway('the run', ({ status }) => status.running);
  const { code, ms } = await daemon.stop();
  assert.equal(code, 0);
  assert.ok(ms < 2000, `it took ${ms} ms`);
});

test('an event in the queue wakes the gateway that it is about, long before its interval is over', async () => {
  await write('');
  const sqs = new SQSClient({ region: REGION, credentials });
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: 'mcpgw-events' }));
  daemon = new DaemonProcess(line, ['-f', folder, '--interval', '10m', '--queue', QueueUrl], { AWS_REGION: REGION });
  await daemon.gateway('ready', isReady);
  await setRetention(AUDIT, 5);
  const send = (detail: object): Promise<unknown> =>
    sqs.send(
      new SendMessageCommand({
        QueueUrl,
        MessageBody: JSON.stringify({
          source: 'aws.logs',
          account: line.account.accountId,
          region: REGION,
          'detail-type': 'AWS API Call via CloudTrail',
          detail,
        }),
      }),
    );
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'not an event' }));
  await send({ eventName: 'PutRetentionPolicy', requestParameters: { logGroupName: '/somebody/else' } });
  await systemClock.sleep(3000);
  assert.equal(await retention(AUDIT), 5, 'what is about somebody else wakes nobody');
  await send({ eventName: 'PutRetentionPolicy', requestParameters: { logGroupName: AUDIT } });
  await daemon.until('the retention', async () => ((await retention(AUDIT)) === 7 ? true : undefined), 20_000);
});

test('without a place for its state it does not begin, and says why', async () => {
  await line.write('occupied', '');
  const refused = await line.run(['daemon', ...args], { env: { MCPGW_STATE: join(line.folder, 'occupied') } });
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /occupied\s+cannot be\s+written/);
});

test('a clock that jumps holds nothing up', async () => {
  await daemon.stop();
  await line.write('jump.mjs', JUMP);
  daemon = new DaemonProcess(line, args, { NODE_OPTIONS: `--import=${join(line.folder, 'jump.mjs')}` });
  await corrected(AUTH);
  for (const [hours, group] of [
    [24, KEYCLOAK],
    [-48, TOOLS],
  ] as const) {
    await line.write('shift', String(hours * 3_600_000));
    await systemClock.sleep(1000);
    await setRetention(group, 5);
    await daemon.until('the retention', async () => ((await retention(group)) === 7 ? true : undefined), 40_000);
  }
});

/** Sets the clock of a process by what a file beside it says. */
const JUMP = `import { readFileSync } from 'node:fs';
const real = Date;
const file = new URL('shift', import.meta.url);
let shift = 0;
setInterval(() => { try { shift = Number(readFileSync(file, 'utf8')); } catch {} }, 100).unref();
globalThis.Date = class extends real {
  constructor(...args) { if (args.length === 0) super(real.now() + shift); else super(...args); }
  static now() { return real.now() + shift; }
};
`;
