import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { BatchGetImageCommand, ECRClient, PutImageCommand } from '@aws-sdk/client-ecr';
import { GetParametersCommand, SSMClient } from '@aws-sdk/client-ssm';
import { outputsOf } from '../../src/controller/outputs.ts';
import type { Plan } from '../../src/engine/plan.ts';
import { isRefused } from '../../src/reconcilers/keycloak/replies.ts';
import { openAccount, REGION, type SandboxAccount } from '../sandbox-account.ts';
import { printPlan } from '../sandbox-gateway.ts';
import { administratorOf, assertSignIns } from '../sign-in.ts';
import { makeNetwork, traits } from './existing-network.ts';
import { ManifestGateway } from './manifest-gateway.ts';

/** Everything that a manifest may turn on. */
const everything = {
  ingress: { additionalServerNames: ['gateway.example.org', 'mcp.example.org'] },
  network: { zones: 3, natGateways: 'single' },
  services: {
    registry: { environment: { FEATURE_PREVIEW: 'yes' } },
    auth: { autoscaling: { enabled: false }, replicas: 2 },
    currenttime: { capacity: 'fargate-spot' },
    keycloak: { capacity: 'fargate-spot' },
  },
  keycloak: { adminPassword: { env: 'KEYCLOAK_ADMIN_PASSWORD' } },
  databases: {
    keycloak: { password: { env: 'KEYCLOAK_DB_PASSWORD' } },
    registry: { password: { file: 'secrets/documentdb' }, instances: 2 },
  },
  files: { throughputMode: 'elastic' },
  embeddings: { provider: 'litellm', model: 'bedrock/amazon.titan-embed-text-v2:0', dimensions: 1024 },
  security: {
    staticToken: { enabled: true },
    entra: {
      enabled: true,
      tenantId: '11111111-2222-3333-4444-555555555555',
      clientId: '66666666-7777-8888-9999-000000000000',
      clientSecret: { env: 'ENTRA_CLIENT_SECRET' },
    },
  },
  observability: { enabled: true, alarms: { email: 'ops@example.com' }, logRetentionDays: 30 },
  tags: { team: 'platform' },
};

const stepsOf = (plan: Plan): ReadonlySet<string> => new Set(plan.steps.map((step) => `${step.action} ${step.node}`));

function assertHas(plan: Plan, ...wanted: readonly string[]): void {
  const steps = stepsOf(plan);
  assert.deepEqual(
    wanted.filter((step) => !steps.has(step)),
    [],
    printPlan(plan),
  );
}

