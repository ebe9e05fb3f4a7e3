import { dbSubnetGroup } from '../../../src/reconcilers/data/db-subnet-group.ts';
import { testKind } from '../../kind-contract.ts';
import { addSubnets, addVpc } from '../network/networks.ts';

testKind(dbSubnetGroup, {
  needs: (graph) => {
    const vpc = addVpc(graph);
    return { vpcId: vpc.ref('vpcId'), subnetIds: addSubnets(graph, vpc).map((subnet) => subnet.ref('subnetId')) };
  },
  // Tags are asked only of groups that are named like a wanted one.
  props: (name) => ({
    dbSubnetGroupName: name === 'stranger' ? 'other-group-of-a-stranger' : `${name}-group`,
    description: 'private subnets',
  }),
  updates: [{ description: 'the private subnets' }],
  observeBudget: 2,
});
