import type { DBProxyTarget } from '@aws-sdk/client-rds';
import type { AwsKind } from '../../aws/aws.ts';
import { ignoreGone, orUndefined } from '../../aws/errors.ts';
import { collect } from '../../aws/pages.ts';
import { isOurs } from '../../aws/tags.ts';
import type { Observed, Phase } from '../../engine/kind.ts';
import { dbProxy } from './db-proxy.ts';

export interface DbProxyTargetProps {
  readonly dbProxyName: string;
  readonly dbClusterIdentifier: string;
}

export interface DbProxyTargetOutputs {
  readonly targetArn: string;
}

/** The cluster behind a proxy: one at most, so that it is named after the proxy. Ready means that it is reached. */
export const dbProxyTarget: AwsKind<DbProxyTargetProps, DbProxyTargetOutputs> = {
  name: 'DbProxyTarget',
  parent: 'dbProxyName',
  immutable: ['dbProxyName', 'dbClusterIdentifier'],
  replace: 'delete-first',
  identifies: [],
  takes: { create: 600, delete: 5 },
  actions: {
    read: ['rds:DescribeDBProxyTargets'],
    write: ['rds:RegisterDBProxyTargets', 'rds:DeregisterDBProxyTargets'],
  },

  async observe({ env: aws, live }) {
    const rds = await aws.rds();
    // Only of our own: what has no tags is ours by its parent alone.
    const proxies = (await live(dbProxy)).filter((proxy) => isOurs(aws, proxy.tags ?? {}));
    const found = proxies.map(async (proxy) => {
      const input = { DBProxyName: proxy.outputs.dbProxyName, TargetGroupName: 'default' };
      const pages = collect(rds.paginateDescribeDBProxyTargets({ client: rds.client }, input), (page) => page.Targets);
      const targets = (await orUndefined(pages)) ?? [];
      const clusters = targets.filter((target) => target.Type === 'TRACKED_CLUSTER');
      const instances = targets.filter((target) => target.Type === 'RDS_INSTANCE');
      return clusters.map((item) => toObserved(item, instances, proxy));
    });
    return (await Promise.all(found)).flat();
  },

  async create({ env: aws, node }, props) {
    const rds = await aws.rds();
    // Refused for now until the cluster has an instance that is available.
    await rds.send(
      new rds.RegisterDBProxyTargetsCommand({
        DBProxyName: props.dbProxyName,
        TargetGroupName: 'default',
        DBClusterIdentifiers: [props.dbClusterIdentifier],
      }),
    );
    return {
      name: node.name,
      phase: 'pending',
      because: 'it was registered a moment ago',
      props,
      outputs: { targetArn: undefined },
    };
  },

  async delete({ env: aws }, live) {
    const rds = await aws.rds();
    const { dbProxyName: DBProxyName, dbClusterIdentifier } = live.props;
    await ignoreGone(
      rds.send(
        new rds.DeregisterDBProxyTargetsCommand({
          DBProxyName,
          TargetGroupName: 'default',
          DBClusterIdentifiers: dbClusterIdentifier === undefined ? [] : [dbClusterIdentifier],
        }),
      ),
    );
  },
};

const CAUSES: Readonly<Record<string, string>> = {
  PENDING_PROXY_CAPACITY:
    'the proxy waits for capacity, which follows that of the database: below 1 ACU (spec.databases.keycloak.minCapacity) it can take 40 minutes and more',
  CONNECTION_FAILED:
    'the proxy does not reach the database: its security group must let it out to itself, and in from itself, on the database port',
  AUTH_FAILURE:
    'the proxy may not sign in: its role must read the secret, and the secret must hold the user name and password of the database',
  UNREACHABLE: 'the proxy finds no way to the database: see its subnets',
};

/** Health is told of each instance. Each cause may pass by itself while the rest of the gateway is being made. */
function healthOf(instances: readonly DBProxyTarget[]): { readonly phase: Phase; readonly because?: string } {
  const ill = instances.filter((target) => target.TargetHealth?.State !== 'AVAILABLE');
  const reasons = ill.map(({ RdsResourceId, TargetHealth: health }) => {
    const cause =
      CAUSES[health?.Reason ?? ''] ?? `${health?.State ?? 'not known yet'} ${health?.Description ?? ''}`.trim();
    return `${RdsResourceId ?? 'an instance'}: ${cause}${health?.Reason === undefined ? '' : ` (${health.Reason})`}`;
  });
  const because = instances.length === 0 ? 'the proxy has not found an instance yet' : reasons.join('; ');
  const phase = instances.length > ill.length ? 'ready' : 'pending';
  return because === '' ? { phase } : { phase, because };
}

function toObserved(
  cluster: DBProxyTarget,
  instances: readonly DBProxyTarget[],
  proxy: { readonly name: string; readonly props: { readonly dbProxyName: string | undefined } },
): Observed<DbProxyTargetProps, DbProxyTargetOutputs> {
  return {
    name: proxy.name,
    ...healthOf(instances),
    props: { dbProxyName: proxy.props.dbProxyName, dbClusterIdentifier: cluster.RdsResourceId },
    outputs: { targetArn: cluster.TargetArn },
  };
}
