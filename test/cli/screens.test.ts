import assert from 'node:assert/strict';
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

  test('a status before anything was applied', () => screen('status-nothing', 0, ['status', ...F]));

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
    await screen('status-network', 0, ['status', ...F]);
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
