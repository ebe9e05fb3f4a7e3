import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import {
  AuthorizeSecurityGroupIngressCommand,
  DescribeSecurityGroupRulesCommand,
  DescribeVpcsCommand,
  EC2Client,
  ModifyVpcAttributeCommand,
  RevokeSecurityGroupIngressCommand,
} from '@aws-sdk/client-ec2';
import { must } from '../../src/engine/errors.ts';
import { diskStore } from '../../src/state/disk-store.ts';
import { startProxy } from '../faults/proxy.ts';
import { assertGolden } from '../golden.ts';
import { REGION } from '../sandbox-account.ts';
import { openCommandLine, steady, type CommandLine } from './command-line.ts';

const F = ['-f', 'gateway.yaml'];

/** No line is longer than the terminal, unless one word is. */
function assertFits(text: string, columns: number): void {
  for (const line of text.split('\n')) {
    const words = line.trim().split(' ');
    assert(line.length <= columns || words.length < 3, `${line.length} columns of ${columns}: ${line}`);
  }
}

describe('what people see', () => {
  let line: CommandLine;

  const screen = async (name: string, code: number, args: readonly string[], columns = 80): Promise<void> => {
    const text = await line.expect(code, args, { env: { COLUMNS: String(columns) } });
    assertFits(text, columns);
    await assertGolden(`screens/${name}.txt`, steady(text).trimEnd());
  };

  before(async () => {
    line = await openCommandLine();
  });
  after(() => line.close());

  for (const columns of [80, 60])
    test(`the plan of an empty account on ${columns} columns`, () =>
      screen(`plan-empty-${columns}`, 0, ['plan', ...F], columns));

  test('a plan of one part with every field', () =>
    screen('plan-network-all', 0, ['plan', ...F, '--only', 'Vpc', '--all']));

  test('every help fits 60 columns', async () => {
    const help = await line.expect(0, ['--help'], { env: { COLUMNS: '60' } });
    const commands = [...help.matchAll(/^ {2}([a-z][a-z-]+) \[options\]/gm)].map((match) => match[1] ?? '');
    assert.ok(commands.includes('apply') && commands.length > 15, help);
    for (const args of [[], ['plan'], ['apply'], ['daemon']])
      assertFits(await line.expect(0, [...args, '--help'], { env: { COLUMNS: '60' } }), 60);
  });

  test('a status before anything was applied', () => screen('status-nothing', 0, ['status', ...F]));

  for (const columns of [80, 60]) {
    test(`the history of a gateway on ${columns} columns`, async () => {
      await remember(line);
      await screen(`history-${columns}`, 0, ['history', ...F, '--state', 'remembered'], columns);
    });

    test(`the events of a gateway on ${columns} columns`, async () => {
      await remember(line);
      await screen(`events-${columns}`, 0, ['events', ...F, '--state', 'remembered'], columns);
    });
  }

  test('a failure: a permission is missing, and what was done before stays', async () => {
    const proxy = await startProxy(must(process.env['AWS_ENDPOINT_URL'], 'AWS_ENDPOINT_URL'), {
      fault: ({ operation }) =>
        operation === 'CreateNatGateway' || operation === 'AllocateAddress' ? 'forbidden' : undefined,
    });
    const env = { AWS_ENDPOINT_URL: proxy.url };
    const { code, stdout } = await line.run(['apply', ...F, '--only', 'network', '--yes'], { env });
    await proxy.stop();
    assert.equal(code, 1);
    assertFits(stdout, 80);
    await assertGolden(
      'screens/failure-permission.txt',
      steady(stdout)
        .replace(/arn:aws:sts::\d{12}/, 'arn:aws:sts::123456789012')
        .trimEnd(),
    );
  });

  test('an apply, a plan with nothing to do, and a status', async () => {
    await line.expect(0, ['apply', ...F, '--only', 'network', '--yes']);
    await screen('plan-quiet', 0, ['plan', ...F, '--only', 'network']);
    // Wide enough for whatever stands before `s ago`.
    await screen('status-network', 0, ['status', ...F], 90);
  });

  for (const columns of [80, 60])
    test(`drift on ${columns} columns: a rule somebody added, one somebody removed, a value somebody changed`, async () => {
      if (columns === 80) await damage(line);
      await screen(`drift-${columns}`, 0, ['drift', ...F], columns);
    });

  test('destroy asks for --yes where nobody can be asked, and shows what would go', async () => {
    const { code, stderr } = await line.run(['destroy', ...F]);
    assert.equal(code, 1);
    assertFits(stderr, 80);
    await assertGolden('screens/destroy.txt', steady(stderr).trimEnd());
  });
});

