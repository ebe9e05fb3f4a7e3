import assert from 'node:assert/strict';
import { createServer, type AddressInfo } from 'node:net';
import { before, describe, test } from 'node:test';
import { outputsOf } from '../../src/controller/outputs.ts';
import type { Plan } from '../../src/engine/plan.ts';
import type { Admin } from '../../src/reconcilers/keycloak/admin.ts';
import { openAccount, type SandboxAccount } from '../sandbox-account.ts';
import { assertEmpty, printPlan } from '../sandbox-gateway.ts';
import { administratorOf, assertSecretsAgree, assertSignIns, clientIn } from '../sign-in.ts';
import { ManifestGateway } from './manifest-gateway.ts';

const spec = {
  ingress: { mode: 'development' },
  keycloak: { adminPassword: { env: 'KEYCLOAK_ADMIN_PASSWORD' } },
};
const INSIDE = [
  'KeycloakServer/keycloak',
  'Realm/mcp-gateway',
  'RealmClient/mcp-gateway-m2m',
  'RealmClient/mcp-gateway-web',
];

describe('Keycloak inside a gateway', () => {
  let account: SandboxAccount;
  let gateway: ManifestGateway;
  let outputs: ReturnType<typeof outputsOf>;
  let admin: Admin;

  before(async () => {
    account = await openAccount();
    gateway = await ManifestGateway.open(account);
    gateway.environment['KEYCLOAK_ADMIN_PASSWORD'] = 'first-administrator';
    await gateway.apply(spec);
    outputs = outputsOf(await gateway.look(spec));
    admin = await administratorOf(account, outputs);
  });

  test('is left alone, and nothing else is, when somebody gave it another password', async () => {
    await admin.put('/mcp-gateway', { registrationAllowed: true });
    await setPassword(admin, 'somebody-else-s');
    const more = { ...spec, tags: { team: 'platform' } };
    const { plan, result, failures } = await gateway.attempt(more);
    assert.equal(result, 'failed');
    assert.deepEqual(failures, []);
    const { phase, because } = stateOf(plan, 'KeycloakServer/keycloak');
    assert.equal(phase, 'stalled');
    assert.match(
      because ?? '',
      /neither the password that arn:\S+:secret:mcp-gateway-v2-keycloak-admin-password-\w+ holds/,
    );
    assert.deepEqual(
      [...plan.states.values()]
        .filter((state) => state.phase !== 'ready')
        .map((state) => state.id)
        .sort(),
      INSIDE,
    );
    assert.deepEqual(plan.steps, [], printPlan(plan));
    admin = await administratorOf(account, outputs, 'somebody-else-s');
    assert.equal((await admin.get<{ registrationAllowed: boolean }>('/mcp-gateway'))?.registrationAllowed, true);

    gateway.environment['KEYCLOAK_ADMIN_PASSWORD'] = 'somebody-else-s';
    await gateway.apply(spec);
    assert.equal((await admin.get<{ registrationAllowed: boolean }>('/mcp-gateway'))?.registrationAllowed, false);
  });

  test('is not even asked when its realm is somebody else’s', async () => {
    const proxy = gateway.environment['MCPGW_PROBE_PROXY'];
    let asked = 0;
    const server = createServer((socket) => {
      asked += 1;
      socket.destroy();
    }).listen(0, '127.0.0.1');
    await new Promise((listening) => server.once('listening', listening));
    try {
      gateway.environment['MCPGW_PROBE_PROXY'] = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const plan = await gateway.plan({ ...spec, keycloak: { ...spec.keycloak, realm: 'unmanaged' } });
      assertEmpty(plan);
      assert.deepEqual(
        [...plan.states.values()].filter((state) => state.domain === 'keycloak'),
        [],
      );
      assert.equal(asked, 0);
      await gateway.plan(spec);
      assert(asked > 0, 'otherwise it is asked');
    } finally {
      gateway.environment['MCPGW_PROBE_PROXY'] = proxy;
      server.close();
    }
  });

  test('is found as it was in the database that a destruction keeps', async () => {
    const ids = await idsOf(admin);
    const { result, plan: left } = await gateway.attempt(spec, { destroy: true });
    assert.equal(result, 'converged', printPlan(left));
    assert(
      left.kept.some(({ node }) => node === 'AuroraCluster/keycloak'),
      printPlan(left),
    );
    const plan = await gateway.plan(spec);
    assert.deepEqual(stepsInside(plan), []);
    await gateway.apply(spec);
    outputs = outputsOf(await gateway.look(spec));
    admin = await administratorOf(account, outputs);
    assert.deepEqual(await idsOf(admin), ids);
    await assertSignIns(account, outputs);
    await assertSecretsAgree(account, admin);
  });
});

const stepsInside = ({ steps }: Plan): readonly string[] =>
  steps.filter(({ node }) => INSIDE.includes(node)).map(({ action, node }) => `${action} ${node}`);

function stateOf(plan: Plan, id: string) {
  const state = plan.states.get(id);
  assert(state !== undefined, id);
  return state;
}

const idsOf = (admin: Admin): Promise<readonly string[]> =>
  Promise.all(['mcp-gateway-web', 'mcp-gateway-m2m'].map(async (clientId) => (await clientIn(admin, clientId)).id));

async function setPassword(admin: Admin, value: string): Promise<void> {
  const [user] = (await admin.get<readonly { readonly id: string }[]>('/master/users?username=admin&exact=true')) ?? [];
  assert(user !== undefined);
  await admin.put(`/master/users/${user.id}/reset-password`, { type: 'password', value, temporary: false });
}
