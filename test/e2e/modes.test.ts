import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import {
  DeleteListenerCommand,
  ElasticLoadBalancingV2Client,
  ModifyListenerCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  ChangeResourceRecordSetsCommand,
  ListHostedZonesByNameCommand,
  ListResourceRecordSetsCommand,
  Route53Client,
} from '@aws-sdk/client-route-53';
import { outputsOf } from '../../src/controller/outputs.ts';
import type { Plan } from '../../src/engine/plan.ts';
import { liveOf, type Snapshot } from '../../src/engine/snapshot.ts';
import { freshDomain, openAccount, REGION, type SandboxAccount } from '../sandbox-account.ts';
import { assertEmpty } from '../sandbox-gateway.ts';
import { administratorOf, assertSecretsAgree, assertSignIns } from '../sign-in.ts';
import { answersOf } from './damage.ts';
import { keycloakDamages } from './keycloak-damage.ts';
import { ManifestGateway } from './manifest-gateway.ts';

const base = 'example.com';

type Ingress = Readonly<Record<string, unknown>>;
const specs: Readonly<Record<string, Ingress>> = {
  'custom-domain': { mode: 'custom-domain', domain: { base } },
  'via-cloudfront': { mode: 'cloudfront-custom-domain', domain: freshDomain() },
  dual: { mode: 'cloudfront-custom-domain', entry: 'dual', domain: freshDomain() },
  development: { mode: 'development' },
};

for (const [name, ingress] of Object.entries(specs))
  describe(`a gateway in mode ${name}`, () => {
    let account: SandboxAccount;
    let gateway: ManifestGateway;
    const spec = { ingress };

    before(async () => {
      account = await openAccount();
      gateway = await ManifestGateway.open(account);
    });

    test('is planned on an empty account, built by one apply, and a second plan is empty and small', async () => {
      const first = await gateway.plan(spec);
      assert(first.steps.length > 200, `${first.steps.length} steps`);
      assert.deepEqual(
        first.steps.filter((step) => step.action !== 'create').map((step) => step.node),
        [],
      );
      await gateway.apply(spec);
      gateway.calls.length = 0;
      assertEmpty(await gateway.plan(spec));
      assert(gateway.calls.length <= 140, `${gateway.calls.length} calls for a quiet look`);
      const writes = gateway.calls.filter(({ operation }) => !/^(Describe|List|Get|BatchGet)/.test(operation));
      assert.deepEqual(writes, []);
    });

    test('lets people sign in by every public name, and back to none but these', async () => {
      await assertSignIns(account, outputsOf(await gateway.look(spec)), { besideCloudFront: name === 'dual' });
    });

    test('is put right again after outside changes at its door and in Keycloak', async () => {
      const sight = await gateway.look(spec);
      const outputs = outputsOf(sight);
      const admin = await administratorOf(account, outputs);
      const damages = keycloakDamages(admin);
      for (const { act, what } of damages)
        await act().catch((error: unknown) => assert.fail(`${what}: ${String(error)}`));
      await assert.rejects(assertSignIns(account, outputs));
      await assert.rejects(assertSecretsAgree(account, admin));
      await assertAnswers(
        gateway.plan(spec),
        damages.map(({ answer }) => answer),
      );
      // Keycloak is not to be seen behind a door that is shut.
      const answers = await damage(account, sight.snapshot);
      await assertAnswers(gateway.plan(spec), answers);
      await gateway.apply(spec);
      await assertSignIns(account, outputs, { besideCloudFront: name === 'dual' });
      await assertSecretsAgree(account, admin);
    });

    test('leaves no name, certificate, listener or distribution when it is destroyed', async () => {
      await gateway.destroy(spec);
      const { snapshot } = await gateway.look(spec, { destroy: true, allowData: true });
      for (const kind of ['DnsRecord', 'ValidationRecord', 'Certificate', 'Distribution', 'Listener', 'LoadBalancer'])
        assert.deepEqual(liveOf(snapshot, kind), [], kind);
      assert.deepEqual(await recordsOf(account), []);
    });
  });

async function assertAnswers(plan: Promise<Plan>, wanted: readonly string[]): Promise<void> {
  const seen = answersOf(await plan);
  assert.deepEqual(
    wanted.filter((answer) => !seen.includes(answer)),
    [],
    seen.join('\n'),
  );
}

/** Does harm to what is there, and tells what a plan has to answer. */
async function damage(account: SandboxAccount, snapshot: Snapshot): Promise<readonly string[]> {
  const find = (kind: string, node: string): Readonly<Record<string, string>> | undefined =>
    liveOf(snapshot, kind).find((live) => live.name === node)?.outputs as Readonly<Record<string, string>> | undefined;
  const config = { region: REGION, credentials: account.credentials };
  const elb = new ElasticLoadBalancingV2Client(config);
  const route53 = new Route53Client(config);
  const answers: string[] = [];
  const secure = find('Listener', 'registry-443') ?? find('Listener', 'keycloak-443');
  if (secure !== undefined) {
    await elb.send(new DeleteListenerCommand({ ListenerArn: secure['listenerArn'] }));
    answers.push(`create Listener/${find('Listener', 'registry-443') === undefined ? 'keycloak' : 'registry'}-443`);
  }
  const plain = find('Listener', 'keycloak-80');
  await elb.send(
    new ModifyListenerCommand({
      ListenerArn: plain?.['listenerArn'],
      DefaultActions: [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '404' } }],
    }),
  );
  answers.push('update Listener/keycloak-80');
  const zone = find('HostedZone', base);
  const name = liveOf(snapshot, 'DnsRecord').find((live) => live.name.startsWith('registry'))?.name;
  if (zone !== undefined && name !== undefined) {
    const { ResourceRecordSets = [] } = await route53.send(
      new ListResourceRecordSetsCommand({ HostedZoneId: zone['hostedZoneId'], StartRecordName: name }),
    );
    const alias = ResourceRecordSets.find((record) => record.Name === `${name}.` && record.Type === 'A');
    await route53.send(
      new ChangeResourceRecordSetsCommand({
        HostedZoneId: zone['hostedZoneId'],
        ChangeBatch: {
          Changes: [
            { Action: 'DELETE', ResourceRecordSet: alias },
            {
              Action: 'CREATE',
              ResourceRecordSet: { Name: name, Type: 'A', TTL: 60, ResourceRecords: [{ Value: '203.0.113.9' }] },
            },
          ],
        },
      }),
    );
    answers.push(`update DnsRecord/${name}`);
  }
  return answers;
}

/** What is left in the account's zone besides what Route 53 puts there. */
async function recordsOf(account: SandboxAccount): Promise<readonly string[]> {
  const route53 = new Route53Client({ region: REGION, credentials: account.credentials });
  const { HostedZones = [] } = await route53.send(new ListHostedZonesByNameCommand({ DNSName: base }));
  const { ResourceRecordSets = [] } = await route53.send(
    new ListResourceRecordSetsCommand({ HostedZoneId: HostedZones[0]?.Id }),
  );
  return ResourceRecordSets.filter(({ Type }) => Type !== 'NS' && Type !== 'SOA').map(({ Name }) => Name ?? '');
}
