import assert from 'node:assert/strict';
import { test } from 'node:test';
import { must } from '../../../src/engine/errors.ts';
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
  const declare = (isAttached: boolean) =>
    gateway.declare((graph) => {
      const main = addVpc(graph);
      const [first] = addSubnets(graph, main);
      const address = graph.add(elasticIp, 'main', { domain: 'vpc' });
      const after = isAttached ? [graph.add(internetGateway, 'main', { vpcId: main.ref('vpcId') })] : [];
      const subnetId = must(first, 'subnet').ref('subnetId');
      graph.add(natGateway, 'main', { subnetId, allocationId: address.ref('allocationId') }, { after });
    });
  await assert.rejects(gateway.apply(declare(false)), /NatGateway\/main.*Gateway\.NotAttached/s);

  const plan = await gateway.plan(declare(true));
  const step = plan.steps.find((item) => item.node === 'NatGateway/main');
  assert.match(String(step?.because), /^Gateway\.NotAttached: /);
  await gateway.apply(declare(true));
  assertEmpty(await gateway.plan(declare(true)));
});
