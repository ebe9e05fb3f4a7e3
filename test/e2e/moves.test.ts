import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import type { Plan } from '../../src/engine/plan.ts';
import { openAccount, type SandboxAccount } from '../sandbox-account.ts';
import { printPlan } from '../sandbox-gateway.ts';
import { makeNetwork } from './existing-network.ts';
import { ManifestGateway } from './manifest-gateway.ts';

type Spec = Record<string, unknown>;

describe('a gateway that is asked to move', () => {
  let account: SandboxAccount;
  let gateway: ManifestGateway;

  beforeEach(async () => {
    account = await openAccount();
    gateway = await ManifestGateway.open(account);
  });

  /** Insists that everything in the plan is refused or blocked and that a run begins none of it. */
  async function assertRefused(spec: Spec): Promise<Plan> {
    const plan = await gateway.plan(spec);
    const free = plan.steps.filter((step) => step.action !== 'refuse' && step.blockedBy.length === 0);
    assert.deepEqual(
      free.map((step) => `${step.action} ${step.node} ${step.waitsFor.join()}`),
      [],
      printPlan(plan),
    );
    const { result, done } = await gateway.attempt(spec);
    assert.equal(result, 'failed');
    assert.deepEqual(
      done.map((step) => `${step.verb} ${step.node}`),
      [],
    );
    return plan;
  }

  test('from its own network to another range with a further zone, or to one that stands, stays', async () => {
    await gateway.apply({});
    const widened = await assertRefused({ network: { cidr: '10.9.0.0/16', zones: 3 } });
    assert(
      widened.steps.some((step) => step.node === 'Subnet/private-c' && step.blockedBy.includes('Vpc/main')),
      printPlan(widened),
    );
    const moved = await assertRefused({ network: { existing: await makeNetwork(account) } });
    const because = moved.states.get('ExistingVpc/main')?.because ?? '';
    assert.match(because, /^spec\.network\.existing: the gateway stands in vpc-\w+ and cannot move/);
    await gateway.apply({});
    await gateway.destroy({});
  });

  test('from a network that stands to another one, or to one of its own, stays', async () => {
    const here = { network: { existing: await makeNetwork(account) } };
    await gateway.apply(here);
    await assertRefused({ network: { existing: await makeNetwork(account) } });
    const moved = await assertRefused({});
    const because = moved.states.get('Vpc/main')?.because ?? '';
    assert.match(because, /the gateway stands in vpc-\w+ and cannot move .* spec\.network\.existing/);

    const renamed = await ManifestGateway.open(account, 'renamed');
    await renamed.plan(here);
    assert.match(renamed.warnings.join(), /us-east-1\/renamed is a new gateway beside us-east-1\/mcp-gateway,/);
    await gateway.destroy(here);
    assert.deepEqual(gateway.warnings, []);
  });
});
