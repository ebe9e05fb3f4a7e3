import { elasticIp } from '../../../src/reconcilers/network/elastic-ip.ts';
import { internetGateway } from '../../../src/reconcilers/network/internet-gateway.ts';
import { natGateway } from '../../../src/reconcilers/network/nat-gateway.ts';
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
