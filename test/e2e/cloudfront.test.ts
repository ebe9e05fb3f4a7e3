import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { outputsOf } from '../../src/controller/outputs.ts';
import type { Plan } from '../../src/engine/plan.ts';
import { declare, kinds, type Wish } from '../../src/reconcilers/index.ts';
import { openAccount, type SandboxAccount } from '../sandbox-account.ts';
import { assertEmpty, SandboxGateway, type Declared } from '../sandbox-gateway.ts';
import { administratorOf, assertSecretsAgree, assertSignIns, clientIn } from '../sign-in.ts';
import { gatewayOf, withMore } from '../spec/given.ts';
import { answersOf, damages } from './damage.ts';
import { keycloakLosses } from './keycloak-damage.ts';

/** The images are the account's own, as the example manifest has it for its account. */
const declaredFor = (
  account: SandboxAccount,
  name = 'mcp-gateway',
  spec: object = {},
): Declared & Pick<Wish, 'outputs'> => {
  const { accountId } = account;
  return { ...declare(gatewayOf(withMore({ metadata: { name }, spec: { accountId, ...spec } })), new Map()), kinds };
};

describe('a gateway behind CloudFront', () => {
  let account: SandboxAccount;
  let own: SandboxGateway;
  let whole: ReturnType<typeof declaredFor>;
  let plan: Plan;
  let client: string;

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

  test('lets people sign in, and back to its public name alone', async () => {
    await assertSignIns(account, outputsOf({ declared: whole, plan }));
  });

  test('is put right again after outside changes in every domain', async () => {
    const outputs = outputsOf({ declared: whole, plan });
    const admin = await administratorOf(account, outputs);
    // In Keycloak first: nobody sees into it behind a door that is shut.
    for (const list of [keycloakLosses(admin), damages(account, plan)]) {
      for (const { act, what } of list) await act().catch((error: unknown) => assert.fail(`${what}: ${String(error)}`));
      const seen = answersOf(await own.plan(whole));
      const missed = list.filter(
        ({ answer }) => !seen.some((step) => step === answer || (answer.endsWith('/') && step.startsWith(answer))),
      );
      assert.deepEqual(
        missed.map(({ what, answer }) => `${what}: ${answer}`),
        [],
        `the plan answers with\n${seen.join('\n')}`,
      );
    }
    await own.apply(whole);
    assertEmpty(await own.plan(whole));
    await assertSignIns(account, outputs);
    await assertSecretsAgree(account, admin);
    client = (await clientIn(admin, 'mcp-gateway-web')).id;
  });

  test('leaves nothing but repositories and snapshots when it is destroyed with its data', async () => {
    const { plan: left } = await own.destroy(whole);
    const kept = new Set(left.kept.map(({ node }) => node.split('/')[0]));
    assert.deepEqual(kept, new Set(['KmsKey', 'ClusterSnapshot']));
  });

  test('stands again a moment later', async () => {
    const outcome = await own.apply(whole);
    assertEmpty(await own.plan(whole));
    const outputs = outputsOf({ declared: whole, plan: outcome.plan });
    await assertSignIns(account, outputs);
    const admin = await administratorOf(account, outputs);
    assert.notEqual((await clientIn(admin, 'mcp-gateway-web')).id, client);
    await assertSecretsAgree(account, admin);
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
