import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toReconcileError } from '../../../src/aws/errors.ts';
import { serviceLinkedRole } from '../../../src/reconcilers/identity/service-linked-role.ts';
import { testKind } from '../../kind-contract.ts';
import { openAccount } from '../../sandbox-account.ts';
import { SandboxGateway } from '../../sandbox-gateway.ts';

testKind(serviceLinkedRole, {
  props: { serviceName: 'ecs.application-autoscaling.amazonaws.com' },
  observeBudget: 1,
});

test('a role that appears between the look and the call is found by the next look', async () => {
  const gateway = new SandboxGateway(await openAccount());
  const props = { serviceName: 'rds.amazonaws.com' };
  const act = {
    env: gateway.aws,
    node: { id: 'ServiceLinkedRole/rds', name: 'rds', tags: {} },
    token: '',
    live: () => [],
  };
  await serviceLinkedRole.create?.(act, props);
  await assert.rejects(
    async () => serviceLinkedRole.create?.(act, props),
    (error) => toReconcileError(error).disposition === 'waiting',
  );
});
