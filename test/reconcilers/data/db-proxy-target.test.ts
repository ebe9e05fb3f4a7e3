import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { must } from '../../../src/engine/errors.ts';
import type { GraphBuilder } from '../../../src/engine/graph.ts';
import { auroraCluster } from '../../../src/reconcilers/data/aurora-cluster.ts';
import { dbProxyTarget } from '../../../src/reconcilers/data/db-proxy-target.ts';
import { securityGroupRule } from '../../../src/reconcilers/network/security-group-rule.ts';
import { testKind } from '../../kind-contract.ts';
import { openAccount, type SandboxAccount } from '../../sandbox-account.ts';
import { assertEmpty, SandboxGateway, type Declared } from '../../sandbox-gateway.ts';
import { addInstance, addSurroundings, auroraProps } from './databases.ts';
import { addProxy } from './proxies.ts';

interface Ways {
  /** The rules that let the proxy out of its group and into it. */
  readonly rules?: boolean;
  readonly username?: string;
}

/** A cluster with an instance, and a proxy that is to reach it. */
function addDatabase(graph: GraphBuilder, name: string, { rules = true, username = 'keycloak' }: Ways = {}) {
  const surroundings = addSurroundings(graph, name, 'aurora-postgresql16');
  const { groupId } = surroundings;
  for (const direction of rules ? (['egress', 'ingress'] as const) : [])
    graph.add(securityGroupRule, `database-${direction}`, {
      groupId,
      direction,
      protocol: 'tcp',
      fromPort: 5432,
      toPort: 5432,
      peerGroupId: groupId,
      description: 'between proxy and database',
    });
  const { proxy, password, arn } = addProxy(graph, name, surroundings, username);
  const cluster = graph.add(auroraCluster, 'keycloak', {
    ...auroraProps(name),
    ...surroundings.wanted,
    masterUserPassword: { $secret: arn, key: 'password' },
    passwordVersion: password.ref('versionId'),
  });
  return { cluster, instance: addInstance(graph, name, cluster), proxy };
}

const after = ['AuroraInstance/keycloak-1'];

testKind(dbProxyTarget, {
  needs: (graph, name) => {
    const { cluster, proxy } = addDatabase(graph, name);
    return {
      dbProxyName: proxy.ref('dbProxyName', { when: 'ready' }),
      dbClusterIdentifier: cluster.ref('dbClusterIdentifier'),
    };
  },
  after,
  props: {},
  observeBudget: 1,
});

let account: SandboxAccount;
before(async () => {
  account = await openAccount();
});

const declare = (own: SandboxGateway, ways: Ways, withTarget = true): Declared =>
  own.declare((graph) => {
    const { cluster, instance, proxy } = addDatabase(graph, own.name, ways);
    const dbProxyName = proxy.ref('dbProxyName', { when: 'ready' });
    const props = { dbProxyName, dbClusterIdentifier: cluster.ref('dbClusterIdentifier') };
    if (withTarget) graph.add(dbProxyTarget, 'subject', props, { after: [instance] });
  });

/** Registers the cluster with the proxy, and gives what is told of the target until it is `told`. */
async function register(name: string, ways: Ways, told: RegExp): Promise<readonly string[]> {
  const own = new SandboxGateway(account, { name });
  await own.apply(declare(own, ways, false));
  const rds = await own.aws.rds();
  const input = { DBProxyName: `${name}-proxy`, DBClusterIdentifiers: [`${name}-keycloak-cluster`] };
  await rds.send(new rds.RegisterDBProxyTargetsCommand(input));
  const words: string[] = [];
  for (let tries = 0; tries < 100; tries += 1) {
    const { phase, because } = must((await own.plan(declare(own, ways))).states.get('DbProxyTarget/subject'), 'target');
    const now = `${phase}: ${because ?? ''}`;
    if (now !== words.at(-1)) words.push(now);
    if (told.test(now)) return words;
    await sleep(50);
  }
  return assert.fail(words.join('\n'));
}

test('a proxy that does not reach its database says which way is closed', async () => {
  const words = await register('closed', { rules: false }, /CONNECTION_FAILED/);
  assert.match(words.at(-1) ?? '', /^pending: closed-keycloak-1: .*security group must let it out to itself/);
});

test('a proxy that may not sign in says why', async () => {
  const words = await register('stranger', { username: 'somebody' }, /AUTH_FAILURE/);
  assert.match(words.at(-1) ?? '', /^pending: .*user name and password of the database/);
});

test('a proxy without capacity is pending with advice, not failed, and gets there', async () => {
  const words = await register('waiting', {}, /^ready/);
  assert.ok(
    words.some((text) => /^pending: .*spec\.databases\.keycloak\.minCapacity.*PENDING_PROXY_CAPACITY/.test(text)),
    words.join('\n'),
  );
});

test('another password reaches the database, and the proxy signs in with it', async () => {
  const own = new SandboxGateway(account, { name: 'password' });
  await own.apply(declare(own, {}));
  const secrets = await own.aws.secretsmanager();
  const SecretString = JSON.stringify({ username: 'keycloak', password: 'another-correct-horse' });
  await secrets.send(new secrets.PutSecretValueCommand({ SecretId: 'password/database', SecretString }));

  const plan = await own.plan(declare(own, {}));
  const changes = plan.steps.map((step) => [step.node, step.changes.map((change) => change.path)]);
  assert.deepEqual(changes, [['AuroraCluster/keycloak', ['/passwordVersion']]]);
  assert.equal(plan.states.get('DbProxyTarget/subject')?.phase, 'pending');
  await own.apply(declare(own, {}));
  assertEmpty(await own.plan(declare(own, {})));
});
