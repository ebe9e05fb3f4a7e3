import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { AuthorizeSecurityGroupIngressCommand, EC2Client } from '@aws-sdk/client-ec2';
import { DeletePublicAccessBlockCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { EventBridgeClient, DisableRuleCommand } from '@aws-sdk/client-eventbridge';
import { SetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { AttachRolePolicyCommand, IAMClient } from '@aws-sdk/client-iam';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { openHome } from '../../src/controller/session.ts';
import { lookAround, type PlanOptions } from '../../src/controller/look.ts';
import { run } from '../../src/controller/run.ts';
import { outputsOf } from '../../src/controller/outputs.ts';
import type { Call } from '../../src/aws/middleware.ts';
import { liveOf } from '../../src/engine/snapshot.ts';
import type { Wish } from '../../src/reconcilers/index.ts';
import type { Sight } from '../../src/controller/look.ts';
import { checkFiles } from '../../src/spec/read.ts';
import { openAccount, REGION } from '../sandbox-account.ts';
import { assertEmpty } from '../sandbox-gateway.ts';

const account = await openAccount();
const client = { region: REGION, credentials: account.credentials };
const state = await mkdtemp(join(tmpdir(), 'mcpgw-home-'));
process.once('exit', () => rmSync(state, { recursive: true, force: true }));

const { ARN: token } = await new SecretsManagerClient(client).send(
  new CreateSecretCommand({ Name: 'git', SecretString: JSON.stringify({ token: 'of somebody' }) }),
);

const manifest = (more = ''): string => `apiVersion: mcpgw.io/v1alpha1
kind: Controller
metadata:
  name: mcpgw-controller
spec:
  accountId: "${account.accountId}"
  region: ${REGION}
  image: ghcr.io/example/mcpgw-controller:1
  source:
    git: https://github.com/example/gateways.git
    branch: main
  roles: ["arn:aws:iam::210987654321:role/mcpgw"]
  topic: arn:aws:sns:${REGION}:${account.accountId}:gateways
  secrets:
    MCPGW_GIT_TOKEN: '${token}:token::'
${more}`;

const calls: Call[] = [];

async function home(more?: string) {
  const { accessKeyId, secretAccessKey, sessionToken } = await account.credentials();
  process.env['AWS_ACCESS_KEY_ID'] = accessKeyId;
  process.env['AWS_SECRET_ACCESS_KEY'] = secretAccessKey;
  process.env['AWS_SESSION_TOKEN'] = sessionToken ?? '';
  const { controllers, problems } = checkFiles([{ file: 'controller.yaml', text: manifest(more), found: false }]);
  assert.deepEqual(problems, []);
  assert(controllers[0] !== undefined);
  return openHome(controllers[0], {
    environment: { ...process.env, MCPGW_TIME_SCALE: '0.05' },
    state,
    onCall: (call) => calls.push(call),
    onWarning: () => undefined,
  });
}

async function look(options: PlanOptions = {}, more?: string): Promise<Sight<Wish>> {
  return lookAround(await home(more), options);
}

async function carryOut(options: PlanOptions = {}, more?: string) {
  const session = await home(more);
  const sight = await lookAround(session, options);
  const command = options.destroy === true ? 'destroy' : 'apply';
  const ran = await run(session, sight, { ...options, command, timeout: 120_000 });
  assert.deepEqual(
    ran.failures.map(({ node, error }) => `${node}: ${error.message}`),
    [],
  );
  assert.equal(
    ran.result,
    'converged',
    [...ran.plan.states.values()]
      .filter(({ phase }) => phase !== 'ready')
      .map(({ id, phase, because }) => `${id} ${phase}: ${because}`)
      .join('\n'),
  );
  return ran;
}

describe('the controller’s own home', () => {
  let built: Sight<Wish>;

  before(async () => {
    await carryOut();
    built = await look();
  });

  const outputs = (kind: string, name: string) =>
    liveOf(built.snapshot, kind).find((live) => live.name === name)?.outputs as Readonly<Record<string, string>>;

  test('is built from nothing, and a second plan is empty and made of reads alone', async () => {
    calls.length = 0;
    assertEmpty((await look()).plan);
    assert(calls.length <= 50, `${calls.length} calls for a quiet look`);
    assert.deepEqual(
      calls.filter(({ operation }) => !/^(Describe|List|Get|BatchGet)/.test(operation)),
      [],
    );
  });

  test('runs the daemon on the queue and the bucket that were made for it', () => {
    const found = Object.fromEntries(Object.entries(outputsOf(built)).map(([name, { value }]) => [name, value]));
    assert.equal(found['state'], `s3://mcpgw-controller-${account.accountId}-${REGION}`);
    const [definition] = liveOf(built.snapshot, 'TaskDefinition');
    assert(definition !== undefined);
    const { containers } = definition.props as {
      containers: { controller: { command: string[]; environment: object; secrets: object } };
    };
    const { command, environment, secrets } = containers.controller;
    assert.deepEqual(command, [
      'daemon',
      '--git',
      'https://github.com/example/gateways.git',
      '--branch',
      'main',
      '--interval',
      '5m',
      '--listen',
      '127.0.0.1:9464',
      '--queue',
      found['queue_url'],
    ]);
    assert.deepEqual(environment, {
      AWS_REGION: REGION,
      MCPGW_STATE: found['state'],
      MCPGW_NOTIFY_TOPIC: `arn:aws:sns:${REGION}:${account.accountId}:gateways`,
    });
    assert.deepEqual(Object.keys(secrets), ['MCPGW_GIT_TOKEN']);
  });

  test('is put right again after outside changes', async () => {
    const GroupId = outputs('SecurityGroup', 'controller')['groupId'];
    const IpPermissions = [{ IpProtocol: 'tcp', FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: '0.0.0.0/0' }] }];
    await new EC2Client(client).send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions }));
    const Bucket = outputs('Bucket', 'state')['bucketName'];
    await new S3Client(client).send(new DeletePublicAccessBlockCommand({ Bucket }));
    await new EventBridgeClient(client).send(new DisableRuleCommand({ Name: 'mcpgw-controller-calls' }));
    const QueueUrl = outputs('Queue', 'events')['queueUrl'];
    const Attributes = { VisibilityTimeout: '600' };
    await new SQSClient(client).send(new SetQueueAttributesCommand({ QueueUrl, Attributes }));
    const RoleName = outputs('Role', 'task')['roleName'];
    const PolicyArn = 'arn:aws:iam::aws:policy/AdministratorAccess';
    await new IAMClient(client).send(new AttachRolePolicyCommand({ RoleName, PolicyArn }));

    const { plan } = await look();
    const seen = plan.steps.map((step) => `${step.action} ${step.node.replace(/sgr-\w+/, 'sgr')}`).sort();
    assert.deepEqual(
      seen.filter((step) => !step.startsWith('delete')),
      ['update Bucket/state', 'update EventRule/calls', 'update Queue/events', 'update Role/task'],
    );
    assert.equal(seen.filter((step) => step.startsWith('delete SecurityGroupRule/')).length, 1);
    await carryOut();
    assertEmpty((await look()).plan);
  });

  test('follows its manifest', async () => {
    const more = '  memory: 1024\n  interval: 10m\n';
    const { plan } = await look({}, more);
    assert.deepEqual(
      plan.steps.map((step) => `${step.action} ${step.node}`),
      ['update TaskDefinition/controller', 'update Service/controller'],
    );
    await carryOut({}, more);
    assertEmpty((await look({}, more)).plan);
  });

  test('keeps what it knows when it is destroyed, and is gone when that may go too', async () => {
    const Bucket = outputs('Bucket', 'state')['bucketName'];
    await new S3Client(client).send(new PutObjectCommand({ Bucket, Key: 'history.json', Body: '{}' }));
    const { plan } = await carryOut({ destroy: true });
    assert.deepEqual(
      plan.kept.map(({ node }) => node),
      ['Bucket/state'],
    );
    await carryOut({ destroy: true, allowData: true });
    const { snapshot } = await look({ destroy: true, allowData: true });
    for (const kind of ['Bucket', 'Queue', 'EventRule', 'Role', 'ManagedPolicy', 'Vpc', 'Service', 'LogGroup'])
      assert.deepEqual(liveOf(snapshot, kind), [], kind);
  });
});
