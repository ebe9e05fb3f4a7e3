import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { before, describe, test } from 'node:test';
import { RDSClient, RestoreDBClusterFromSnapshotCommand, type DBClusterSnapshot } from '@aws-sdk/client-rds';
import { must } from '../../../src/engine/errors.ts';
import type { Act, AnyKind, Observed } from '../../../src/engine/kind.ts';
import type { Aws } from '../../../src/aws/aws.ts';
import { makePlan } from '../../../src/engine/plan.ts';
import { emptied } from '../../../src/engine/reconcile.ts';
import { liveOf } from '../../../src/engine/snapshot.ts';
import { auroraCluster } from '../../../src/reconcilers/data/aurora-cluster.ts';
import { auroraInstance } from '../../../src/reconcilers/data/aurora-instance.ts';
import { clusterSnapshot } from '../../../src/reconcilers/data/cluster-snapshot.ts';
import { openAccount, type SandboxAccount } from '../../sandbox-account.ts';
import { assertEmpty, printPlan, SandboxGateway, type Declared } from '../../sandbox-gateway.ts';
import { addAurora, addInstance, addSurroundings } from './databases.ts';

const declare = (own: SandboxGateway): Declared =>
  own.declare((graph) => void addAurora(graph, own.name), [clusterSnapshot]);

const snapshotsOf = async (own: SandboxGateway): Promise<readonly DBClusterSnapshot[]> => {
  const rds = await own.aws.rds();
  const { DBClusterSnapshots } = await rds.send(new rds.DescribeDBClusterSnapshotsCommand({ SnapshotType: 'manual' }));
  return (DBClusterSnapshots ?? []).filter((item) => item.DBClusterIdentifier === `${own.name}-keycloak-cluster`);
};

const clusterOf = async (own: SandboxGateway, declared: Declared): Promise<Observed> =>
  must(liveOf(await own.look(declared), 'AuroraCluster')[0], 'cluster');

/** One stage of a deletion, by a process that is gone afterwards. */
async function deleteOnce(own: SandboxGateway, declared: Declared): Promise<void> {
  const live = await clusterOf(own, declared);
  const node = { id: 'AuroraCluster/keycloak', name: 'keycloak', tags: {} };
  const act: Act<Aws> = { env: own.aws, node, token: randomBytes(16).toString('hex'), live: () => [] };
  const kind: AnyKind = auroraCluster;
  await kind.delete?.(act, live);
}

let account: SandboxAccount;
before(async () => {
  account = await openAccount();
});

describe('a database that may not be deleted', () => {
  test('stays with all that it needs, and its protection is not touched', async () => {
    const own = new SandboxGateway(account, { name: 'kept' });
    const declared = own.declare((graph) => void addInstance(graph, own.name, addAurora(graph, own.name)));
    await own.apply(declared);
    const snapshot = await own.look(declared);
    const plan = makePlan({ ...declared, graph: emptied(declared.graph), snapshot });
    // Nothing stands in the other group.
    assert.deepEqual(
      plan.steps.map((step) => step.node),
      ['SecurityGroup/another'],
      printPlan(plan),
    );
    const reasons = new Map(plan.kept.map(({ node, because }) => [node, because]));
    assert.equal(reasons.get('AuroraCluster/keycloak'), 'it holds data');
    assert.equal(reasons.get('AuroraInstance/keycloak-1'), 'it holds data');
    for (const node of ['DbSubnetGroup/database', 'KmsKey/database', 'SecurityGroup/database', 'Subnet/private-a'])
      assert.ok(reasons.has(node), node);
  });

  test('a stranger who deletes an instance is not helped by the protection of its cluster, but a plan is', async () => {
    const own = new SandboxGateway(account, { name: 'kept' });
    const without = own.declare((graph) => void addAurora(graph, own.name), [auroraInstance]);
    const plan = makePlan({ ...without, snapshot: await own.look(without) });
    assert.deepEqual(
      plan.kept.map(({ node, because }) => `${node}: ${because}`),
      ['AuroraInstance/keycloak-1: it holds data'],
    );
  });
});

