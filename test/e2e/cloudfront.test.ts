import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { Plan } from '../../src/engine/plan.ts';
import { declare, kinds } from '../../src/reconcilers/index.ts';
import { openAccount, type SandboxAccount } from '../sandbox-account.ts';
import { assertEmpty, SandboxGateway, type Declared } from '../sandbox-gateway.ts';
import { gatewayOf, withMore } from '../spec/given.ts';
import { damages } from './damage.ts';

/** The images are the account's own, as the example manifest has it for its account. */
const declaredFor = (account: SandboxAccount, name = 'mcp-gateway', spec: object = {}): Declared => {
  const { accountId } = account;
  return {
    graph: declare(gatewayOf(withMore({ metadata: { name }, spec: { accountId, ...spec } })), new Map()).graph,
    kinds,
  };
};

describe('a gateway behind CloudFront', () => {
  let account: SandboxAccount;
  let own: SandboxGateway;
  let whole: Declared;
  let plan: Plan;

  before(async () => {
    account = await openAccount();
    own = new SandboxGateway(account, { name: 'mcp-gateway' });
    whole = declaredFor(account);
  });

  test('is built from nothing, and a second plan is empty and small', async () => {
    plan = (await own.apply(whole)).plan;
    own.calls.length = 0;
    assertEmpty(await own.plan(whole));
    const writes = own.calls.filter(({ operation }) => !/^(Describe|List|Get|BatchGet)/.test(operation));
    assert.deepEqual(writes, [], 'a plan writes nothing');
    assert(own.calls.length <= 140, `${own.calls.length} calls for a quiet look`);
  });

  test('is put right again after outside changes in every domain', async () => {
    const list = damages(account, plan);
    for (const { act, what } of list) await act().catch((error: unknown) => assert.fail(`${what}: ${String(error)}`));
    const seen = (await own.plan(whole)).steps.map((step) => `${step.action} ${step.node}`);
    const missed = list.filter(
      ({ answer }) => !seen.some((step) => step === answer || (answer.endsWith('/') && step.startsWith(answer))),
    );
    assert.deepEqual(
      missed.map(({ what, answer }) => `${what}: ${answer}`),
      [],
      `the plan answers with\n${seen.join('\n')}`,
    );
    assert(list.length >= 30);
    await own.apply(whole);
    assertEmpty(await own.plan(whole));
  });

  test('leaves nothing but repositories and snapshots when it is destroyed with its data', async () => {
    const { plan: left } = await own.destroy(whole);
    const kept = new Set(left.kept.map(({ node }) => node.split('/')[0]));
    assert.deepEqual(kept, new Set(['KmsKey', 'ClusterSnapshot']));
  });

  test('stands again a moment later', async () => {
    await own.apply(whole);
    assertEmpty(await own.plan(whole));
  });
});

describe('two gateways in one account', () => {
  test('of two names in one region, and of one name in two regions, do not see each other', async () => {
    const account = await openAccount();
    const lives = [
      { name: 'mcp-gateway', region: 'us-east-1' },
      { name: 'second', region: 'us-east-1' },
      { name: 'mcp-gateway', region: 'eu-west-1' },
    ].map(({ name, region }) => ({
      gateway: new SandboxGateway(account, { name, region }),
      whole: declaredFor(account, name, { region }),
    }));
    const [first, ...others] = lives;
    assert(first !== undefined);
    await first.gateway.apply(first.whole);
    for (const { gateway, whole } of others) await gateway.apply(whole);
    for (const { gateway, whole } of lives) assertEmpty(await gateway.plan(whole));
    await first.gateway.destroy(first.whole);
    for (const { gateway, whole } of others) assertEmpty(await gateway.plan(whole));
  });
});
