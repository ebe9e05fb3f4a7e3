import { auroraInstance } from '../../../src/reconcilers/data/aurora-instance.ts';
import { testKind } from '../../kind-contract.ts';
import { addAurora } from './databases.ts';

testKind(auroraInstance, {
  needs: (graph, name) => ({
    dbClusterIdentifier: addAurora(graph, name).ref('dbClusterIdentifier', { when: 'ready' }),
  }),
  props: (name) => ({
    dbInstanceIdentifier: `${name}-keycloak-1`,
    dbInstanceClass: 'db.serverless',
    promotionTier: 0,
    publiclyAccessible: false,
  }),
  updates: [{ promotionTier: 1 }, { dbInstanceClass: 'db.t4g.medium' }],
  outside: {
    'an address in the internet': async (aws, live) => {
      const rds = await aws.rds();
      const DBInstanceIdentifier = String(live.outputs['dbInstanceIdentifier']);
      await rds.send(
        new rds.ModifyDBInstanceCommand({ DBInstanceIdentifier, PubliclyAccessible: true, ApplyImmediately: true }),
      );
    },
  },
  // The list has the tags of instances in it.
  uncalled: ['rds:ListTagsForResource'],
  observeBudget: 1,
});
