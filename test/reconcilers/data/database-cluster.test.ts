import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { must } from '../../../src/engine/errors.ts';
import type { AnyKind } from '../../../src/engine/kind.ts';
import { auroraCluster } from '../../../src/reconcilers/data/aurora-cluster.ts';
import { openAccount, type SandboxAccount } from '../../sandbox-account.ts';
import { assertEmpty, printPlan, SandboxGateway, type Declared } from '../../sandbox-gateway.ts';
import { addSurroundings, auroraProps } from './databases.ts';

let account: SandboxAccount;
before(async () => {
  account = await openAccount();
});

const declare = (own: SandboxGateway, change: object = {}, kind: typeof auroraCluster = auroraCluster): Declared =>
  own.declare((graph) => {
    const { wanted } = addSurroundings(graph, own.name, 'aurora-postgresql16');
    graph.add(kind, 'keycloak', { ...auroraProps(own.name), ...wanted, ...change });
  });

const writesOf = (own: SandboxGateway, operation: string): number =>
  own.calls.filter((call) => call.operation === operation).length;

test('a create whose answer was lost is found and not sent again', async () => {
  const own = new SandboxGateway(account, { name: 'lost' });
  let created = 0;
  const create = must(auroraCluster.create, 'create');
  const kind: typeof auroraCluster = {
    ...auroraCluster,
    create: async (act, props) => {
      await create(act, props);
      created += 1;
      throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
    },
  };
  await own.apply(declare(own, {}, kind));
  assert.equal(created, 1);
  assertEmpty(await own.plan(declare(own)));
});

test('what waits for the maintenance window counts as set', async () => {
  const own = new SandboxGateway(account, { name: 'window' });
  await own.apply(declare(own));
  const rds = await own.aws.rds();
  const input = { DBClusterIdentifier: 'window-keycloak-cluster', BackupRetentionPeriod: 14, ApplyImmediately: false };
  await rds.send(new rds.ModifyDBClusterCommand(input));
  own.calls.length = 0;
  const declared = declare(own, { backupRetentionPeriod: 14 });
  await own.apply(declared);
  assertEmpty(await own.plan(declared));
  assert.equal(writesOf(own, 'ModifyDBCluster'), 0);
});

test('a change is sent once, however long it takes', async () => {
  const own = new SandboxGateway(account, { name: 'once' });
  await own.apply(declare(own));
  own.calls.length = 0;
  await own.apply(declare(own, { engineVersion: '16.8', passwordVersion: 'second' }));
  assert.equal(writesOf(own, 'ModifyDBCluster'), 1);
});

test('a minor version that AWS installed is left, an older one than wanted is not', async () => {
  const own = new SandboxGateway(account, { name: 'minor' });
  await own.apply(declare(own, { engineVersion: '16.6' }));
  assertEmpty(await own.plan(declare(own, { engineVersion: '16.4' })));
  const newer = await own.plan(declare(own, { engineVersion: '16.8' }));
  assert.deepEqual(
    newer.steps.map((step) => step.action),
    ['update'],
    printPlan(newer),
  );
});

test("a cluster of the wanted name that is somebody else's is refused and not touched", async () => {
  const own = new SandboxGateway(account, { name: 'taken' });
  const kind: AnyKind = auroraCluster;
  const withoutCluster = own.declare((graph) => void addSurroundings(graph, own.name, 'aurora-postgresql16'), [kind]);
  const { snapshot } = await own.apply(withoutCluster);
  const view = snapshot.get('KmsKey');
  assert.equal(view?.status, 'known');
  const rds = await own.aws.rds();
  await rds.send(
    new rds.CreateDBClusterCommand({
      DBClusterIdentifier: 'taken-keycloak-cluster',
      Engine: 'aurora-postgresql',
      MasterUsername: 'somebody',
      MasterUserPassword: 'something-else',
      Tags: [{ Key: 'ManagedBy', Value: 'terraform' }],
    }),
  );
  const plan = await own.plan(declare(own));
  const state = plan.states.get('AuroraCluster/keycloak');
  assert.equal(state?.phase, 'stalled');
  assert.match(state?.because ?? '', /Terraform/);
  assert.deepEqual(plan.steps, [], printPlan(plan));
});
