import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ListHostedZonesCommand, ListResourceRecordSetsCommand } from '@aws-sdk/client-route-53';
import { openAccount } from '../sandbox-account.ts';
import { ManifestGateway } from './manifest-gateway.ts';

const specOf = (registry?: string) => ({
  ingress: { mode: 'custom-domain', domain: { base: 'example.com', ...(registry !== undefined && { registry }) } },
});

/** What stands in the account's zone, but what every zone has. */
async function recordsIn(gateway: ManifestGateway): Promise<readonly string[]> {
  const { client } = await (await gateway.session(specOf())).aws.route53();
  const { HostedZones } = await client.send(new ListHostedZonesCommand({}));
  const HostedZoneId = HostedZones?.[0]?.Id;
  const { ResourceRecordSets = [] } = await client.send(new ListResourceRecordSetsCommand({ HostedZoneId }));
  return ResourceRecordSets.filter(({ Type }) => Type !== 'NS' && Type !== 'SOA')
    .map(({ Name, Type }) => `${Type} ${Name?.replace(/_[0-9a-f]{32}/, '_proof')}`)
    .sort();
}

const recordsOf = (...hosts: readonly string[]): readonly string[] =>
  hosts.flatMap((host) => [`A ${host}.`, `CNAME _proof.${host}.`, `TXT _mcpgw.${host}.`]).sort();

test('a gateway moves to another name in the same zone, and leaves nothing of the old one', async () => {
  const gateway = await ManifestGateway.open(await openAccount());
  await gateway.apply(specOf());
  const keycloak = 'kc.us-east-1.example.com';
  assert.deepEqual(await recordsIn(gateway), recordsOf(keycloak, 'registry.us-east-1.example.com'));
  await gateway.apply(specOf('tools.example.com'), { timeout: 300_000 });
  assert.deepEqual(await recordsIn(gateway), recordsOf(keycloak, 'tools.example.com'));
  await gateway.destroy(specOf('tools.example.com'));
  assert.deepEqual(await recordsIn(gateway), []);
});
