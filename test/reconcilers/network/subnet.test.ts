import { subnet } from '../../../src/reconcilers/network/subnet.ts';
import { testKind } from '../../kind-contract.ts';
import { addVpc } from './networks.ts';

testKind(subnet, {
  needs: (graph) => ({ vpcId: addVpc(graph).ref('vpcId') }),
  props: (name) => ({
    cidrBlock: name === 'stranger' ? '10.0.1.0/24' : '10.0.0.0/24',
    availabilityZone: 'us-east-1a',
    mapPublicIpOnLaunch: false,
    subnetType: 'private',
  }),
  updates: [{ mapPublicIpOnLaunch: true }, { subnetType: 'public' }],
  replacements: [{ cidrBlock: '10.0.2.0/24' }],
  observeBudget: 1,
});
