// npm run demo: a whole gateway in a local AWS, from nothing to a change made behind its back and put right.
// Ends with an exit code other than 0 when a step does not do what it announces.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AuthorizeSecurityGroupIngressCommand, DescribeSecurityGroupsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { startSandbox } from '../sandbox/sandbox.mjs';

const root = fileURLToPath(new URL('../', import.meta.url));
const manifest = 'manifests/cloudfront.yaml';
const database = 'SecurityGroup/keycloak-db';

// Node 20 is supported until the SDK drops it.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';

const state = await mkdtemp(join(tmpdir(), 'mcpgw-demo-'));
say('Starting a local AWS. Nothing here reaches the real one.');
const sandbox = await startSandbox();
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
]) {
  process.once(signal, () => process.exit(code));
}

try {
  await demonstrate();
} catch (error) {
  console.error(`\nThe demo failed: ${error.message}`);
  process.exitCode = 1;
} finally {
  await sandbox.stop();
  await rm(state, { recursive: true, force: true });
}

async function demonstrate() {
  say(`1. Apply ${manifest}: a whole gateway from nothing.`);
  const applied = await controller(['apply', '--yes']);
  expect(applied, 0, /^Ready in .*: (\d+) of \1\.$/m);

  say('2. Plan again: there is nothing left to do.');
  expect(await controller(['plan', '--exit-code']), 0, /^Nothing to change: (\d+) of \1 ready/m);

  say('3. Somebody opens the database to the world, past the controller, with the AWS SDK.');
  const rule = await openToTheWorld();
  console.log(`  added ${rule}: tcp 5432 from 0.0.0.0/0`);

  say('4. Drift: what differs, and whose doing it was.');
  expect(await controller(['drift', '--exit-code']), 3, new RegExp(rule));

  say('5. Apply puts it right.');
  expect(await controller(['apply', '--yes']), 0, /^Ready in /m);
  expect(await controller(['plan', '--exit-code']), 0, /^Nothing to change: (\d+) of \1 ready/m);

  say('6. What people and scripts want to know of it.');
  expect(await controller(['status']), 0, /\bReady\b/);

  say(
    [
      'Done; the local AWS stops and forgets all of it. Where to look now:',
      `  ${manifest}            what was asked for`,
      '  src/controller/                      how it was done: read this first',
      '  src/reconcilers/network/network.ts   how one part of it is declared',
      '  docs/architecture.md                 why it is so',
      'Play with it yourself:  npm run sandbox  in one terminal, and in another the lines it prints, exported.',
    ].join('\n'),
  );
}

/** Runs the built command line, shows what it shows, and returns it. */
function controller([command, ...options]) {
  const args = [command, '-f', manifest, ...options];
  console.log(`\n$ mcpgw-controller ${[command, '-f', manifest, ...options].join(' ')}`);
  const child = spawn(process.execPath, ['bin/mcpgw-controller.js', ...args], {
    cwd: root,
    env: { ...withoutAws(process.env), ...sandbox.env, MCPGW_STATE: state, MCPGW_TIME_SCALE: '0.1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (data) => {
    output += data;
    process.stdout.write(data);
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ command, code, output }));
  });
}

/** What no colleague should do. Returns the id of the rule that came of it. */
async function openToTheWorld() {
  const { AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = sandbox.env;
  const ec2 = new EC2Client({
    endpoint: AWS_ENDPOINT_URL,
    region: AWS_REGION,
    credentials: { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY },
  });
  const { SecurityGroups } = await ec2.send(
    new DescribeSecurityGroupsCommand({ Filters: [{ Name: 'tag:mcpgw:node', Values: [database] }] }),
  );
  const [group] = SecurityGroups ?? [];
  if (group === undefined) throw new Error(`${database} does not exist`);
  const { SecurityGroupRules } = await ec2.send(
    new AuthorizeSecurityGroupIngressCommand({
      GroupId: group.GroupId,
      IpPermissions: [{ IpProtocol: 'tcp', FromPort: 5432, ToPort: 5432, IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
    }),
  );
  return SecurityGroupRules[0].SecurityGroupRuleId;
}

function expect({ command, code, output }, wanted, pattern) {
  if (code !== wanted) throw new Error(`${command} ended with exit code ${code}, not ${wanted}`);
  if (!pattern.test(output)) throw new Error(`${command} did not say ${pattern}`);
}

/** Ambient settings of a real account have no place in here. */
function withoutAws(env) {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('AWS_')));
}

function say(text) {
  console.log(`\n${text}`);
}
