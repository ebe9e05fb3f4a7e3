import type { DBInstance } from '@aws-sdk/client-rds';
import type { AwsKind } from '../../aws/aws.ts';
import { fromTags } from '../../aws/tags.ts';
import { must } from '../../engine/errors.ts';
import type { Observed } from '../../engine/kind.ts';
import { claim, ours, type Claim } from './claim.ts';
import {
  deleteInstance,
  instanceActions,
  instanceOutputsOf,
  instancePropsOf,
  instanceStandingOf,
  instancesOf,
  type DatabaseInstanceOutputs,
  type DatabaseInstanceProps,
} from './database-instance.ts';
import { retagRds, tagsOf } from './rds-tags.ts';

const ENGINE = 'docdb';

/** Automatic minor upgrades have no effect here, and no instance is ever public: neither is a prop. */
export const documentDbInstance: AwsKind<DatabaseInstanceProps, DatabaseInstanceOutputs> = {
  name: 'DocumentDbInstance',
  parent: 'dbClusterIdentifier',
  immutable: ['dbInstanceIdentifier', 'dbClusterIdentifier'],
  replace: 'refuse',
  refusal: "it serves the registry's data; its name and its cluster follow from metadata.name",
  identifies: ['dbInstanceArn'],
  stateful: true,
  slowToShow: true,
  takes: { create: 480, update: 480, delete: 300 },
  actions: instanceActions,
  interrupts: (fields) => (fields.includes('dbInstanceClass') ? 'the registry: its database restarts' : undefined),

  async observe(look) {
    const instances = await instancesOf(look.env, ENGINE);
    const found = instances.map(async (item) => {
      const tags = await tagsOf(look.env, item.DBInstanceArn, item.TagList);
      const claimed = claim(look, 'DocumentDbInstance', tags, 'dbInstanceIdentifier', item.DBInstanceIdentifier);
      return claimed === undefined ? [] : [toObserved(item, claimed)];
    });
    return (await Promise.all(found)).flat();
  },

  async create({ env: aws, node }, props) {
    const docdb = await aws.docdb();
    const { DBInstance } = await docdb.send(
      new docdb.CreateDBInstanceCommand({
        Engine: ENGINE,
        DBInstanceIdentifier: props.dbInstanceIdentifier,
        DBClusterIdentifier: props.dbClusterIdentifier,
        DBInstanceClass: props.dbInstanceClass,
        PromotionTier: props.promotionTier,
        Tags: fromTags(node.tags),
      }),
    );
    return toObserved(must(DBInstance, 'DBInstance'), ours(node.name, node.tags));
  },

  async update({ env: aws }, live, props, changed) {
    const docdb = await aws.docdb();
    await docdb.send(
      new docdb.ModifyDBInstanceCommand({
        DBInstanceIdentifier: live.outputs.dbInstanceIdentifier,
        ApplyImmediately: true,
        ...(changed.has('dbInstanceClass') && { DBInstanceClass: props.dbInstanceClass }),
        ...(changed.has('promotionTier') && { PromotionTier: props.promotionTier }),
      }),
    );
  },

  retag: (act, live, tags) => retagRds(act.env, live.outputs.dbInstanceArn, tags),

  delete: (act, live) => deleteInstance(act.env, live.outputs.dbInstanceIdentifier),
};

function toObserved(item: DBInstance, claimed: Claim): Observed<DatabaseInstanceProps, DatabaseInstanceOutputs> {
  return {
    ...claimed,
    ...instanceStandingOf(item),
    props: instancePropsOf(item),
    outputs: instanceOutputsOf(item),
    createdAt: item.InstanceCreateTime?.getTime(),
  };
}
