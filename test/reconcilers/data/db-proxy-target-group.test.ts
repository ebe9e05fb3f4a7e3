import { dbProxyTargetGroup } from '../../../src/reconcilers/data/db-proxy-target-group.ts';
import { testKind } from '../../kind-contract.ts';
import { addSurroundings } from './databases.ts';
import { addProxy } from './proxies.ts';

testKind(dbProxyTargetGroup, {
  needs: (graph, name) => {
    const { proxy } = addProxy(graph, name, addSurroundings(graph, name, 'aurora-postgresql16'));
    return { dbProxyName: proxy.ref('dbProxyName', { when: 'ready' }) };
  },
  props: { maxConnectionsPercent: 100, maxIdleConnectionsPercent: 50, connectionBorrowTimeout: 120 },
  updates: [{ maxConnectionsPercent: 80, maxIdleConnectionsPercent: 40 }, { connectionBorrowTimeout: 60 }],
  observeBudget: 1,
});
