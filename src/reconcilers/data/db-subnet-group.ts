import type { DBSubnetGroup } from '@aws-sdk/client-rds';
import type { AwsKind } from '../../aws/aws.ts';
import { ignoreGone } from '../../aws/errors.ts';
import { collect } from '../../aws/pages.ts';
import { fromTags } from '../../aws/tags.ts';
import { must } from '../../engine/errors.ts';
import type { Observed } from '../../engine/kind.ts';
import { claim, isNamedLike, ours, type Claim } from './claim.ts';
import { retagRds, tagsOf } from './rds-tags.ts';

export interface DbSubnetGroupProps {
  /** Lower case: AWS stores it so. */
  readonly dbSubnetGroupName: string;
  readonly description: string;
  readonly subnetIds: readonly string[];
  /** Of the subnets; a group never leaves it. */
  readonly vpcId: string;
}

export interface DbSubnetGroupOutputs {
  readonly dbSubnetGroupName: string;
  readonly dbSubnetGroupArn: string;
}

/** Of RDS and DocumentDB alike: they share one list of these. */
export const dbSubnetGroup: AwsKind<DbSubnetGroupProps, DbSubnetGroupOutputs> = {
  name: 'DbSubnetGroup',
  immutable: ['dbSubnetGroupName', 'vpcId'],
  replace: 'new-first',
  unique: { field: 'dbSubnetGroupName', limit: 255 },
  identifies: ['dbSubnetGroupName'],
  unordered: ['subnetIds'],
  takes: { create: 1, delete: 1 },
  actions: {
    read: ['rds:DescribeDBSubnetGroups', 'rds:ListTagsForResource'],
    write: ['rds:CreateDBSubnetGroup', 'rds:ModifyDBSubnetGroup', 'rds:DeleteDBSubnetGroup', 'rds:AddTagsToResource'],
  },

  async observe(look) {
    const rds = await look.env.rds();
    const groups = await collect(
      rds.paginateDescribeDBSubnetGroups({ client: rds.client }, {}),
      (page) => page.DBSubnetGroups,
    );
    const named = groups.filter((item) => isNamedLike(look, 'dbSubnetGroupName', item.DBSubnetGroupName));
    const found = named.map(async (item) => {
      const tags = await tagsOf(look.env, item.DBSubnetGroupArn);
      const claimed = claim(look, 'DbSubnetGroup', tags, 'dbSubnetGroupName', item.DBSubnetGroupName);
      return claimed === undefined ? [] : [toObserved(item, claimed)];
    });
    return (await Promise.all(found)).flat();
  },

  async create({ env: aws, node }, props) {
    const rds = await aws.rds();
    const { DBSubnetGroup } = await rds.send(
      new rds.CreateDBSubnetGroupCommand({
        DBSubnetGroupName: props.dbSubnetGroupName,
        DBSubnetGroupDescription: props.description,
        SubnetIds: [...props.subnetIds],
        Tags: fromTags(node.tags),
      }),
    );
    return toObserved(must(DBSubnetGroup, 'DBSubnetGroup'), ours(node.name, node.tags));
  },

  async update({ env: aws }, live, props) {
    const rds = await aws.rds();
    // The list of subnets is replaced as a whole, and one is required.
    await rds.send(
      new rds.ModifyDBSubnetGroupCommand({
        DBSubnetGroupName: live.outputs.dbSubnetGroupName,
        DBSubnetGroupDescription: props.description,
        SubnetIds: [...props.subnetIds],
      }),
    );
  },

  retag: (act, live, tags) => retagRds(act.env, live.outputs.dbSubnetGroupArn, tags),

  async delete({ env: aws }, live) {
    const rds = await aws.rds();
    // Refused while a cluster names it, also one that is still being deleted.
    await ignoreGone(
      rds.send(new rds.DeleteDBSubnetGroupCommand({ DBSubnetGroupName: live.outputs.dbSubnetGroupName })),
    );
  },
};

function toObserved(item: DBSubnetGroup, claimed: Claim): Observed<DbSubnetGroupProps, DbSubnetGroupOutputs> {
  return {
    ...claimed,
    phase: 'ready',
    props: {
      dbSubnetGroupName: item.DBSubnetGroupName,
      description: item.DBSubnetGroupDescription,
      subnetIds: item.Subnets?.map((subnet) => must(subnet.SubnetIdentifier, 'SubnetIdentifier')),
      vpcId: item.VpcId,
    },
    outputs: { dbSubnetGroupName: item.DBSubnetGroupName, dbSubnetGroupArn: item.DBSubnetGroupArn },
  };
}