describe('a gateway with everything turned on', () => {
  let account: SandboxAccount;
  let gateway: ManifestGateway;
  let spec: Record<string, unknown> = everything;
  const change = (more: Record<string, unknown>): Record<string, unknown> => (spec = { ...spec, ...more });

  before(async () => {
    account = await openAccount();
    gateway = await ManifestGateway.open(account);
    gateway.environment['KEYCLOAK_ADMIN_PASSWORD'] = 'first-administrator';
    gateway.environment['KEYCLOAK_DB_PASSWORD'] = 'first+database=password';
    gateway.environment['ENTRA_CLIENT_SECRET'] = 'first~client~secret';
    await gateway.write('secrets/documentdb', 'first:document&password\n');
  });

  test('is built, and a second plan is empty', async () => {
    const { plan } = await gateway.apply(spec);
    const names = new Set(plan.states.keys());
    for (const name of [
      'Workspace/metrics',
      'Service/metrics-service',
      'Service/grafana',
      'Subscription/alarms',
      'Secret/entra',
      'Secret/registry-api-token',
      'NatGateway/a',
      'Subnet/private-c',
      'DocumentDbInstance/registry-replica-1',
    ])
      assert(names.has(name), `${name} is not among\n${[...names].join('\n')}`);
  });

  test('is looked at with at most 140 calls, all of them reads', async () => {
    gateway.calls.length = 0;
    await gateway.plan(spec);
    const reads = gateway.calls.filter(({ operation }) => /^(BatchGet|Describe|Get|List)/.test(operation));
    assert.deepEqual(
      gateway.calls.filter((call) => !reads.includes(call)).map(({ operation }) => operation),
      [],
    );
    assert(reads.length <= 140, `${reads.length} calls`);
  });

  test('a service that begins to scale, and a new tag', async () => {
    change({ services: { ...everything.services, auth: {} }, tags: { ...everything.tags, 'cost-center': 'a 12' } });
    assertHas(
      await gateway.plan(spec),
      'create ScalableTarget/auth',
      'create ScalingPolicy/auth-cpu',
      'update Vpc/main',
      'update Topic/alarms',
      'update Workspace/metrics',
    );
    await gateway.apply(spec);
  });

  test('another size, and another version of the images', async () => {
    await pushTag(account, 'mcp-gateway-registry', 'v2');
    change({
      services: { ...everything.services, auth: {}, mcpgw: { cpu: 1024, memory: 4096 } },
      images: { registry: `${account.accountId}.dkr.ecr.${REGION}.amazonaws.com/mcp-gateway-registry:v2` },
    });
    const plan = await gateway.plan(spec);
    assert.deepEqual(
      stepsOf(plan),
      new Set([
        'update TaskDefinition/mcpgw',
        'update Service/mcpgw',
        'update TaskDefinition/registry',
        'update Service/registry',
      ]),
      printPlan(plan),
    );
    await gateway.apply(spec);
  });

  test('lets people sign in for the names of its own and for those that were added', async () => {
    const outputs = outputsOf(await gateway.look(spec));
    await assertSignIns(account, outputs, { added: everything.ingress.additionalServerNames });
  });

  test('other passwords: databases, Keycloak, their parameters and who uses them follow in one apply', async () => {
    const outputs = outputsOf(await gateway.look(spec));
    gateway.environment['KEYCLOAK_ADMIN_PASSWORD'] = 'second administrator';
    gateway.environment['KEYCLOAK_DB_PASSWORD'] = 'second+database=password';
    await gateway.write('secrets/documentdb', 'second:document&password');
    const plan = await gateway.plan(spec);
    assert.deepEqual(
      stepsOf(plan),
      new Set([
        'update Secret/keycloak-database',
        'update AuroraCluster/keycloak',
        'update SsmParameter/keycloak-database-password',
        'update TaskDefinition/keycloak',
        'update Service/keycloak',
        'update Secret/keycloak-admin',
        'update SsmParameter/keycloak-admin-password',
        'update KeycloakServer/keycloak',
        'update Secret/documentdb',
        'update DocumentDbCluster/registry',
        'update SsmParameter/documentdb-connection-string',
        'update TaskDefinition/registry',
        'update Service/registry',
        'update TaskDefinition/auth',
        'update Service/auth',
      ]),
      printPlan(plan),
    );
    await gateway.apply(spec);
    const ssm = new SSMClient({ region: REGION, credentials: account.credentials });
    const Names = ['/keycloak/database/password', '/mcp-gateway/documentdb/connection_string'];
    const { Parameters } = await ssm.send(new GetParametersCommand({ Names, WithDecryption: true }));
    const value = (name: string): string => Parameters?.find((item) => item.Name === name)?.Value ?? '';
    assert.equal(value('/keycloak/database/password'), 'second+database=password');
    assert.equal(new URL(value('/mcp-gateway/documentdb/connection_string')).password, 'second%3Adocument%26password');
    await (await administratorOf(account, outputs, 'second administrator')).enter();
    await assert.rejects((await administratorOf(account, outputs, 'first-administrator')).enter(), isRefused);
  });

  test('observability that is turned off goes with all that belongs to it', async () => {
    change({ observability: { enabled: false, logRetentionDays: 30 } });
    assertHas(
      await gateway.plan(spec),
      'delete Workspace/metrics',
      'delete Service/metrics-service',
      'delete Service/grafana',
      'delete Topic/alarms',
      'delete LogGroup/grafana',
      'update MetricAlarm/auth-cpu',
      'update Service/registry',
    );
    const { plan } = await gateway.apply(spec);
    assert.deepEqual(
      new Set(plan.kept.map(({ node }) => node)),
      new Set(['Secret/grafana-admin', 'Secret/metrics-api']),
    );
  });

  test('another address range is refused as a whole, and names what would have to follow', async () => {
    const other = { ...spec, network: { ...everything.network, cidr: '10.9.0.0/16' } };
    const plan = await gateway.plan(other);
    const vpc = plan.steps.find((step) => step.node === 'Vpc/main');
    assert.equal(vpc?.action, 'refuse', printPlan(plan));
    assert.match(
      vpc.because ?? '',
      /(AuroraCluster|DocumentDbCluster|FileSystem|DbSubnetGroup)\/\w+ would have to follow/,
    );
    assert.deepEqual(
      plan.steps.filter((step) => step.action !== 'refuse').map((step) => step.node),
      [],
      printPlan(plan),
    );
    const { result, done } = await gateway.attempt(other);
    assert.equal(result, 'failed');
    assert.deepEqual(done, []);
  });

  test('is destroyed with its data', async () => {
    const { plan } = await gateway.destroy(spec);
    assert.deepEqual(new Set(plan.kept.map(({ node }) => node.split('/')[0])), new Set(['ClusterSnapshot', 'KmsKey']));
  });
});

