import assert from 'node:assert/strict';
import { test } from 'node:test';
import { must } from '../../../src/engine/errors.ts';
import { liveOf } from '../../../src/engine/snapshot.ts';
import { namespace } from '../../../src/reconcilers/ecs/namespace.ts';
import { testKind } from '../../kind-contract.ts';
import { openAccount } from '../../sandbox-account.ts';
import { SandboxGateway } from '../../sandbox-gateway.ts';
import { addVpc } from '../network/networks.ts';

testKind(namespace, {
  needs: (graph) => ({ vpcId: addVpc(graph).ref('vpcId') }),
  props: (name) => ({ namespaceName: name === 'stranger' ? 'other-v2-stranger.local' : `${name}-v2.local` }),
  observeBudget: 3,
  uncalled: ['servicediscovery:ListInstances', 'servicediscovery:DeleteService', 'servicediscovery:DeregisterInstance'],
});

test('a namespace goes with the services and instances that Service Connect left in it', async () => {
  const gateway = new SandboxGateway(await openAccount());
  const declared = gateway.declare((graph) => {
    graph.add(namespace, 'main', { namespaceName: 'own-v2.local', vpcId: addVpc(graph).ref('vpcId') });
  });
  const { snapshot } = await gateway.apply(declared);
  const cloudMap = await gateway.aws.servicediscovery();
  const id = String(must(liveOf(snapshot, 'Namespace')[0], 'namespace').outputs['namespaceId']);
  // What ECS does by itself is done here with commands that the product has no use for.
  const sdk = await import('@aws-sdk/client-servicediscovery');
  for (const Name of ['registry', 'auth-server']) {
    const { Service } = await cloudMap.send(new sdk.CreateServiceCommand({ Name, NamespaceId: id, Type: 'HTTP' }));
    const Attributes = { AWS_INSTANCE_IPV4: '10.0.0.7' };
    await cloudMap.send(new sdk.RegisterInstanceCommand({ ServiceId: Service?.Id, InstanceId: 'task', Attributes }));
  }
  await gateway.destroy(declared);
  const { Namespaces } = await cloudMap.send(new sdk.ListNamespacesCommand({}));
  assert.deepEqual(Namespaces, []);
});

test('one that Cloud Map cannot make says why', async () => {
  const gateway = new SandboxGateway(await openAccount());
  const declared = gateway.declare((graph) => {
    graph.add(namespace, 'main', { namespaceName: 'own-v2.local', vpcId: 'vpc-0123456789abcdef0' });
  });
  const { result, plan } = await gateway.attempt(declared);
  assert.equal(result, 'failed');
  assert.match(
    plan.states.get('Namespace/main')?.because ?? '',
    /^Cloud Map could not make it: .*vpc-0123456789abcdef0/,
  );
});
