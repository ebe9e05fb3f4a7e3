import { documentDbInstance } from '../../../src/reconcilers/data/documentdb-instance.ts';
import { testKind } from '../../kind-contract.ts';
import { addDocumentDb } from './databases.ts';

testKind(documentDbInstance, {
  needs: (graph, name) => ({
    dbClusterIdentifier: addDocumentDb(graph, name).ref('dbClusterIdentifier', { when: 'ready' }),
  }),
  props: (name) => ({
    dbInstanceIdentifier: `${name}-registry-primary`,
    dbInstanceClass: 'db.t3.medium',
    promotionTier: 0,
  }),
  updates: [{ promotionTier: 1 }, { dbInstanceClass: 'db.r6g.large' }],
  // The list has the tags of instances in it.
  uncalled: ['rds:ListTagsForResource'],
  observeBudget: 1,
});