describe('a database that may be deleted', () => {
  test('has a final snapshot that is seen available first, and the snapshot keeps its key', async () => {
    const own = new SandboxGateway(account, { name: 'gone' });
    const declared = declare(own);
    await own.apply(declared);
    own.calls.length = 0;
    const { plan } = await own.destroy(declared);

    const [snapshot, ...others] = await snapshotsOf(own);
    assert.deepEqual(others, []);
    assert.match(snapshot?.DBClusterSnapshotIdentifier ?? '', /^gone-keycloak-cluster-final-[0-9a-f]{8}$/);
    assert.equal(snapshot?.Status, 'available');
    const writes = own.calls.filter(
      ({ service, operation, error }) =>
        service === 'rds' && error === undefined && !/^(Describe|List)/.test(operation),
    );
    assert.deepEqual(
      writes.map(({ operation }) => operation).filter((operation) => /Cluster$|Snapshot$|Tags/.test(operation)),
      ['ModifyDBCluster', 'AddTagsToResource', 'CreateDBClusterSnapshot', 'DeleteDBCluster'],
    );
    const node = `ClusterSnapshot/${snapshot?.DBClusterSnapshotIdentifier ?? ''}`;
    assert.deepEqual(
      new Set(plan.kept.map((kept) => `${kept.node}: ${kept.because}`)),
      new Set([`${node}: it holds data, and nothing here deletes it`, `KmsKey/database: ${node} needs it`]),
    );
  });

  test('a crash after the snapshot was begun: the next process waits for that one', async () => {
    const own = new SandboxGateway(account, { name: 'crashed' });
    const declared = declare(own);
    await own.apply(declared);
    for (let stage = 0; stage < 3; stage += 1) await deleteOnce(own, declared);
    const [begun] = await snapshotsOf(own);
    assert.equal(begun?.Status, 'creating');
    await own.destroy(declared);
    const found = await snapshotsOf(own);
    assert.deepEqual(
      found.map((item) => item.DBClusterSnapshotIdentifier),
      [begun?.DBClusterSnapshotIdentifier],
    );
    assert.equal(found[0]?.Status, 'available');
  });

  test('a deletion that is called off leaves a protected database, and the next one trusts no old snapshot', async () => {
    const own = new SandboxGateway(account, { name: 'wanted' });
    const declared = declare(own);
    await own.apply(declared);
    for (let stage = 0; stage < 3; stage += 1) await deleteOnce(own, declared);
    assert.equal((await clusterOf(own, declared)).props['deletionProtection'], false);

    await own.apply(declared);
    const back = await clusterOf(own, declared);
    assert.equal(back.props['deletionProtection'], true);
    assert.equal(back.props['finalSnapshotIdentifier'], '');
    assertEmpty(await own.plan(declared));

    await own.destroy(declared);
    const names = (await snapshotsOf(own)).map((item) => item.DBClusterSnapshotIdentifier);
    assert.equal(new Set(names).size, 2);
  });

  test('a snapshot that failed keeps the database', async () => {
    const own = new SandboxGateway(account, { name: 'failed' });
    const declared = declare(own);
    await own.apply(declared);
    await deleteOnce(own, declared);
    await deleteOnce(own, declared);
    const rds = await own.aws.rds();
    const aws: Aws = {
      ...own.aws,
      rds: async () => ({
        ...rds,
        send: (async (command: object) =>
          command instanceof rds.DescribeDBClusterSnapshotsCommand
            ? { DBClusterSnapshots: [{ Status: 'failed' }] }
            : assert.fail(command.constructor.name)) as typeof rds.send,
      }),
    };
    const live = await clusterOf(own, declared);
    const act = {
      env: aws,
      node: { id: 'AuroraCluster/keycloak', name: 'keycloak', tags: {} },
      token: '0',
      live: () => [],
    };
    await assert.rejects(async () => auroraCluster.delete?.(act, live as never), /the cluster stays/);
  });

  test('a final snapshot becomes the database again when it is restored with our marks', async () => {
    const own = new SandboxGateway(account, { name: 'restored' });
    const declared = declare(own);
    await own.apply(declared);
    await own.destroy(declared);
    const [snapshot] = await snapshotsOf(own);

    const around = own.declare(
      (graph) => void addSurroundings(graph, own.name, 'aurora-postgresql16'),
      [clusterSnapshot],
    );
    await own.apply(around);
    const rds = new RDSClient({ region: own.aws.region, credentials: account.credentials });
    await rds.send(
      new RestoreDBClusterFromSnapshotCommand({
        DBClusterIdentifier: 'restored-keycloak-cluster',
        SnapshotIdentifier: snapshot?.DBClusterSnapshotIdentifier,
        Engine: 'aurora-postgresql',
        DBSubnetGroupName: 'restored-subnets',
        Tags: [
          { Key: 'mcpgw:gateway', Value: own.aws.owner },
          { Key: 'mcpgw:node', Value: 'AuroraCluster/keycloak' },
        ],
      }),
    );
    own.calls.length = 0;
    await own.apply(declared);
    assertEmpty(await own.plan(declared));
    assert.ok(!own.calls.some((call) => call.operation === 'CreateDBCluster'));
  });
});
