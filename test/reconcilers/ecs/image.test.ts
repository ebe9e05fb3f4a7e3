import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NodeState } from '../../../src/engine/step.ts';
import { image } from '../../../src/reconcilers/ecs/image.ts';
import { openAccount } from '../../sandbox-account.ts';
import { SandboxGateway } from '../../sandbox-gateway.ts';

const account = await openAccount();
const gateway = new SandboxGateway(account);
const registry = `${account.accountId}.dkr.ecr.us-east-1.amazonaws.com`;

async function lookUp(references: Readonly<Record<string, string>>): Promise<ReadonlyMap<string, NodeState>> {
  const declared = gateway.declare((graph) => {
    for (const [name, reference] of Object.entries(references)) graph.add(image, name, { reference });
  });
  gateway.calls.length = 0;
  return (await gateway.plan(declared)).states;
}

const imageIn = (state: NodeState | undefined): unknown => state?.live?.outputs['image'];

test('an image in the own ECR is used by its digest', async () => {
  const states = await lookUp({ registry: `${registry}/mcp-gateway-registry:latest`, plain: `${registry}/keycloak` });
  assert.match(
    String(imageIn(states.get('Image/registry'))),
    /amazonaws.com\/mcp-gateway-registry@sha256:[0-9a-f]{64}$/,
  );
  assert.match(String(imageIn(states.get('Image/plain'))), /amazonaws.com\/keycloak@sha256:[0-9a-f]{64}$/);
});

test('the tags of one repository are asked for in one call', async () => {
  await lookUp({
    one: `${registry}/keycloak:latest`,
    two: `${registry}/keycloak:other`,
    three: `${registry}/keycloak`,
  });
  assert.deepEqual(
    gateway.calls.map((call) => call.operation),
    ['BatchGetImage'],
  );
});

test('images elsewhere, and those given by digest, are used as written and nobody is asked', async () => {
  const references = {
    public: 'public.ecr.aws/aws-observability/aws-otel-collector:latest',
    hub: 'mcpgateway/auth-server:latest',
    stranger: '999999999999.dkr.ecr.us-east-1.amazonaws.com/mcp-gateway-registry:latest',
    abroad: `${account.accountId}.dkr.ecr.eu-west-1.amazonaws.com/mcp-gateway-registry:latest`,
    pinned: `${registry}/keycloak@sha256:${'0'.repeat(64)}`,
  };
  const states = await lookUp(references);
  for (const [name, reference] of Object.entries(references))
    assert.equal(imageIn(states.get(`Image/${name}`)), reference);
  assert.deepEqual(gateway.calls, []);
});

test('a missing image stalls by itself and says how to push it', async () => {
  const states = await lookUp({
    tag: `${registry}/keycloak:v9`,
    repository: `${registry}/no-such-thing:latest`,
    there: `${registry}/keycloak:latest`,
  });
  assert.equal(states.get('Image/there')?.phase, 'ready');
  assert.deepEqual(states.get('Image/tag')?.because?.split('\n'), [
    `${registry}/keycloak:v9 is not in ECR. Build it for linux/amd64 as keycloak:v9, then:`,
    `  aws ecr get-login-password --region us-east-1 | docker login --username AWS --password-stdin ${registry}`,
    `  docker tag keycloak:v9 ${registry}/keycloak:v9`,
    `  docker push ${registry}/keycloak:v9`,
  ]);
  const { phase, because } = states.get('Image/repository') ?? {};
  assert.equal(phase, 'stalled');
  assert.match(because ?? '', /aws ecr create-repository --region us-east-1 --repository-name no-such-thing/);
});
