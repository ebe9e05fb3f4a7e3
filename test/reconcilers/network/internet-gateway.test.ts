import { internetGateway } from '../../../src/reconcilers/network/internet-gateway.ts';
import { testKind } from '../../kind-contract.ts';
import { addVpc } from './networks.ts';

testKind(internetGateway, {
  needs: (graph) => {
    addVpc(graph, 'second', '10.1.0.0/16');
    return { vpcId: addVpc(graph).ref('vpcId') };
  },
  props: {},
  updates: [{ vpcId: { $ref: 'Vpc/second', output: 'vpcId' } }],
  observeBudget: 1,
});
