import type { DBProxy } from '@aws-sdk/client-rds';
import type { AwsKind } from '../../aws/aws.ts';
import { ignoreGone } from '../../aws/errors.ts';
import { collect } from '../../aws/pages.ts';
import { fromTags } from '../../aws/tags.ts';
import { must } from '../../engine/errors.ts';
import type { Observed, Phase } from '../../engine/kind.ts';
import { claim, ours, type Claim } from './claim.ts';
import { retagRds, tagsOf } from './rds-tags.ts';

export interface DbProxyProps {
  readonly dbProxyName: string;
  readonly engineFamily: 'POSTGRESQL';
  readonly auth: readonly DbProxyAuth[];
  readonly roleArn: string;
  readonly vpcSubnetIds: readonly string[];
  readonly vpcSecurityGroupIds: readonly string[];
  /** Between clients and the proxy. */
  readonly requireTls: boolean;
}

/** A database user: the secret holds JSON with `username` and `password`. */
export interface DbProxyAuth {
  readonly secretArn: string;
  readonly iamAuth: 'DISABLED' | 'REQUIRED';
  readonly clientPasswordAuthType: 'POSTGRES_SCRAM_SHA_256';
}

export interface DbProxyOutputs {
  readonly dbProxyName: string;
  readonly dbProxyArn: string;
  readonly endpoint: string;
}

/** Its target group `default` comes with it and goes with it, and so do the targets. */
export const dbProxy: AwsKind<DbProxyProps, DbProxyOutputs> = {
  name: 'DbProxy',
  immutable: ['dbProxyName', 'engineFamily', 'vpcSubnetIds'],
  replace: 'delete-first',
  // Not the name: what stands inside the proxy bears it too and goes with it.
  identifies: ['dbProxyArn'],
  unordered: ['vpcSubnetIds', 'vpcSecurityGroupIds'],
  // Two zones are enough: a third one is no reason to take the proxy away.
  tolerates: {
    vpcSubnetIds: (live, wanted) => live !== undefined && live.length >= 2 && live.every((id) => wanted.includes(id)),
  },
  takes: { create: 300, update: 60, delete: 240 },
  actions: {
    read: ['rds:DescribeDBProxies', 'rds:ListTagsForResource'],
    write: ['rds:CreateDBProxy', 'rds:ModifyDBProxy', 'rds:DeleteDBProxy', 'rds:AddTagsToResource'],
    implied: ['iam:PassRole', 'iam:CreateServiceLinkedRole'],
  },
  interrupts: (fields) =>
    fields.some((field) => dbProxy.immutable.includes(field as keyof DbProxyProps))
      ? "signing in: Keycloak's way to its database is taken away and made again"
      : undefined,

  async observe(look) {
    const rds = await look.env.rds();
    const proxies = await collect(rds.paginateDescribeDBProxies({ client: rds.client }, {}), (page) => page.DBProxies);
    const found = proxies.map(async (item) => {
      const tags = await tagsOf(look.env, item.DBProxyArn);
      const claimed = claim(look, 'DbProxy', tags, 'dbProxyName', item.DBProxyName);
      return claimed === undefined ? [] : [toObserved(item, claimed)];
    });
    return (await Promise.all(found)).flat();
  },

  async create({ env: aws, node }, props) {
    const rds = await aws.rds();
    const { DBProxy } = await rds.send(
      new rds.CreateDBProxyCommand({
        DBProxyName: props.dbProxyName,
        EngineFamily: props.engineFamily,
        Auth: props.auth.map(toAuth),
        RoleArn: props.roleArn,
        VpcSubnetIds: [...props.vpcSubnetIds],
        VpcSecurityGroupIds: [...props.vpcSecurityGroupIds],
        RequireTLS: props.requireTls,
        Tags: fromTags(node.tags),
      }),
    );
    return toObserved(must(DBProxy, 'DBProxy'), ours(node.name, node.tags));
  },

  async update({ env: aws }, live, props, changed) {
    const rds = await aws.rds();
    await rds.send(
      new rds.ModifyDBProxyCommand({
        DBProxyName: live.outputs.dbProxyName,
        ...(changed.has('auth') && { Auth: props.auth.map(toAuth) }),
        ...(changed.has('roleArn') && { RoleArn: props.roleArn }),
        // Create calls the same field VpcSecurityGroupIds.
        ...(changed.has('vpcSecurityGroupIds') && { SecurityGroups: [...props.vpcSecurityGroupIds] }),
        ...(changed.has('requireTls') && { RequireTLS: props.requireTls }),
      }),
    );
  },

  retag: (act, live, tags) => retagRds(act.env, live.outputs.dbProxyArn, tags),

  async delete({ env: aws }, live) {
    const rds = await aws.rds();
    await ignoreGone(rds.send(new rds.DeleteDBProxyCommand({ DBProxyName: live.outputs.dbProxyName })));
  },
};

const toAuth = (auth: DbProxyAuth) =>
  ({
    AuthScheme: 'SECRETS',
    SecretArn: auth.secretArn,
    IAMAuth: auth.iamAuth,
    ClientPasswordAuthType: auth.clientPasswordAuthType,
  }) as const;

const ADVICE: Readonly<Record<string, string>> = {
  'incompatible-network': 'its subnets or their zones do not serve a proxy; see the events of the proxy in RDS',
  'insufficient-resource-limits': 'its subnets have too few free addresses, or a quota of the account is full',
};

function standingOf(status: string | undefined): { readonly phase: Phase; readonly because?: string } {
  switch (status) {
    case 'available':
      return { phase: 'ready' };
    case 'deleting':
      return { phase: 'deleting' };
    case undefined:
    case 'creating':
    case 'modifying':
    case 'reactivating':
      return { phase: 'pending', because: `AWS says ${status ?? 'nothing yet'}` };
    default:
      return { phase: 'failed', because: ADVICE[status] ?? `AWS says ${status}` };
  }
}

function toObserved(item: DBProxy, claimed: Claim): Observed<DbProxyProps, DbProxyOutputs> {
  return {
    ...claimed,
    ...standingOf(item.Status),
    props: {
      dbProxyName: item.DBProxyName,
      engineFamily: item.EngineFamily as DbProxyProps['engineFamily'],
      auth: item.Auth?.map((auth) => ({
        secretArn: must(auth.SecretArn, 'SecretArn'),
        iamAuth: auth.IAMAuth as DbProxyAuth['iamAuth'],
        clientPasswordAuthType: (auth.ClientPasswordAuthType ??
          'POSTGRES_SCRAM_SHA_256') as DbProxyAuth['clientPasswordAuthType'],
      })),
      roleArn: item.RoleArn,
      vpcSubnetIds: item.VpcSubnetIds,
      vpcSecurityGroupIds: item.VpcSecurityGroupIds,
      requireTls: item.RequireTLS,
    },
    outputs: { dbProxyName: item.DBProxyName, dbProxyArn: item.DBProxyArn, endpoint: item.Endpoint },
    createdAt: item.CreatedDate?.getTime(),
  };
}
