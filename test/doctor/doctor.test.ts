import {
  CloudFrontClient,
  GetDistributionConfigCommand,
  UpdateDistributionCommand,
  type DistributionConfig,
} from '@aws-sdk/client-cloudfront';
import { EC2Client, RevokeSecurityGroupIngressCommand } from '@aws-sdk/client-ec2';
import { DeleteServiceCommand, ECSClient } from '@aws-sdk/client-ecs';
import { DeleteListenerCommand, ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  ChangeResourceRecordSetsCommand,
  ListResourceRecordSetsCommand,
  Route53Client,
  type ResourceRecordSet,
} from '@aws-sdk/client-route-53';
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { must } from '../../src/engine/errors.ts';
import { examine, type Examination } from '../../src/doctor/doctor.ts';
import type { Finding } from '../../src/doctor/finding.ts';
import { lookAround, type Sight } from '../../src/controller/look.ts';
import { outputsOf } from '../../src/controller/outputs.ts';
import { freshDomain, openAccount, REGION } from '../sandbox-account.ts';
import { ManifestGateway } from '../e2e/manifest-gateway.ts';
import { administratorOf, clientIn } from '../sign-in.ts';

const domain = freshDomain();
const { registry } = domain;
const spec = {
  ingress: {
    mode: 'cloudfront-custom-domain',
    domain,
    // Nobody gets to the load balancers but CloudFront.
    allowedCidrs: ['203.0.113.0/24'],
  },
};

const account = await openAccount();
const client = { region: REGION, credentials: account.credentials };

