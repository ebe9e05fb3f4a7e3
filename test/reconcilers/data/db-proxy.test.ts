import { must } from '../../../src/engine/errors.ts';
import { dbProxy } from '../../../src/reconcilers/data/db-proxy.ts';
import { securityGroup } from '../../../src/reconcilers/network/security-group.ts';
import { testKind } from '../../kind-contract.ts';
import { addSubnets, addVpc } from '../network/networks.ts';
import { addSignIn } from './proxies.ts';

testKind(dbProxy, {
  needs: (graph, name) => {
    const main = addVpc(graph);
    const groups = ['database', 'another'].map((text) =>
      graph.add(securityGroup, text, { vpcId: main.ref('vpcId'), groupName: `${name}-${text}`, description: text }),
    );
    const { arn, roleArn } = addSignIn(graph, name);
    return {
      auth: [{ secretArn: arn, iamAuth: 'DISABLED', clientPasswordAuthType: 'POSTGRES_SCRAM_SHA_256' }] as const,
      roleArn,
      vpcSubnetIds: addSubnets(graph, main).map((subnet) => subnet.ref('subnetId')),
      vpcSecurityGroupIds: [must(groups[0], 'group').ref('groupId')],
    };
  },
  props: (name) => ({ dbProxyName: `${name}-proxy`, engineFamily: 'POSTGRESQL', requireTls: true }),
  updates: [{ requireTls: false }, { vpcSecurityGroupIds: [{ $ref: 'SecurityGroup/another', output: 'groupId' }] }],
  observeBudget: 2,
});
