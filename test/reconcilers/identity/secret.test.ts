import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { GetSecretValueCommand, PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import type { Aws } from '../../../src/aws/aws.ts';
import { toReconcileError } from '../../../src/aws/errors.ts';
import { allKinds, look } from '../../../src/engine/look.ts';
import { reconcile } from '../../../src/engine/reconcile.ts';
import { liveOf } from '../../../src/engine/snapshot.ts';
import { systemClock } from '../../../src/engine/timing.ts';
import { listSecrets, type SecretEntry } from '../../../src/reconcilers/identity/secret-list.ts';
import type { SecretContent } from '../../../src/reconcilers/identity/secret-value.ts';
import { secret } from '../../../src/reconcilers/identity/secret.ts';
import { ssmParameter } from '../../../src/reconcilers/identity/ssm-parameter.ts';
import { openSecret } from '../../../src/reconcilers/open-secret.ts';
import { testKind } from '../../kind-contract.ts';
import { openAccount, testTiming } from '../../sandbox-account.ts';
import { assertEmpty, SandboxGateway, type Declared } from '../../sandbox-gateway.ts';

const password: SecretContent = {
  from: { generate: { length: 32, classes: ['lower', 'upper', 'digit'] } },
  member: 'password',
  beside: { username: 'keycloak' },
};

testKind(secret, {
  props: (name) => ({ secretName: `${name}/database`, description: 'of the database', content: password }),
  updates: [{ description: 'of the other database' }],
  observeBudget: 1,
  // Values that are supplied, and what was deleted before, have tests of their own.
  uncalled: [
    'secretsmanager:PutSecretValue',
    'secretsmanager:RestoreSecret',
    'secretsmanager:UpdateSecretVersionStage',
  ],
});

describe('Secret of a generated value', () => {
  const declare = (gateway: SandboxGateway, content = password, description = 'generated'): Declared =>
    gateway.declare((graph) => {
      graph.add(secret, 'database', { secretName: 'keycloak/database', description, content });
    });

  async function read(gateway: SandboxGateway): Promise<string> {
    const secrets = await gateway.aws.secretsmanager();
    return (await secrets.send(new GetSecretValueCommand({ SecretId: 'keycloak/database' }))).SecretString ?? '';
  }

  test('it holds every class of characters and stands beside its constants', async () => {
    const gateway = new SandboxGateway(await openAccount());
    await gateway.apply(declare(gateway));
    const value = JSON.parse(await read(gateway)) as Readonly<Record<string, string>>;
    assert.deepEqual(Object.keys(value), ['username', 'password']);
    assert.match(value['password'] ?? '', /^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)[A-Za-z0-9]{32}$/);
  });

  test('it is written once: what somebody puts in later stays', async () => {
    const gateway = new SandboxGateway(await openAccount());
    await gateway.apply(declare(gateway));
    const secrets = await gateway.aws.secretsmanager();
    await secrets.send(
      new PutSecretValueCommand({ SecretId: 'keycloak/database', SecretString: '{"client_secret":"theirs"}' }),
    );
    assertEmpty(await gateway.plan(declare(gateway)));
    await gateway.apply(declare(gateway, password, 'another description'));
    assert.equal(await read(gateway), '{"client_secret":"theirs"}');
  });

  test('removed and wanted again, twice in a row, it is the same secret with the same value', async () => {
    const gateway = new SandboxGateway(await openAccount());
    await gateway.apply(declare(gateway));
    const value = await read(gateway);
    const [made] = liveOf(await gateway.look(declare(gateway)), 'Secret');
    for (const _ of ['once', 'and again']) {
      await gateway.destroy(declare(gateway));
      await assert.rejects(read(gateway));
      await gateway.apply(declare(gateway));
      const [live] = liveOf(await gateway.look(declare(gateway)), 'Secret');
      assert.deepEqual(live?.outputs, made?.outputs);
      assert.equal(await read(gateway), value);
      assertEmpty(await gateway.plan(declare(gateway)));
    }
  });

  test('a secret of the wanted name that is not ours is left alone', async () => {
    const account = await openAccount();
    const [ours, theirs] = [new SandboxGateway(account), new SandboxGateway(account, { name: 'other' })];
    await theirs.apply(declare(theirs));
    const plan = await ours.plan(declare(ours));
    assert.deepEqual(plan.steps, []);
    assert.match(plan.states.get('Secret/database')?.because ?? '', /belongs to the gateway us-east-1\/other/);
  });

  test('a list that lags behind is not believed', async () => {
    const gateway = new SandboxGateway(await openAccount());
    const phases = async (stale: readonly SecretEntry[]): Promise<readonly string[]> => {
      const { graph, kinds } = declare(gateway);
      const env = await lagging(gateway.aws, stale);
      const seen = await look({ env, graph, kinds, at: allKinds(kinds), known: new Map(), classify: toReconcileError });
      return liveOf(seen, 'Secret').map((live) => `${live.phase} ${String(live.props['description'])}`);
    };
    const nothing = await listSecrets(gateway.aws);
    await gateway.apply(declare(gateway, password, 'first'));
    assert.deepEqual(await phases(nothing), ['ready first']);

    const first = await listSecrets(gateway.aws);
    await gateway.apply(declare(gateway));
    assert.deepEqual(await phases(first), ['ready generated']);

    const alive = await listSecrets(gateway.aws);
    await gateway.destroy(declare(gateway));
    const gone = await listSecrets(gateway.aws);
    await gateway.apply(declare(gateway));
    assert.deepEqual(await phases(gone), ['ready generated']);

    // Nothing in a list of living secrets tells that one of them is gone; whoever removed it remembers.
    const remembering = await lagging(gateway.aws, alive);
    const act = {
      env: remembering,
      node: { id: 'Secret/database', name: 'database', tags: {} },
      token: '',
      live: () => [],
    };
    const [live] = liveOf(await gateway.look(declare(gateway)), 'Secret');
    await secret.delete?.(act, live as never);
    const { graph, kinds } = declare(gateway);
    const seen = await look({
      env: remembering,
      graph,
      kinds,
      at: allKinds(kinds),
      known: new Map(),
      classify: toReconcileError,
    });
    assert.deepEqual(
      liveOf(seen, 'Secret').map((item) => item.phase),
      ['deleting'],
    );
  });
});

