import { defaultSecurityGroup } from '../../../src/reconcilers/network/default-security-group.ts';
import { testKind } from '../../kind-contract.ts';
import { addVpc } from './networks.ts';

testKind(defaultSecurityGroup, {
  name: 'main',
  needs: (graph) => {
    addVpc(graph);
    return {};
  },
  after: ['Vpc/main'],
  props: { rules: [] },
  outside: {
    'a rule added to it': async (aws, { outputs }) => {
      const ec2 = await aws.ec2();
      const IpPermissions = [{ IpProtocol: 'tcp', FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: '0.0.0.0/0' }] }];
      await ec2.send(
        new ec2.AuthorizeSecurityGroupIngressCommand({ GroupId: String(outputs['groupId']), IpPermissions }),
      );
      await ec2.send(
        new ec2.AuthorizeSecurityGroupEgressCommand({ GroupId: String(outputs['groupId']), IpPermissions }),
      );
    },
  },
  observeBudget: 2,
});