describe('a gateway in a network that stands already', () => {
  let account: SandboxAccount;
  let gateway: ManifestGateway;

  before(async () => {
    account = await openAccount();
    gateway = await ManifestGateway.open(account);
  });

  test('is built in it and destroyed in it, and the network is as it was', async () => {
    const network = await makeNetwork(account);
    const untouched = await traits(account, network.vpcId);
    const spec = { network: { existing: network } };
    const { plan } = await gateway.apply(spec);
    assert.deepEqual(
      [...plan.states.keys()].filter((id) =>
        /^(Vpc|Subnet|RouteTable|NatGateway|InternetGateway|ElasticIp)\//.test(id),
      ),
      [],
    );
    await gateway.destroy(spec);
    assert.deepEqual(await traits(account, network.vpcId), untouched);
  });

  test('that is not as it has to be stalls with what is wrong, and nothing is begun', async () => {
    const network = await makeNetwork(account, { zones: 1, dnsHostnames: false });
    const { result, plan, done } = await gateway.attempt({
      network: { existing: { ...network, privateRouteTableIds: ['rtb-00000000000000000'] } },
    });
    assert.equal(result, 'failed');
    const because = plan.states.get('ExistingVpc/main')?.because ?? '';
    assert.match(because, /spec\.network\.existing: enableDnsHostnames of vpc-\w+ is off/);
    assert.match(because, /publicSubnetIds: all in one availability zone/);
    assert.match(because, /privateSubnetIds: all in one availability zone/);
    assert.match(because, /privateRouteTableIds: rtb-0{17} not in vpc-/);
    assert.deepEqual(
      done
        .map((step) => step.node)
        .filter((node) => /^(SecurityGroup|LoadBalancer|Service|AuroraCluster)\//.test(node)),
      [],
    );
    await gateway.destroy({ network: { existing: network } });
  });
});

/** The image `latest` with another label, under another tag. */
async function pushTag(account: SandboxAccount, repositoryName: string, imageTag: string): Promise<void> {
  const ecr = new ECRClient({ region: REGION, credentials: account.credentials });
  const { images } = await ecr.send(new BatchGetImageCommand({ repositoryName, imageIds: [{ imageTag: 'latest' }] }));
  const manifest = JSON.parse(images?.[0]?.imageManifest ?? '') as { layers: unknown[] };
  const imageManifest = JSON.stringify({ ...manifest, layers: manifest.layers.slice(1) });
  await ecr.send(new PutImageCommand({ repositoryName, imageTag, imageManifest }));
}
