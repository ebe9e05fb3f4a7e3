import assert from 'node:assert/strict';
import { test } from 'node:test';
import { image } from '../../../src/reconcilers/ecs/image.ts';
import { service } from '../../../src/reconcilers/ecs/service.ts';
import { openAccount } from '../../sandbox-account.ts';
import { assertEmpty, SandboxGateway } from '../../sandbox-gateway.ts';
import { Workloads } from './workloads.ts';

test('a missing image stalls its own service, which joins the others as soon as the image is there', async () => {
  const account = await openAccount();
  const gateway = new SandboxGateway(account);
  const declared = gateway.declare((graph) => {
    const workloads = new Workloads(graph, 'own');
    const reference = `${account.accountId}.dkr.ecr.us-east-1.amazonaws.com/late:latest`;
    const late = workloads.definition('late', { image: graph.add(image, 'late', { reference }).ref('image') });
    const first = graph.add(service, 'late', workloads.service('late', late));
    const props = workloads.service('registry', workloads.definition('registry'), ['late']);
    graph.add(service, 'registry', props, { behind: [first] });
  });

  const { result, plan } = await gateway.attempt(declared);
  assert.equal(result, 'failed');
  const phases = Object.fromEntries([...plan.states].map(([id, state]) => [id, state.phase]));
  assert.equal(phases['Image/late'], 'stalled');
  assert.equal(phases['TaskDefinition/late'], 'blocked');
  assert.equal(phases['Service/late'], 'blocked');
  assert.equal(phases['Service/registry'], 'ready');
  assert.match(plan.states.get('Image/late')?.because ?? '', /docker push .*\/late:latest$/);

  const ecr = await gateway.aws.ecr();
  const sdk = await import('@aws-sdk/client-ecr');
  await ecr.send(new ecr.CreateRepositoryCommand({ repositoryName: 'late' }));
  const layers = [
    { mediaType: 'application/vnd.docker.image.rootfs.diff.tar.gzip', size: 1, digest: `sha256:${'1'.repeat(64)}` },
  ];
  const config = {
    mediaType: 'application/vnd.docker.container.image.v1+json',
    size: 1,
    digest: `sha256:${'2'.repeat(64)}`,
  };
  const mediaType = 'application/vnd.docker.distribution.manifest.v2+json';
  const imageManifest = JSON.stringify({ schemaVersion: 2, mediaType, config, layers });
  await ecr.send(new sdk.PutImageCommand({ repositoryName: 'late', imageTag: 'latest', imageManifest }));

  const { done } = await gateway.apply(declared);
  assertEmpty(await gateway.plan(declared));
  const steps = done.map((step) => `${step.verb} ${step.node}`);
  assert.deepEqual(steps, ['create TaskDefinition/late', 'create Service/late', 'update Service/registry']);
});
