import { cluster } from '../../../src/reconcilers/ecs/cluster.ts';
import { namespace } from '../../../src/reconcilers/ecs/namespace.ts';
import { testKind } from '../../kind-contract.ts';
import { addVpc } from '../network/networks.ts';

testKind(cluster, {
  needs: (graph, name) => {
    const vpcId = addVpc(graph).ref('vpcId');
    const main = graph.add(namespace, 'main', { namespaceName: `${name}-v2.local`, vpcId });
    return { namespaceArn: main.ref('namespaceArn', { when: 'ready' }) };
  },
  props: (name) =>
    ({
      clusterName: `${name}-cluster`,
      containerInsights: 'enabled',
      capacityProviders: ['FARGATE'],
      defaultStrategy: [{ capacityProvider: 'FARGATE', base: 1, weight: 50 }],
      execLogGroup: `/aws/ecs/${name}`,
    }) as const,
  updates: [
    { containerInsights: 'enhanced' },
    { execLogGroup: '/aws/ecs/other' },
    { capacityProviders: ['FARGATE_SPOT', 'FARGATE'] },
    {
      defaultStrategy: [
        { capacityProvider: 'FARGATE', base: 0, weight: 1 },
        { capacityProvider: 'FARGATE_SPOT', base: 0, weight: 3 },
      ],
    },
  ],
  replacements: [{ clusterName: 'own-other' }],
  observeBudget: 2,
});
