import { must } from '../../engine/errors.ts';
import type { Handle } from '../../engine/graph.ts';
import type { Line } from '../../spec/releases/release.ts';
import type { Declaration } from '../declaration.ts';
import { cluster, type ClusterOutputs } from './cluster.ts';
import { namespace, type NamespaceOutputs } from './namespace.ts';
import type { Parts } from './parts.ts';

interface Clusters {
  readonly namespace: Handle<NamespaceOutputs>;
  readonly clusters: Readonly<Record<'main' | 'keycloak', Handle<ClusterOutputs>>>;
}

/** The gateway's own cluster with its namespace, and Keycloak's, which stands by itself. */
export function declareClusters({ graph, gateway, names }: Declaration, line: Line, parts: Parts): Clusters {
  const { network, identity, observability } = parts;
  const main = graph.add(namespace, 'main', { namespaceName: names.namespace, vpcId: network.vpcId });
  const options = { after: [identity.serviceLinkedRoles.ecs] };
  const fargate = (weight: number) => [{ capacityProvider: 'FARGATE', base: 1, weight }];
  const spot = line.order.some(
    (name) => line.services[name].cluster === 'main' && gateway.services[name].capacity === 'fargate-spot',
  );
  return {
    namespace: main,
    clusters: {
      main: graph.add(
        cluster,
        'main',
        {
          clusterName: names.mainCluster,
          containerInsights: 'enabled',
          capacityProviders: spot ? ['FARGATE', 'FARGATE_SPOT'] : ['FARGATE'],
          defaultStrategy: fargate(50),
          namespaceArn: main.ref('namespaceArn', { when: 'ready' }),
          execLogGroup: must(observability.logGroups.exec, 'log group exec').ref('logGroupName'),
        },
        options,
      ),
      keycloak: graph.add(
        cluster,
        'keycloak',
        {
          clusterName: names.keycloakCluster,
          containerInsights: 'enabled',
          capacityProviders: ['FARGATE', 'FARGATE_SPOT'],
          defaultStrategy: fargate(100),
        },
        options,
      ),
    },
  };
}