describe('a gateway that is broken from inside out', () => {
  let gateway: ManifestGateway;
  let sight: Sight;

  before(async () => {
    gateway = await ManifestGateway.open(account);
    await gateway.apply(spec);
    sight = await gateway.look(spec);
  });

  async function examined(): Promise<readonly Examination[]> {
    const session = await gateway.session(spec);
    return examine(session, await lookAround(session));
  }

  async function firstOf(front: string): Promise<Finding> {
    const found = (await examined()).find((item) => item.front === front);
    return must(
      found?.findings.find(({ verdict }) => verdict === 'wrong'),
      `something wrong with ${front}`,
    );
  }

  /** The first thing wrong, asked for until it is this layer: what was done outside takes a while to show. */
  async function becomes(front: string, layer: string, seen = ''): Promise<Finding> {
    for (let i = 0; i < 40; i += 1) {
      const finding = await firstOf(front).catch(() => undefined);
      if (finding?.layer === layer && finding.seen.includes(seen)) return finding;
      await sleep(200);
    }
    return firstOf(front);
  }

  const output = (id: string, name: string): string => {
    const value = sight.plan.states.get(id)?.live?.outputs[name];
    assert(typeof value === 'string', `${id} has ${name}`);
    return value;
  };

  async function revoke(rule: string): Promise<void> {
    const { groupId } = must(sight.plan.states.get(`SecurityGroupRule/${rule}`)?.live, rule).props;
    const SecurityGroupRuleIds = [output(`SecurityGroupRule/${rule}`, 'ruleId')];
    await new EC2Client(client).send(
      new RevokeSecurityGroupIngressCommand({ GroupId: String(groupId), SecurityGroupRuleIds }),
    );
  }

  test('has nothing wrong as long as it is whole', async () => {
    const all = await examined();
    assert.deepEqual(
      all.map(({ front, url }) => [front, url]),
      [
        ['registry', `https://${registry}`],
        ['keycloak', `https://${domain.keycloak}`],
      ],
    );
    const layers = ['dns', 'certificate', 'cloudfront', 'load-balancer', 'targets', 'tasks', 'database'];
    for (const { front, findings } of all)
      assert.deepEqual(
        findings.map(({ layer, verdict }) => `${layer} ${verdict}`),
        [...layers, ...(front === 'keycloak' ? ['realm'] : [])].map((layer) => `${layer} ok`),
      );
  });

  test('realm', async () => {
    const admin = await administratorOf(account, outputsOf(sight));
    const web = await clientIn(admin, 'mcp-gateway-web');
    await admin.put(`/mcp-gateway/clients/${web.id}`, { ...web, redirectUris: [] });
    const finding = await firstOf('keycloak');
    assert.equal(finding.layer, 'realm');
    assert.deepEqual(finding.causes, ['RealmClient/mcp-gateway-web is not as the manifest says: redirectUris']);
    assert.equal(finding.advice, 'apply');
    await gateway.apply(spec);
  });

  test('database', async () => {
    await revoke('keycloak-db-from-keycloak-ecs-5432');
    const finding = await firstOf('keycloak');
    assert.equal(finding.layer, 'database');
    assert.deepEqual(finding.causes, ['SecurityGroupRule/keycloak-db-from-keycloak-ecs-5432 does not exist']);
    assert.equal(finding.advice, 'apply');
  });

  test('task', async () => {
    const ecs = new ECSClient(client);
    const cluster = output('Cluster/main', 'clusterArn');
    await ecs.send(new DeleteServiceCommand({ cluster, service: output('Service/auth', 'serviceName'), force: true }));
    const finding = await firstOf('registry');
    assert.equal(finding.layer, 'tasks');
    assert.match(finding.causes[0] ?? '', /^Service\/auth (does not exist|is being deleted)/);
  });

  test('target health', async () => {
    // The port of the health check alone: requests still get through, because no target is healthy.
    await revoke('registry-from-alb-7860');
    const finding = await becomes('registry', 'targets');
    assert.equal(finding.seen, '0 of 1 target healthy: Request timed out');
    assert.deepEqual(finding.causes, ['SecurityGroupRule/registry-from-alb-7860 does not exist']);
  });

  test('load balancer: nobody listens', async () => {
    const elb = new ElasticLoadBalancingV2Client(client);
    await elb.send(new DeleteListenerCommand({ ListenerArn: output('Listener/registry-80', 'listenerArn') }));
    const finding = await firstOf('registry');
    assert.equal(finding.layer, 'load-balancer');
    assert.equal(finding.seen, 'CloudFront answers 502 for /health');
    assert.equal(finding.causes[0], 'Listener/registry-80 does not exist');
    assert.equal(finding.advice, 'apply');
  });

  test('load balancer: CloudFront is kept out', async () => {
    await revoke('keycloak-lb-cloudfront-from-cloudfront-80');
    const finding = await firstOf('keycloak');
    assert.equal(finding.layer, 'load-balancer');
    assert.equal(finding.seen, 'CloudFront answers 504 for /realms/master');
    assert.deepEqual(finding.causes, ['SecurityGroupRule/keycloak-lb-cloudfront-from-cloudfront-80 does not exist']);
  });

  async function distribution(
    front: string,
    change: (config: DistributionConfig) => Partial<DistributionConfig>,
  ): Promise<void> {
    const cloudfront = new CloudFrontClient(client);
    const Id = output(`Distribution/${front}`, 'distributionId');
    const answer = await cloudfront.send(new GetDistributionConfigCommand({ Id }));
    const config = must(answer.DistributionConfig, 'config');
    const DistributionConfig = { ...config, ...change(config) };
    await cloudfront.send(new UpdateDistributionCommand({ Id, IfMatch: answer.ETag, DistributionConfig }));
  }

  test('CloudFront that asks somebody else', async () => {
    await distribution('keycloak', ({ Origins }) => ({
      Origins: { Quantity: 1, Items: [{ ...must(Origins?.Items?.[0], 'origin'), DomainName: 'gone.example.com' }] },
    }));
    const finding = await becomes('keycloak', 'load-balancer', '502');
    assert.equal(finding.seen, 'CloudFront answers 502 for /realms/master');
    const all = await examined();
    const seen = all.find(({ front }) => front === 'keycloak')?.findings.find(({ layer }) => layer === 'cloudfront');
    assert.equal(seen?.verdict, 'note');
    assert.match(seen.causes[0] ?? '', /^Distribution\/keycloak is not as the manifest says: origin\.domainName/);
  });

  test('certificate', async () => {
    await distribution('registry', () => ({ Aliases: { Quantity: 0 } }));
    const finding = await becomes('registry', 'certificate');
    assert.equal(finding.seen.replace(/^\S+ /, ''), `has no certificate for ${registry}`);
    assert.match(finding.causes[0] ?? '', /^Distribution\/registry is not as the manifest says: aliases/);
    assert.equal(finding.advice, 'apply');
  });

  async function record(Action: 'DELETE' | 'UPSERT', change: (old: ResourceRecordSet) => ResourceRecordSet) {
    const route53 = new Route53Client(client);
    const HostedZoneId = output('HostedZone/example.com', 'hostedZoneId');
    const { ResourceRecordSets = [] } = await route53.send(
      new ListResourceRecordSetsCommand({ HostedZoneId, StartRecordName: registry }),
    );
    const old = must(
      ResourceRecordSets.find(({ Name, Type }) => Name === `${registry}.` && Type === 'A'),
      'record',
    );
    const Changes = [{ Action, ResourceRecordSet: change(old) }];
    await route53.send(new ChangeResourceRecordSetsCommand({ HostedZoneId, ChangeBatch: { Changes } }));
  }

  test('DNS: the name leads elsewhere', async () => {
    // Whole again but for the record: what is past the name has to answer for the name to be to blame.
    await gateway.apply(spec);
    const door = output('LoadBalancer/registry', 'dnsName');
    await record('UPSERT', (old) => ({
      ...old,
      AliasTarget: {
        DNSName: door,
        HostedZoneId: output('LoadBalancer/registry', 'hostedZoneId'),
        EvaluateTargetHealth: false,
      },
    }));
    const finding = await becomes('registry', 'dns');
    assert.match(finding.seen, new RegExp(`^${registry} leads elsewhere than to \\S+\\.cloudfront\\.net: `));
    assert.match(finding.causes[0] ?? '', new RegExp(`^DnsRecord/${registry} is not as the manifest says: target`));
  });

  test('DNS: there is no such name', async () => {
    await record('DELETE', (old) => old);
    const finding = await becomes('registry', 'dns', 'there is no name');
    assert.equal(finding.seen, `there is no name ${registry}`);
    // The mark beside it still says whose it is.
    assert.match(finding.causes[0] ?? '', new RegExp(`^DnsRecord/${registry} is not as the manifest says: target`));
    assert.equal(finding.advice, 'apply');
  });
});