test('a secret that is on its way out, unseen by the list, is had back by who needs its value', async () => {
  const gateway = new SandboxGateway(await openAccount());
  const declared = gateway.declare((graph) => {
    const database = graph.add(secret, 'database', {
      secretName: 'keycloak/database',
      description: 'generated',
      content: password,
    });
    graph.add(ssmParameter, 'password', {
      parameterName: '/keycloak/database/password',
      type: 'SecureString',
      value: '{secret}',
      secret: { $secret: database.ref('arn'), key: 'password' },
    });
  });
  await gateway.apply(declared);
  const alive = await listSecrets(gateway.aws);
  await gateway.destroy(declared);
  const env = await lagging(gateway.aws, alive);
  const outcome = await reconcile({
    ...declared,
    env,
    clock: systemClock,
    timing: testTiming,
    random: Math.random,
    openSecret: (ref) => openSecret(env, ref),
    classify: toReconcileError,
    timeout: 30_000,
  });
  assert.deepEqual(
    [outcome.result, outcome.done.map((step) => `${step.verb} ${step.node}`)],
    ['converged', ['restore Secret/database', 'create SsmParameter/password']],
  );
});

/** The same account, whose list of secrets is an old one. */
async function lagging(aws: Aws, entries: readonly SecretEntry[]): Promise<Aws> {
  const secrets = await aws.secretsmanager();
  const SecretList = entries.map((entry) => ({ ...entry, SecretVersionsToStages: entry.VersionIdsToStages }));
  async function* paginateListSecrets() {
    yield { SecretList, $metadata: {} };
  }
  return { ...aws, secretsmanager: async () => ({ ...secrets, paginateListSecrets }) as typeof secrets };
}
