import assert from 'node:assert/strict';
import { test } from 'node:test';
import { must } from '../../../src/engine/errors.ts';
import { NODE_TAG, OWNER_TAG } from '../../../src/engine/graph.ts';
import { liveOf } from '../../../src/engine/snapshot.ts';
import { elasticIp } from '../../../src/reconcilers/network/elastic-ip.ts';
import { internetGateway } from '../../../src/reconcilers/network/internet-gateway.ts';
import { natGateway } from '../../../src/reconcilers/network/nat-gateway.ts';
import { openAccount } from '../../sandbox-account.ts';
import { assertEmpty, SandboxGateway } from '../../sandbox-gateway.ts';
import { testKind } from '../../kind-contract.ts';
import { addSubnets, addVpc } from './networks.ts';

testKind(natGateway, {
  needs: (graph) => {
    const main = addVpc(graph);
    graph.add(internetGateway, 'main', { vpcId: main.ref('vpcId') });
    const [first] = addSubnets(graph, main);
    const spare = graph.add(elasticIp, 'spare', { domain: 'vpc' });
    graph.add(elasticIp, 'own', { domain: 'vpc' });
    return { subnetId: first?.ref('subnetId'), allocationId: spare.ref('allocationId') };
  },
  after: ['InternetGateway/main'],
  props: (name) => (name === 'stranger' ? {} : { allocationId: { $ref: 'ElasticIp/own', output: 'allocationId' } }),
  replacements: [{ subnetId: { $ref: 'Subnet/private-b', output: 'subnetId' } }],
  observeBudget: 1,
});

test('one that failed is removed and made again', async () => {
  const gateway = new SandboxGateway(await openAccount());
  const declare = (isWhole: boolean) =>
    gateway.declare((graph) => {
      const main = addVpc(graph);
      const [first] = addSubnets(graph, main);
      const address = graph.add(elasticIp, 'main', { domain: 'vpc' });
      if (!isWhole) return;
      const igw = graph.add(internetGateway, 'main', { vpcId: main.ref('vpcId') });
      const props = { subnetId: must(first, 'subnet').ref('subnetId'), allocationId: address.ref('allocationId') };
      graph.add(natGateway, 'main', props, { after: [igw] });
    });
  await gateway.apply(declare(false));
  const snapshot = await gateway.look(declare(false));
  const idOf = (kind: string, output: string): string => String(liveOf(snapshot, kind)[0]?.outputs[output]);
  const tags = { [OWNER_TAG]: gateway.aws.owner, [NODE_TAG]: 'NatGateway/main' };
  await natGateway.create?.(
    { env: gateway.aws, node: { id: 'NatGateway/main', name: 'main', tags }, token: 'first', live: () => [] },
    { subnetId: idOf('Subnet', 'subnetId'), allocationId: idOf('ElasticIp', 'allocationId') },
  );

  // Without an internet gateway the call is accepted, and the thing fails some time later.
  let plan = await gateway.plan(declare(true));
  while (plan.states.get('NatGateway/main')?.live?.phase === 'pending') plan = await gateway.plan(declare(true));
  const step = plan.steps.find((item) => item.node === 'NatGateway/main');
  assert.deepEqual([step?.action, step?.verb], ['replace', 'delete']);
  assert.match(String(step?.because), /^Gateway\.NotAttached: /);
  await gateway.apply(declare(true));
  assertEmpty(await gateway.plan(declare(true)));
});
