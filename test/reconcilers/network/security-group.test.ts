import { securityGroup } from '../../../src/reconcilers/network/security-group.ts';
import { testKind } from '../../kind-contract.ts';
import { addVpc } from './networks.ts';

testKind(securityGroup, {
  needs: (graph) => ({ vpcId: addVpc(graph).ref('vpcId') }),
  props: (name) => ({ groupName: `${name}-web`, description: 'web' }),
  replacements: [{ description: 'everything on the web' }],
  observeBudget: 1,
});
