import { securityGroupRule } from '../../../src/reconcilers/network/security-group-rule.ts';
import { securityGroup } from '../../../src/reconcilers/network/security-group.ts';
import { testKind } from '../../kind-contract.ts';
import { addVpc } from './networks.ts';

testKind(securityGroupRule, {
  needs: (graph) => {
    const vpcId = addVpc(graph).ref('vpcId');
    const peer = graph.add(securityGroup, 'peer', { vpcId, groupName: 'peer', description: 'peer' });
    return {
      groupId: graph.add(securityGroup, 'web', { vpcId, groupName: 'web', description: 'web' }).ref('groupId'),
      peerGroupId: peer.ref('groupId'),
    };
  },
  props: (name) => ({
    direction: 'ingress',
    protocol: 'tcp',
    fromPort: name === 'stranger' ? 22 : 443,
    toPort: name === 'stranger' ? 22 : 443,
    description: 'from the peer',
  }),
  updates: [{ fromPort: 80, toPort: 81 }, { protocol: 'udp' }, { description: 'from the other peer' }],
  replacements: [{ peerGroupId: undefined, cidr: '10.0.0.0/8' }, { direction: 'egress' }],
  observeBudget: 1,
});