/** What runs of the last days have left, times apart. */
async function remember({ account, folder }: CommandLine): Promise<void> {
  const store = diskStore(join(folder, 'remembered', account.accountId, REGION, 'mcp-gateway'));
  const at = (hours: number): string => new Date(Date.now() - hours * 3_600_000 - 60_000).toISOString();
  const common = { revision: '3f2c1ab9d0', planId: '7c1e09d2', ms: 820_000, steps: 287, result: 'converged' };
  const refused =
    'Distribution/registry: the role may not do this (AccessDenied): not authorized to perform: cloudfront:CreateDistribution';
  await store.write(
    'history.json',
    JSON.stringify([
      { ...common, at: at(72), command: 'apply', ms: 61_000, steps: 41, result: 'failed', errors: [refused] },
      { ...common, at: at(71), command: 'apply' },
      { ...common, at: at(2), firstAt: at(70), times: 816, command: 'daemon', why: 'interval', ms: 1400, steps: 0 },
      { ...common, at: at(1), command: 'daemon', why: 'revision', revision: '9ab3f1c0d2', ms: 241_000, steps: 3 },
    ]),
  );
  const run = {
    by: 'arn:aws:sts::123456789012:assumed-role/deploy/ci',
    command: 'apply',
    revision: '3f2c1ab9d0',
    planId: '7c1e09d2',
  };
  const day = '2026-11-20T14:0';
  const lines = [
    {
      type: 'call',
      at: `${day}0:01Z`,
      ...run,
      node: 'Vpc/main',
      verb: 'create',
      call: 'ec2:CreateVpc',
      result: 'ok',
      ms: 412,
    },
    {
      type: 'call',
      at: `${day}0:02Z`,
      ...run,
      node: 'Distribution/registry',
      verb: 'create',
      call: 'cloudfront:CreateDistributionWithTags',
      result: 'AccessDenied',
      ms: 98,
    },
    {
      type: 'condition',
      at: `${day}1:00Z`,
      revision: run.revision,
      condition: 'Ready',
      from: 'True',
      status: 'False',
      reason: 'NotHealthy',
      message: 'Service/auth is stalled: its rollout was rolled back by ECS',
    },
    {
      type: 'call',
      at: `${day}5:00Z`,
      ...run,
      command: 'daemon',
      node: 'Service/auth',
      verb: 'update',
      call: 'ecs:UpdateService',
      result: 'ok',
      ms: 700,
    },
    {
      type: 'condition',
      at: `${day}9:00Z`,
      revision: run.revision,
      condition: 'Ready',
      from: 'False',
      status: 'True',
      reason: 'AsWanted',
      message: '',
    },
  ];
  await store.remove('log/00000001-0000.jsonl');
  await store.append('log/00000001-0000.jsonl', lines.map((each) => `${JSON.stringify(each)}\n`).join(''));
}

/** Changes made past the controller, with the AWS SDK. */
async function damage({ account }: CommandLine): Promise<void> {
  const ec2 = new EC2Client({ region: REGION, credentials: account.credentials });
  const of = (node: string) => ({ Filters: [{ Name: 'tag:mcpgw:node', Values: [node] }] });
  const { SecurityGroupRules } = await ec2.send(
    new DescribeSecurityGroupRulesCommand(of('SecurityGroupRule/keycloak-db-from-keycloak-ecs-5432')),
  );
  const { GroupId, SecurityGroupRuleId } = must(SecurityGroupRules?.[0], 'the rule');
  const anyone = { IpProtocol: 'tcp', FromPort: 5432, ToPort: 5432, IpRanges: [{ CidrIp: '0.0.0.0/0' }] };
  await ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions: [anyone] }));
  await ec2.send(
    new RevokeSecurityGroupIngressCommand({ GroupId, SecurityGroupRuleIds: [must(SecurityGroupRuleId, 'its id')] }),
  );
  const { Vpcs } = await ec2.send(new DescribeVpcsCommand(of('Vpc/main')));
  await ec2.send(new ModifyVpcAttributeCommand({ VpcId: Vpcs?.[0]?.VpcId, EnableDnsHostnames: { Value: false } }));
}
