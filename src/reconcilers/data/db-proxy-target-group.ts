import type { DBProxyTargetGroup } from '@aws-sdk/client-rds';
import type { Aws, AwsKind } from '../../aws/aws.ts';
import { orUndefined } from '../../aws/errors.ts';
import { collect } from '../../aws/pages.ts';
import { isOurs } from '../../aws/tags.ts';
import { must } from '../../engine/errors.ts';
import type { Observed } from '../../engine/kind.ts';
import { dbProxy, type DbProxyOutputs, type DbProxyProps } from './db-proxy.ts';

export interface DbProxyTargetGroupProps {
  readonly dbProxyName: string;
  /** Share of the database's connections that the proxy may take, in percent. */
  readonly maxConnectionsPercent: number;
  readonly maxIdleConnectionsPercent: number;
  /** Seconds for which a client waits for a connection. */
  readonly connectionBorrowTimeout: number;
}

export interface DbProxyTargetGroupOutputs {
  readonly targetGroupArn: string;
}

/** The one that comes and goes with each proxy, whose name it has here. */
export const dbProxyTargetGroup: AwsKind<DbProxyTargetGroupProps, DbProxyTargetGroupOutputs> = {
  name: 'DbProxyTargetGroup',
  parent: 'dbProxyName',
  immutable: [],
  replace: 'new-first',
  identifies: ['targetGroupArn'],
  takes: { update: 30 },
  actions: { read: ['rds:DescribeDBProxyTargetGroups'], write: ['rds:ModifyDBProxyTargetGroup'] },

  observe: async ({ env: aws, live }) => find(aws, await live(dbProxy)),

  // It came with the proxy: it only has to be looked for.
  async create({ env: aws, node, live }) {
    const found = await find(
      aws,
      live(dbProxy).filter((proxy) => proxy.name === node.name),
    );
    return must(found[0], `the target group of DbProxy/${node.name}`);
  },

  async update({ env: aws }, live, props) {
    const rds = await aws.rds();
    await rds.send(
      new rds.ModifyDBProxyTargetGroupCommand({
        DBProxyName: live.props.dbProxyName,
        TargetGroupName: 'default',
        ConnectionPoolConfig: {
          // The share of idle ones is valid only together with the share of all.
          MaxConnectionsPercent: props.maxConnectionsPercent,
          MaxIdleConnectionsPercent: props.maxIdleConnectionsPercent,
          ConnectionBorrowTimeout: props.connectionBorrowTimeout,
        },
      }),
    );
  },
};

type Live = Observed<DbProxyTargetGroupProps, DbProxyTargetGroupOutputs>;

async function find(aws: Aws, proxies: readonly Observed<DbProxyProps, DbProxyOutputs>[]): Promise<readonly Live[]> {
  const rds = await aws.rds();
  // Only of our own: what has no tags is ours by its parent alone.
  const found = proxies
    .filter((proxy) => isOurs(aws, proxy.tags ?? {}))
    .map(async (proxy) => {
      const input = { DBProxyName: proxy.outputs.dbProxyName };
      const pages = rds.paginateDescribeDBProxyTargetGroups({ client: rds.client }, input);
      const groups = (await orUndefined(collect(pages, (page) => page.TargetGroups))) ?? [];
      return groups.map((item) => toObserved(item, proxy.name));
    });
  return (await Promise.all(found)).flat();
}

function toObserved(item: DBProxyTargetGroup, name: string): Live {
  const pool = item.ConnectionPoolConfig;
  return {
    name,
    phase: item.Status === 'available' ? 'ready' : 'pending',
    props: {
      dbProxyName: item.DBProxyName,
      maxConnectionsPercent: pool?.MaxConnectionsPercent,
      maxIdleConnectionsPercent: pool?.MaxIdleConnectionsPercent,
      connectionBorrowTimeout: pool?.ConnectionBorrowTimeout,
    },
    outputs: { targetGroupArn: item.TargetGroupArn },
  };
}
