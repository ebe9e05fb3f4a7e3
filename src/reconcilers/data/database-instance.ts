import type { DBInstance } from '@aws-sdk/client-rds';
import type { Aws, AwsKind } from '../../aws/aws.ts';
import { ignoreGone } from '../../aws/errors.ts';
import { collect } from '../../aws/pages.ts';
import { fromTags } from '../../aws/tags.ts';
import type { Observed, Tags } from '../../engine/kind.ts';
import { claim, type Claim } from './claim.ts';
import { phaseOf } from './rds-status.ts';
import { retagRds, tagsOf } from './rds-tags.ts';

/** What members of Aurora and DocumentDB clusters have in common: they are one API. */
export interface DatabaseInstanceProps {
  /** Lower case: AWS stores it so. */
  readonly dbInstanceIdentifier: string;
  readonly dbClusterIdentifier: string;
  readonly dbInstanceClass: string;
  /** The lowest takes over first when the writer fails. */
  readonly promotionTier: number;
  /** Of Aurora alone, where it has to be said: in a VPC with an internet gateway the default is an address of its own. */
  readonly publiclyAccessible?: boolean;
}

export interface DatabaseInstanceOutputs {
  readonly dbInstanceIdentifier: string;
  readonly dbInstanceArn: string;
}

type InstanceKind = AwsKind<DatabaseInstanceProps, DatabaseInstanceOutputs>;

/** All of a kind but what the two sorts do each in its own way. */
export const instanceKind = (name: string, engine: string): Omit<InstanceKind, 'create' | 'update'> => ({
  name,
  parent: 'dbClusterIdentifier',
  immutable: ['dbInstanceIdentifier', 'dbClusterIdentifier'],
  replace: 'refuse',
  identifies: ['dbInstanceArn'],
  stateful: true,
  slowToShow: true,
  actions: {
    read: ['rds:DescribeDBInstances', 'rds:ListTagsForResource'],
    write: ['rds:CreateDBInstance', 'rds:ModifyDBInstance', 'rds:DeleteDBInstance', 'rds:AddTagsToResource'],
    implied: ['iam:CreateServiceLinkedRole'],
  },

  async observe(look) {
    const found = (await instancesOf(look.env, engine)).map(async (item) => {
      const tags = await tagsOf(look.env, item.DBInstanceArn, item.TagList);
      const claimed = claim(look, name, tags, 'dbInstanceIdentifier', item.DBInstanceIdentifier);
      return claimed === undefined ? [] : [instanceToObserved(item, claimed)];
    });
    return (await Promise.all(found)).flat();
  },

  retag: (act, live, tags) => retagRds(act.env, live.outputs.dbInstanceArn, tags),

  // A member needs no snapshot: the data is the cluster's. Its cluster's deletion protection does not protect it.
  async delete({ env: aws }, live) {
    const rds = await aws.rds();
    const DBInstanceIdentifier = live.outputs.dbInstanceIdentifier;
    await ignoreGone(rds.send(new rds.DeleteDBInstanceCommand({ DBInstanceIdentifier })));
  },
});

async function instancesOf(aws: Aws, engine: string): Promise<readonly DBInstance[]> {
  const rds = await aws.rds();
  const Filters = [{ Name: 'engine', Values: [engine] }];
  return collect(rds.paginateDescribeDBInstances({ client: rds.client }, { Filters }), (page) => page.DBInstances);
}

/** What the cluster decides (version, password, network, storage) is refused here or ignored. */
export const toCreation = (engine: string, props: DatabaseInstanceProps, tags: Tags) => ({
  Engine: engine,
  DBInstanceIdentifier: props.dbInstanceIdentifier,
  DBClusterIdentifier: props.dbClusterIdentifier,
  DBInstanceClass: props.dbInstanceClass,
  PromotionTier: props.promotionTier,
  Tags: fromTags(tags),
});

export const toModification = (
  live: Observed<DatabaseInstanceProps, DatabaseInstanceOutputs>,
  props: DatabaseInstanceProps,
  changed: ReadonlySet<keyof DatabaseInstanceProps>,
) => ({
  DBInstanceIdentifier: live.outputs.dbInstanceIdentifier,
  ApplyImmediately: true,
  ...(changed.has('dbInstanceClass') && { DBInstanceClass: props.dbInstanceClass }),
  ...(changed.has('promotionTier') && { PromotionTier: props.promotionTier }),
});

/** What was accepted and waits for its turn counts as there. */
export const instanceToObserved = (
  item: DBInstance,
  claimed: Claim,
): Observed<DatabaseInstanceProps, DatabaseInstanceOutputs> => ({
  ...claimed,
  ...phaseOf(item.DBInstanceStatus),
  props: {
    dbInstanceIdentifier: item.DBInstanceIdentifier,
    dbClusterIdentifier: item.DBClusterIdentifier,
    dbInstanceClass: item.PendingModifiedValues?.DBInstanceClass ?? item.DBInstanceClass,
    promotionTier: item.PromotionTier,
    publiclyAccessible: item.PubliclyAccessible ?? false,
  },
  outputs: { dbInstanceIdentifier: item.DBInstanceIdentifier, dbInstanceArn: item.DBInstanceArn },
  createdAt: item.InstanceCreateTime?.getTime(),
});
