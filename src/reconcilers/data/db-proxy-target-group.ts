import type { DBProxyTargetGroup } from '@aws-sdk/client-rds';
import type { AwsKind } from '../../aws/aws.ts';
import { collect } from '../../aws/pages.ts';
import { isOurs } from '../../aws/tags.ts';
import type { Observed } from '../../engine/kind.ts';
import { dbProxy } from './db-proxy.ts';

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

/** The one that AWS makes with each proxy; it can be neither made nor deleted. It is named after the proxy. */
export const dbProxyTargetGroup: AwsKind<DbProxyTargetGroupProps, DbProxyTargetGroupOutputs> = {
  name: 'DbProxyTargetGroup',
  parent: 'dbProxyName',
  immutable: [],
  replace: 'new-first',
  identifies: ['targetGroupArn'],
  takes: { update: 30 },
  actions: { read: ['rds:DescribeDBProxyTargetGroups'], write: ['rds:ModifyDBProxyTargetGroup'] },

  async observe({ env: aws, live }) {
    const rds = await aws.rds();
    // Only of our own: what has no tags is ours by its parent alone.
    const proxies = (await live(dbProxy)).filter((proxy) => isOurs(aws, proxy.tags ?? {}));
    const found = proxies.map(async (proxy) => {
      const input = { DBProxyName: proxy.outputs.dbProxyName };
      const groups = await collect(rds.paginateDescribeDBProxyTargetGroups({ client: rds.client }, input), (page) => page.TargetGroups);
      return groups.map((item) => toObserved(item, proxy.name));
    });
    return (await Promise.all(found)).flat();
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

function toObserved(item: DBProxyTargetGroup, name: string): Observed<DbProxyTargetGroupProps, DbProxyTargetGroupOutputs> {
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
