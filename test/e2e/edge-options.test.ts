import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { CloudFrontClient, GetDistributionConfigCommand } from '@aws-sdk/client-cloudfront';
import { ListBucketsCommand, ListObjectVersionsCommand, S3Client } from '@aws-sdk/client-s3';
import { GetLoggingConfigurationCommand, GetWebACLForResourceCommand, WAFV2Client } from '@aws-sdk/client-wafv2';
import type { Plan } from '../../src/engine/plan.ts';
import { openAccount, REGION, type SandboxAccount } from '../sandbox-account.ts';
import { printPlan } from '../sandbox-gateway.ts';
import { ManifestGateway } from './manifest-gateway.ts';

const ingress = {
  mode: 'cloudfront',
  allowedCidrs: ['203.0.113.7/32'],
  priceClass: 'PriceClass_200',
  geoRestriction: { type: 'allow', countries: ['AT', 'DE'] },
  originTimeouts: { read: 60, keepalive: 60 },
  keycloakScheme: 'internal',
  waf: { enabled: true, requestsPerAddress: 1000, requests: 20_000 },
  accessLogs: { enabled: true, retentionDays: 30 },
};

const output = (plan: Plan, id: string, name: string): string => {
  const value = plan.states.get(id)?.live?.outputs[name];
  assert(typeof value === 'string', `${name} of ${id}\n${printPlan(plan)}`);
  return value;
};

const stepsOf = (plan: Plan): readonly string[] => plan.steps.map((step) => `${step.action} ${step.node}`).sort();

describe('a gateway with all that its ways in may have', () => {
  let account: SandboxAccount;
  let gateway: ManifestGateway;
  let config: { readonly region: string; readonly credentials: SandboxAccount['credentials'] };

  before(async () => {
    account = await openAccount();
    gateway = await ManifestGateway.open(account);
    config = { region: REGION, credentials: account.credentials };
  });

  test('is built', async () => {
    const { plan } = await gateway.apply({ ingress });
    const cloudfront = new CloudFrontClient(config);
    const waf = new WAFV2Client(config);
    for (const front of ['registry', 'keycloak']) {
      const Id = output(plan, `Distribution/${front}`, 'distributionId');
      const { DistributionConfig } = await cloudfront.send(new GetDistributionConfigCommand({ Id }));
      assert.deepEqual(DistributionConfig?.Restrictions?.GeoRestriction, {
        RestrictionType: 'whitelist',
        Quantity: 2,
        Items: ['AT', 'DE'],
      });
      assert.equal(DistributionConfig.PriceClass, 'PriceClass_200');
      assert.equal(
        DistributionConfig.Logging?.Bucket,
        `ai-registry-${REGION}-${account.accountId}-cloudfront-logs.s3.amazonaws.com`,
      );
      const [origin] = DistributionConfig.Origins?.Items ?? [];
      assert.equal((origin?.VpcOriginConfig ?? origin?.CustomOriginConfig)?.OriginReadTimeout, 60);
      const inside = front === 'keycloak' ? output(plan, 'VpcOrigin/keycloak', 'vpcOriginId') : undefined;
      assert.equal(origin?.VpcOriginConfig?.VpcOriginId, inside);

      const ResourceArn = output(plan, `LoadBalancer/${front}`, 'loadBalancerArn');
      const { WebACL } = await waf.send(new GetWebACLForResourceCommand({ ResourceArn }));
      assert.equal(WebACL?.ARN, output(plan, `WebAcl/${front}`, 'webAclArn'));
      const logged = await waf.send(new GetLoggingConfigurationCommand({ ResourceArn: WebACL.ARN }));
      const { RedactedFields, LogDestinationConfigs } = logged.LoggingConfiguration ?? {};
      assert.deepEqual(RedactedFields, [{ SingleHeader: { Name: 'authorization' } }]);
      assert.deepEqual(LogDestinationConfigs, [output(plan, `LogGroup/waf-${front}`, 'arn')]);
    }
    assert.deepEqual(await filesOf(`mcp-gateway-${REGION}-${account.accountId}-alb-logs`), [
      `keycloak-alb/AWSLogs/${account.accountId}/ELBAccessLogTestFile`,
      `registry-alb/AWSLogs/${account.accountId}/ELBAccessLogTestFile`,
    ]);
  });

  test('Keycloak becomes public, and the plan says what that takes', async () => {
    const spec = { ingress: { ...ingress, keycloakScheme: 'internet-facing' } };
    const plan = await gateway.plan(spec);
    const steps = stepsOf(plan);
    for (const step of ['replace LoadBalancer/keycloak', 'update Distribution/keycloak', 'delete VpcOrigin/keycloak'])
      assert(steps.includes(step), printPlan(plan));
    const interrupted = plan.steps.filter((step) => step.interrupts !== undefined).map((step) => step.node);
    assert(interrupted.includes('LoadBalancer/keycloak'), interrupted.join());
    assert(!steps.some((step) => step.includes('/registry')), printPlan(plan));
    await gateway.apply(spec);
  });

  test('and internal again', async () => {
    const plan = await gateway.plan({ ingress });
    assert(stepsOf(plan).includes('create VpcOrigin/keycloak'), printPlan(plan));
    await gateway.apply({ ingress });
  });

  test('what is turned off goes, but for the log files', async () => {
    const { mode, allowedCidrs } = ingress;
    const spec = { ingress: { mode, allowedCidrs, keycloakScheme: 'internal' } };
    const { plan } = await gateway.apply(spec);
    assert.deepEqual(plan.kept.map(({ node }) => node).sort(), ['Bucket/cloudfront-logs', 'Bucket/load-balancer-logs']);
    assert.deepEqual(
      [...plan.states.keys()].filter((id) => /^(WebAcl|LogGroup\/waf)/.test(id)),
      [],
    );
    await gateway.apply({ ingress });
  });

  test('is destroyed but for its log files, which go with the data', async () => {
    const outcome = await gateway.attempt({ ingress }, { destroy: true });
    const kept = new Set(outcome.plan.kept.map(({ node }) => node));
    assert(kept.has('Bucket/load-balancer-logs') && kept.has('Bucket/cloudfront-logs'), [...kept].join());
    const buckets = async (): Promise<number> =>
      (await new S3Client(config).send(new ListBucketsCommand({}))).Buckets?.length ?? 0;
    assert.equal(await buckets(), 2);
    await gateway.destroy({ ingress });
    assert.equal(await buckets(), 0);
  });

  async function filesOf(Bucket: string): Promise<readonly (string | undefined)[]> {
    const { Versions } = await new S3Client(config).send(new ListObjectVersionsCommand({ Bucket }));
    return Versions?.map((version) => version.Key).sort() ?? [];
  }
});
