import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { DescribeDBClustersCommand } from '@aws-sdk/client-rds';
import type { Snapshot } from '../../../src/engine/snapshot.ts';
import { must } from '../../../src/engine/errors.ts';
import { liveOf } from '../../../src/engine/snapshot.ts';
import { openAccount } from '../../sandbox-account.ts';
import { assertEmpty, printPlan, SandboxGateway } from '../../sandbox-gateway.ts';
import { declareWhole } from './whole-data.ts';

describe('the data of a gateway', () => {
  let own: SandboxGateway;
  let snapshot: Snapshot;
  const outputOf = (kind: string, name: string, output: string): string =>
    String(
      must(
        liveOf(snapshot, kind).find((live) => live.name === name),
        `${kind}/${name}`,
      ).outputs[output],
    );
  const parameter = async (name: string): Promise<string | undefined> => {
    const ssm = await own.aws.ssm();
    const { Parameters } = await ssm.send(new ssm.GetParametersCommand({ Names: [name], WithDecryption: true }));
    return Parameters?.[0]?.Value;
  };

  before(async () => {
    own = new SandboxGateway(await openAccount(), { name: 'mcp-gateway' });
  });

  test('is made from nothing, and then there is nothing to do', async () => {
    const declared = declareWhole(own);
    ({ snapshot } = await own.apply(declared));
    assertEmpty(await own.plan(declared));
  });

  test('bears the names that people know', () => {
    assert.equal(outputOf('AuroraCluster', 'keycloak', 'dbClusterIdentifier'), 'mcp-gateway-keycloak-cluster');
    assert.equal(outputOf('DocumentDbCluster', 'registry', 'dbClusterIdentifier'), 'mcp-gateway-documentdb-cluster');
    assert.equal(outputOf('DbProxy', 'keycloak', 'dbProxyName'), 'keycloak-proxy');
    assert.equal(outputOf('DbSubnetGroup', 'keycloak', 'dbSubnetGroupName'), 'keycloak-subnet-group');
    assert.equal(
      outputOf('ClusterParameterGroup', 'registry', 'dbClusterParameterGroupName'),
      'mcp-gateway-registry-params',
    );
    const paths = new Set(liveOf(snapshot, 'AccessPoint').map((live) => live.props['path']));
    assert.deepEqual(paths, new Set(['/agents', '/auth_config', '/logs', '/mcpgw_data', '/models', '/servers']));
  });

  test('is encrypted, the databases with keys of their own', async () => {
    const rds = await own.aws.rds();
    for (const [kind, name, key] of [
      ['AuroraCluster', 'keycloak', 'rds'],
      ['DocumentDbCluster', 'registry', 'documentdb'],
    ] as const) {
      const DBClusterIdentifier = outputOf(kind, name, 'dbClusterIdentifier');
      const { DBClusters } = await rds.send(new DescribeDBClustersCommand({ DBClusterIdentifier }));
      const { StorageEncrypted, KmsKeyId } = must(DBClusters?.[0], DBClusterIdentifier);
      assert.deepEqual([StorageEncrypted, KmsKeyId], [true, outputOf('KmsKey', key, 'keyArn')]);
    }
    const [files] = liveOf(snapshot, 'FileSystem');
    assert.equal(files?.props['encrypted'], true);
  });

  test('is told to Keycloak and to scripts by parameters', async () => {
    const proxy = outputOf('DbProxy', 'keycloak', 'endpoint');
    assert.equal(await parameter('/keycloak/database/url'), `jdbc:postgresql://${proxy}:5432/keycloak?sslmode=require`);
    assert.equal(await parameter('/keycloak/database/username'), 'keycloak');
    const endpoint = outputOf('DocumentDbCluster', 'registry', 'endpoint');
    assert.equal(await parameter('/mcp-gateway/documentdb/endpoint'), endpoint);
    const { hostname, username, searchParams } = new URL(
      (await parameter('/mcp-gateway/documentdb/connection_string')) ?? '',
    );
    assert.deepEqual([hostname, username], [endpoint, 'docdbadmin']);
    assert.deepEqual(Object.fromEntries(searchParams), {
      authMechanism: 'SCRAM-SHA-1',
      authSource: 'admin',
      tls: 'true',
      tlsCAFile: 'global-bundle.pem',
      replicaSet: 'rs0',
      readPreference: 'secondaryPreferred',
      retryWrites: 'false',
    });
  });

  test('a plan that writes a password somewhere does not hold it', async () => {
    const password = (await parameter('/keycloak/database/password')) ?? '';
    assert.ok(password.length >= 12);
    const ssm = await own.aws.ssm();
    await ssm.send(new ssm.DeleteParameterCommand({ Name: '/keycloak/database/password' }));
    const declared = declareWhole(own);
    const plan = await own.plan(declared);
    assert.deepEqual(
      plan.steps.map((step) => [step.node, step.action]),
      [['SsmParameter/keycloak-database-password', 'create']],
    );
    assert.ok(!JSON.stringify([plan.steps, [...plan.states]]).includes(password));
    await own.apply(declared);
    assert.equal(await parameter('/keycloak/database/password'), password);
  });

  test('the logs of DocumentDB are kept for as long as the manifest says, and go after their cluster', async () => {
    const declared = declareWhole(own);
    const groups = liveOf(await own.look(declared), 'LogGroup');
    assert.deepEqual(
      groups.map((live) => [live.props['logGroupName'], live.props['retentionInDays']]),
      ['audit', 'profiler'].map((type) => [`/aws/docdb/mcp-gateway-documentdb-cluster/${type}`, 7]),
    );
    const plan = await own.planDestroy(declared);
    const waits = plan.steps.filter((step) => step.kind === 'LogGroup').map((step) => step.waitsFor);
    assert.deepEqual(waits, [['DocumentDbCluster/registry'], ['DocumentDbCluster/registry']]);
  });

  test('another master user is refused, and the plan names the field', async () => {
    const plan = await own.plan(declareWhole(own, { databases: { keycloak: { username: 'other' } } }));
    const step = must(
      plan.steps.find((item) => item.node === 'AuroraCluster/keycloak'),
      'step',
    );
    assert.equal(step.action, 'refuse', printPlan(plan));
    assert.match(step.because ?? '', /spec\.databases\.keycloak/);
  });

  test('TLS that is switched off says that a person has to restart the database', async () => {
    const declared = declareWhole(own, { databases: { registry: { tls: false } } });
    await own.apply(declared);
    const state = must((await own.plan(declared)).states.get('DocumentDbCluster/registry'), 'state');
    assert.equal(state.phase, 'ready');
    assert.match(state.because ?? '', /mcp-gateway-registry-primary is rebooted/);
    assert.doesNotMatch((await parameter('/mcp-gateway/documentdb/connection_string')) ?? 'tls=true', /tls=true/);
  });

  test('without a proxy Keycloak goes to the cluster', async () => {
    const declared = declareWhole(own, { databases: { keycloak: { proxy: false } } });
    ({ snapshot } = await own.apply(declared));
    assertEmpty(await own.plan(declared));
    const endpoint = outputOf('AuroraCluster', 'keycloak', 'endpoint');
    assert.equal(
      await parameter('/keycloak/database/url'),
      `jdbc:postgresql://${endpoint}:5432/keycloak?sslmode=require`,
    );
    assert.deepEqual(
      liveOf(await own.look(declared), 'DbProxy').filter((live) => live.phase !== 'deleting'),
      [],
    );
  });
});
