import assert from 'node:assert/strict';
import { test } from 'node:test';
import { liveOf } from '../../../src/engine/snapshot.ts';
import { declareRepository } from '../../../src/reconcilers/ecs/images.ts';
import { lifecyclePolicy } from '../../../src/reconcilers/ecs/lifecycle-policy.ts';
import { repositoryPolicy } from '../../../src/reconcilers/ecs/repository-policy.ts';
import { repository } from '../../../src/reconcilers/ecs/repository.ts';
import { declarationOf } from '../../declaration.ts';
import { openAccount } from '../../sandbox-account.ts';
import { assertEmpty, SandboxGateway } from '../../sandbox-gateway.ts';

const kinds = ['Repository', 'RepositoryPolicy', 'LifecyclePolicy'];

test('a repository is made with its policies, shared by all gateways of the account, and stays', async () => {
  const account = await openAccount();
  const [first, second] = ['first', 'second'].map((name) => new SandboxGateway(account, { name }));
  assert(first !== undefined && second !== undefined);
  const ecr = await first.aws.ecr();
  const { DeleteRepositoryCommand } = await import('@aws-sdk/client-ecr');
  await ecr.send(new DeleteRepositoryCommand({ repositoryName: 'keycloak', force: true }));

  const declared = first.declare((graph) => void declareRepository(declarationOf(graph)));
  await first.apply(declared);
  assertEmpty(await first.plan(declared));
  const same = second.declare((graph) => void declareRepository(declarationOf(graph)));
  assertEmpty(await second.plan(same));

  await first.destroy(declared);
  const seen = await second.look(same);
  assert.deepEqual(
    kinds.map((kind) => liveOf(seen, kind).length),
    [1, 1, 1],
  );
  const [made, access, expiry] = kinds.map((kind) => liveOf(seen, kind)[0]?.props);
  assert.equal(made?.['scanOnPush'], true);
  assert.match(JSON.stringify(access?.['document']), /ecs-tasks.amazonaws.com.*ecr:PutImage/);
  assert.match(JSON.stringify(expiry?.['rules']), /"sha-".*"untagged"/);
});

test('one that whoever pushed first has made is used as it is, and only what it lacks is added', async () => {
  const gateway = new SandboxGateway(await openAccount());
  const declared = gateway.declare((graph) => void declareRepository(declarationOf(graph)));
  const { done } = await gateway.apply(declared);
  assert.deepEqual(done.map((step) => step.node).sort(), ['LifecyclePolicy/keycloak', 'RepositoryPolicy/keycloak']);
});

test('none of the three is ever deleted or changed', () => {
  for (const kind of [repository, repositoryPolicy, lifecyclePolicy]) {
    assert.equal(kind.scope, 'account');
    assert.equal(kind.delete ?? kind.update ?? kind.retag, undefined);
  }
});
