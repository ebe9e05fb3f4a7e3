import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { clusterParameterGroup } from '../../../src/reconcilers/data/cluster-parameter-group.ts';
import { testKind } from '../../kind-contract.ts';
import { openAccount, type SandboxAccount } from '../../sandbox-account.ts';
import { assertEmpty, SandboxGateway } from '../../sandbox-gateway.ts';

testKind(clusterParameterGroup, {
  // Tags are asked only of groups that are named like a wanted one.
  props: (name) => ({
    dbClusterParameterGroupName: name === 'stranger' ? 'other-params-of-a-stranger' : `${name}-params`,
    family: 'docdb5.0',
    description: 'of the registry',
    parameters: { tls: 'enabled', audit_logs: 'disabled', ttl_monitor: 'enabled' },
  }),
  updates: [{ parameters: { tls: 'disabled', audit_logs: 'disabled', ttl_monitor: 'disabled' } }],
  replacements: [{ family: 'docdb8.0' }],
  outside: {
    'a parameter that somebody set': async (aws, live) => {
      const rds = await aws.rds();
      const Parameters = [
        { ParameterName: 'audit_logs', ParameterValue: 'enabled', ApplyMethod: 'immediate' as const },
      ];
      const DBClusterParameterGroupName = String(live.outputs['dbClusterParameterGroupName']);
      await rds.send(new rds.ModifyDBClusterParameterGroupCommand({ DBClusterParameterGroupName, Parameters }));
    },
  },
  observeBudget: 3,
});

let account: SandboxAccount;
before(async () => {
  account = await openAccount();
});

test('parameters that nobody declared are left as they are', async () => {
  const own = new SandboxGateway(account);
  const declared = own.declare((graph) =>
    graph.add(clusterParameterGroup, 'keycloak', {
      dbClusterParameterGroupName: 'keycloak-params',
      family: 'aurora-postgresql16',
      description: 'of Keycloak',
      parameters: { 'rds.force_ssl': '1' },
    }),
  );
  await own.apply(declared);
  const rds = await own.aws.rds();
  const input = { DBClusterParameterGroupName: 'keycloak-params' };
  const [setting] = (await read(own, input)).filter(
    (item) => item.ApplyType === 'static' && item.ParameterName !== 'rds.force_ssl',
  );
  assert.ok(setting?.ParameterName !== undefined);
  const value = setting.AllowedValues?.split(/[,-]/).at(-1) ?? setting.ParameterValue;
  await rds.send(
    new rds.ModifyDBClusterParameterGroupCommand({
      ...input,
      Parameters: [{ ParameterName: setting.ParameterName, ParameterValue: value, ApplyMethod: 'pending-reboot' }],
    }),
  );
  assertEmpty(await own.plan(declared));
});

async function read(own: SandboxGateway, input: { DBClusterParameterGroupName: string }) {
  const rds = await own.aws.rds();
  const found = [];
  for await (const page of rds.paginateDescribeDBClusterParameters({ client: rds.client }, input))
    found.push(...(page.Parameters ?? []));
  return found;
}
