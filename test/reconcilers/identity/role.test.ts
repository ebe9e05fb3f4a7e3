import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  AddRoleToInstanceProfileCommand,
  AttachRolePolicyCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { allow, policy, trust } from '../../../src/aws/policy.ts';
import { must } from '../../../src/engine/errors.ts';
import { liveOf } from '../../../src/engine/snapshot.ts';
import { managedPolicy } from '../../../src/reconcilers/identity/managed-policy.ts';
import { role } from '../../../src/reconcilers/identity/role.ts';
import { testKind } from '../../kind-contract.ts';
import { openAccount } from '../../sandbox-account.ts';
import { assertEmpty, printPlan, SandboxGateway, type Declared } from '../../sandbox-gateway.ts';
import { refuse } from './refuse.ts';

const logs = policy(allow(['logs:PutLogEvents'], '*'));
const everything = JSON.stringify(policy(allow(['*'], '*')));

testKind(role, {
  needs: (graph, name) => ({
    managedPolicyArns: [
      graph.add(managedPolicy, 'logs', { policyName: `${name}-logs`, document: logs }).ref('policyArn'),
    ],
  }),
  props: (name) => ({ roleName: `${name}-task`, trust: trust('ecs-tasks.amazonaws.com'), inlinePolicies: { logs } }),
  updates: [
    { trust: trust('ecs-tasks.amazonaws.com', { StringEquals: { 'aws:SourceAccount': '123456789012' } }) },
    { inlinePolicies: { logs: policy(allow(['logs:*'], '*')), keys: policy(allow(['kms:Decrypt'], '*')) } },
    { inlinePolicies: {} },
    { managedPolicyArns: [] },
  ],
  replacements: [{ roleName: 'other' }],
  observeBudget: 1,
  uncalled: [
    'iam:GetRole',
    'iam:GetRolePolicy',
    'iam:ListAttachedRolePolicies',
    'iam:ListRolePolicies',
    'iam:ListRoles',
  ],
});

describe('Role beside what others do', () => {
  const declare = (gateway: SandboxGateway): Declared =>
    gateway.declare((graph) => {
      const attached = graph.add(managedPolicy, 'logs', { policyName: 'logs', document: logs });
      graph.add(role, 'task', {
        roleName: 'Task',
        trust: trust('ecs-tasks.amazonaws.com'),
        inlinePolicies: { logs },
        managedPolicyArns: [attached.ref('policyArn')],
      });
    });

  test('a policy that somebody put in or attached is taken out', async () => {
    const gateway = new SandboxGateway(await openAccount());
    await gateway.apply(declare(gateway));
    const iam = await gateway.aws.iam();
    await iam.send(new PutRolePolicyCommand({ RoleName: 'Task', PolicyName: 'mine', PolicyDocument: everything }));
    await iam.send(
      new AttachRolePolicyCommand({ RoleName: 'Task', PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' }),
    );
    const plan = await gateway.plan(declare(gateway));
    assert.deepEqual(
      plan.steps.map((step) => step.changes.map((change) => change.path)),
      [['/inlinePolicies/mine', '/managedPolicyArns']],
      printPlan(plan),
    );
    await gateway.apply(declare(gateway));
    assertEmpty(await gateway.plan(declare(gateway)));
  });

  test('who may not read the whole account reads each by itself and sees the same', async () => {
    const account = await openAccount();
    const gateway = new SandboxGateway(account);
    const narrow = new SandboxGateway(account);
    refuse(await narrow.aws.iam(), 'GetAccountAuthorizationDetails');
    await narrow.apply(declare(narrow));
    const seen = await gateway.look(declare(gateway));
    assert.deepEqual(await narrow.look(declare(narrow)), seen);
    assert.equal(liveOf(seen, 'Role').length + liveOf(seen, 'ManagedPolicy').length, 2);
    await narrow.destroy(declare(narrow));
  });

  test('a role of the wanted name that is not ours is left alone, whatever its path and its case', async () => {
    const gateway = new SandboxGateway(await openAccount());
    const iam = await gateway.aws.iam();
    const AssumeRolePolicyDocument = JSON.stringify(trust('ec2.amazonaws.com'));
    await iam.send(
      new CreateRoleCommand({
        RoleName: 'TASK',
        AssumeRolePolicyDocument,
        Tags: [{ Key: 'ManagedBy', Value: 'terraform' }],
      }),
    );
    const plan = await gateway.plan(declare(gateway));
    assert.deepEqual(
      plan.steps.map((step) => step.node),
      ['ManagedPolicy/logs'],
    );
    assert.match(plan.states.get('Role/task')?.because ?? '', /belongs to Terraform/);
  });

  test('an instance profile that holds a role is named', async () => {
    const gateway = new SandboxGateway(await openAccount());
    await gateway.apply(declare(gateway));
    const iam = await gateway.aws.iam();
    await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: 'old-server' }));
    await iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName: 'old-server', RoleName: 'Task' }));
    const [live] = liveOf(await gateway.look(declare(gateway)), 'Role');
    const act = { env: gateway.aws, node: { id: 'Role/task', name: 'task', tags: {} }, token: '', live: () => [] };
    assert.deepEqual(await role.holders?.(act, must(live, 'live') as never), ['the instance profile old-server']);
  });
});
