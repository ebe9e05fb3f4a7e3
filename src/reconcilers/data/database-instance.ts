import type { DBInstance } from '@aws-sdk/client-rds';
import type { Aws } from '../../aws/aws.ts';
import { ignoreGone } from '../../aws/errors.ts';
import { collect } from '../../aws/pages.ts';
import type { Phase } from '../../engine/kind.ts';
import { phaseOf } from './rds-status.ts';

/** What members of Aurora and DocumentDB clusters have in common: they are one API. */
export interface DatabaseInstanceProps {
  /** Lower case: AWS stores it so. */
  readonly dbInstanceIdentifier: string;
  readonly dbClusterIdentifier: string;
  readonly dbInstanceClass: string;
  /** The lowest takes over first when the writer fails. */
  readonly promotionTier: number;
}

export interface DatabaseInstanceOutputs {
  readonly dbInstanceIdentifier: string;
  readonly dbInstanceArn: string;
}

export const instanceActions = {
  read: ['rds:DescribeDBInstances', 'rds:ListTagsForResource'],
  write: ['rds:CreateDBInstance', 'rds:ModifyDBInstance', 'rds:DeleteDBInstance', 'rds:AddTagsToResource'],
  implied: ['iam:CreateServiceLinkedRole'],
} as const;

export async function instancesOf(aws: Aws, engine: string): Promise<readonly DBInstance[]> {
  const rds = await aws.rds();
  const Filters = [{ Name: 'engine', Values: [engine] }];
  return collect(rds.paginateDescribeDBInstances({ client: rds.client }, { Filters }), (page) => page.DBInstances);
}

/** What was accepted and waits for its turn counts as there. */
export const instancePropsOf = (
  item: DBInstance,
): { readonly [K in keyof DatabaseInstanceProps]: DatabaseInstanceProps[K] | undefined } => ({
  dbInstanceIdentifier: item.DBInstanceIdentifier,
  dbClusterIdentifier: item.DBClusterIdentifier,
  dbInstanceClass: item.PendingModifiedValues?.DBInstanceClass ?? item.DBInstanceClass,
  promotionTier: item.PromotionTier,
});

export const instanceOutputsOf = (
  item: DBInstance,
): { readonly [K in keyof DatabaseInstanceOutputs]: string | undefined } => ({
  dbInstanceIdentifier: item.DBInstanceIdentifier,
  dbInstanceArn: item.DBInstanceArn,
});

export const instanceStandingOf = (item: DBInstance): { readonly phase: Phase; readonly because?: string } =>
  phaseOf(item.DBInstanceStatus);

/** A member needs no snapshot: the data is the cluster's. Its cluster's deletion protection does not protect it. */
export async function deleteInstance(aws: Aws, id: string | undefined): Promise<void> {
  const rds = await aws.rds();
  await ignoreGone(rds.send(new rds.DeleteDBInstanceCommand({ DBInstanceIdentifier: id })));
}
