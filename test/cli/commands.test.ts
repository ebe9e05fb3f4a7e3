import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { EC2Client, DescribeVpcsCommand, ModifyVpcAttributeCommand } from '@aws-sdk/client-ec2';
import { must } from '../../src/engine/errors.ts';
import { startProxy } from '../faults/proxy.ts';
import { REGION } from '../sandbox-account.ts';
import { openCommandLine, type CommandLine } from './command-line.ts';

const F = ['-f', 'gateway.yaml'];
const JSON_FORM = ['--output', 'json'];

interface PlanForm {
  readonly planId: string;
  readonly summary: Readonly<Record<string, number>>;
  readonly steps: readonly {
    readonly node: string;
    readonly action: string;
    readonly waitsFor: readonly string[];
    readonly changes: readonly { readonly path: string; readonly origin: string }[];
  }[];
  readonly result?: string;
  readonly failures?: readonly unknown[];
}

const planForm = (text: string): PlanForm => JSON.parse(text) as PlanForm;

describe('the commands', () => {
  let line: CommandLine;

  before(async () => {
    line = await openCommandLine();
  });
  after(() => line.close());

  test('help names every command, and each command shows an example', async () => {
    const help = await line.expect(0, ['--help']);
    const names = [
      'init',
      'validate',
      'schema',
      'plan',
      'apply',
      'status',
      'wait',
      'history',
      'events',
      'outputs',
      'drift',
      'destroy',
      'bootstrap',
      'iam-policy',
    ];
    for (const name of names) assert.match(help, new RegExp(`^  ${name} `, 'm'));
    for (const name of names)
      assert.match(await line.expect(0, [name, '--help']), new RegExp(`^Example:\n  mcpgw-controller ${name}`, 'm'));
  });

  test('a command that does not exist is an error that names a similar one', async () => {
    const { code, stderr } = await line.run(['plam', ...F]);
    assert.equal(code, 1);
    assert.match(stderr, /Did you mean plan\?/);
  });

  test('init writes a manifest that is valid, and never over another', async () => {
    await line.expect(0, [
      'init',
      '--account',
      '123456789012',
      '--file',
      'first.yaml',
      '--name',
      'team-a',
      '--region',
      'eu-west-1',
    ]);
    assert.match(await line.expect(0, ['validate', '-f', 'first.yaml']), /eu-west-1\/team-a is valid/);
    const { code, stderr } = await line.run(['init', '--account', '123456789012', '--file', 'first.yaml']);
    assert.equal(code, 1);
    assert.match(stderr, /is there already/);
  });

  test('init writes nothing that validate would refuse, and names the option', async () => {
    const { code, stderr } = await line.run([
      'init',
      '--account',
      '12',
      '--region',
      'mars',
      '--name',
      'a: b\n#',
      '--file',
      'bad.yaml',
    ]);
    assert.equal(code, 1);
    for (const option of ['--account', '--region', '--name']) assert.match(stderr, new RegExp(`^  ${option}: `, 'm'));
    await line.expect(1, ['validate', '-f', 'bad.yaml']);
  });

  test('a plan as data has the promised form', async () => {
    const ran = await line.run(['plan', ...F, ...JSON_FORM]);
    const plan = planForm(ran.stdout);
    assert.deepEqual(Object.keys(plan).slice(0, 6), [
      'formatVersion',
      'gateway',
      'planId',
      'revision',
      'summary',
      'steps',
    ]);
    assert.deepEqual(Object.keys(plan.summary), [
      'create',
      'update',
      'replace',
      'delete',
      'refuse',
      'blocked',
      'unchanged',
    ]);
    const { waitsFor, ...subnet } = must(
      plan.steps.find((step) => step.node === 'Subnet/private-a'),
      'the subnet',
    );
    assert.deepEqual(
      { ...subnet, changes: subnet.changes.slice(0, 1) },
      {
        node: 'Subnet/private-a',
        kind: 'Subnet',
        domain: 'network',
        action: 'create',
        changes: [
          {
            path: '/vpcId',
            from: null,
            to: { $ref: 'Vpc/main', output: 'vpcId' },
            origin: 'manifest',
            replaces: false,
          },
        ],
        interrupts: false,
      },
    );
    assert(waitsFor.includes('Vpc/main'));
    assert.equal(
      Object.values(plan.summary).reduce((sum, number) => sum + number, 0) - (plan.summary['unchanged'] ?? 0),
      plan.steps.length,
    );
  });

  test('changes that are pending are exit code 2 where it is asked for, and 0 where it is not', async () => {
    await line.expect(2, ['plan', ...F, '--exit-code']);
    await line.expect(0, ['plan', ...F]);
  });

  test('a plan id that is not that of the plan changes nothing', async () => {
    const { code, stderr } = await line.run(['apply', ...F, '--plan', '00000000']);
    assert.equal(code, 1);
    assert.match(stderr, /not 00000000/);
    await line.expect(2, ['plan', ...F, '--exit-code']);
  });

  test('a role that may only read plans, and is told which permission an apply lacks', async () => {
    const proxy = await startProxy(must(process.env['AWS_ENDPOINT_URL'], 'AWS_ENDPOINT_URL'), {
      fault: ({ writes }) => (writes ? 'forbidden' : undefined),
    });
    const env = { AWS_ENDPOINT_URL: proxy.url };
    await line.expect(2, ['plan', ...F, '--exit-code'], { env });
    const { code, stdout } = await line.run(['apply', ...F, '--only', 'network', '--yes'], { env });
    await proxy.stop();
    assert.equal(code, 1);
    assert.match(stdout, /Cannot create Vpc\/main: the role may not call ec2:CreateVpc/);
    assert.match(stdout, /iam-policy --for apply/);
  });

  test('apply --plan carries out just that, as data with a result', async () => {
    const { planId } = planForm(await line.expect(0, ['plan', ...F, '--only', 'network', ...JSON_FORM]));
    const applied = planForm(
      await line.expect(0, ['apply', ...F, '--only', 'network', '--plan', planId, ...JSON_FORM]),
    );
    assert.deepEqual([applied.planId, applied.result, applied.failures], [planId, 'converged', []]);
    const again = planForm(await line.expect(0, ['apply', ...F, '--only', 'network', ...JSON_FORM]));
    assert.deepEqual([again.steps, again.result], [[], 'converged']);
  });

  test('a status is an object as Kubernetes has them', async () => {
    const { apiVersion, kind, metadata, status } = JSON.parse(await line.expect(0, ['status', ...F, ...JSON_FORM])) as {
      readonly apiVersion: string;
      readonly kind: string;
      readonly metadata: object;
      readonly status: {
        readonly conditions: readonly { readonly type: string; readonly status: string; readonly reason: string }[];
        readonly outputs: object;
        readonly domains: object;
      };
    };
    assert.deepEqual(
      { apiVersion, kind, metadata },
      {
        apiVersion: 'mcpgw.io/v1alpha1',
        kind: 'Gateway',
        metadata: { name: 'mcp-gateway', region: REGION, accountId: line.account.accountId, generation: 1 },
      },
    );
    const found = Object.fromEntries(status.conditions.map((condition) => [condition.type, condition.status]));
    assert.deepEqual([found['Ready'], found['NetworkReady'], found['Stalled']], ['False', 'True', 'False']);
  });

  test('outputs are in the form of terraform output -json', async () => {
    const outputs = JSON.parse(await line.expect(0, ['outputs', ...F, ...JSON_FORM])) as Readonly<
      Record<string, unknown>
    >;
    assert.match(JSON.stringify(outputs['vpc_id']), /^\{"value":"vpc-[0-9a-f]+","sensitive":false\}$/);
    assert.match(await line.expect(0, ['outputs', ...F, '--name', 'vpc_id']), /^vpc-[0-9a-f]+\n$/);
  });

  test('a value that somebody changed is drift from outside, exit code 3', async () => {
    const ec2 = new EC2Client({ region: REGION, credentials: line.account.credentials });
    const { Vpcs } = await ec2.send(
      new DescribeVpcsCommand({ Filters: [{ Name: 'tag:mcpgw:node', Values: ['Vpc/main'] }] }),
    );
    await ec2.send(new ModifyVpcAttributeCommand({ VpcId: Vpcs?.[0]?.VpcId, EnableDnsHostnames: { Value: false } }));
    const drift = planForm(await line.expect(0, ['drift', ...F, ...JSON_FORM]));
    assert.deepEqual(
      drift.steps.map((step) => [step.node, step.action, step.changes.map(({ path, origin }) => [path, origin])]),
      [['Vpc/main', 'update', [['/enableDnsHostnames', 'outside']]]],
    );
    await line.expect(3, ['plan', ...F, '--only', 'network', '--exit-code']);
  });

  test('what was lost is history and origins, and nothing else', async () => {
    const remembering = planForm(await line.expect(0, ['plan', ...F, ...JSON_FORM]));
    await line.forget();
    const forgetful = planForm(await line.expect(0, ['plan', ...F, ...JSON_FORM]));
    assert.equal(forgetful.planId, remembering.planId);
    assert.deepEqual(forgetful.summary, remembering.summary);
    assert.deepEqual(
      planForm(await line.expect(0, ['drift', ...F, ...JSON_FORM])).steps.map((step) => step.node),
      ['Vpc/main'],
    );
    await line.expect(0, ['apply', ...F, '--only', 'network', '--yes']);
    await line.forget();
    await line.expect(0, ['plan', ...F, '--only', 'network', '--exit-code']);
  });

  test('destroy needs --yes, and --data the name', async () => {
    assert.match((await line.run(['destroy', ...F])).stderr, /--yes/);
    assert.match((await line.run(['destroy', ...F, '--data', '--yes'])).stderr, /--confirm mcp-gateway/);
    const gone = planForm(await line.expect(0, ['destroy', ...F, '--yes', ...JSON_FORM]));
    assert.equal(gone.result, 'converged');
    assert.deepEqual(planForm(await line.expect(0, ['destroy', ...F, '--yes', ...JSON_FORM])).steps, []);
  });
});
