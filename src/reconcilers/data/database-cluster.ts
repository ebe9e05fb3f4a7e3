import type { CreateDBClusterCommandInput, DBCluster, ModifyDBClusterCommandInput } from '@aws-sdk/client-rds';
import type { Aws } from '../../aws/aws.ts';
import { collect } from '../../aws/pages.ts';
import { fromTags } from '../../aws/tags.ts';
import type { LiveProps, Phase, Tags } from '../../engine/kind.ts';
import type { Secret } from '../../engine/secret.ts';
import { FINAL_SNAPSHOT_TAG } from './final-snapshot.ts';
import { phaseOf } from './rds-status.ts';
import { retagRds } from './rds-tags.ts';

/** What Aurora and DocumentDB have in common: they are one API. */
export interface DatabaseClusterProps {
  /** Lower case: AWS stores it so. */
  readonly dbClusterIdentifier: string;
  readonly engineVersion: string;
  readonly masterUsername: string;
  readonly masterUserPassword: Secret;
  /** The version of the secret that the password is from; the cluster carries the last one set as a tag. */
  readonly passwordVersion: string;
  readonly port: number;
  readonly dbSubnetGroupName: string;
  readonly vpcSecurityGroupIds: readonly string[];
  readonly dbClusterParameterGroupName: string;
  /** The key's ARN: AWS answers with it whatever was sent. */
  readonly kmsKeyId: string;
  readonly backupRetentionPeriod: number;
  readonly preferredBackupWindow: string;
  readonly preferredMaintenanceWindow: string;
  readonly deletionProtection: boolean;
  /** The snapshot of a deletion that has begun: empty while the cluster is wanted. */
  readonly finalSnapshotIdentifier: string;
}

export interface DatabaseClusterOutputs {
  readonly dbClusterIdentifier: string;
  readonly dbClusterArn: string;
  readonly endpoint: string;
  readonly readerEndpoint: string;
}

const PASSWORD_TAG = 'mcpgw:password-version';

export const clusterActions = {
  read: ['rds:DescribeDBClusters', 'rds:DescribeDBClusterSnapshots', 'rds:ListTagsForResource'],
  write: [
    'rds:CreateDBCluster',
    'rds:ModifyDBCluster',
    'rds:DeleteDBCluster',
    'rds:CreateDBClusterSnapshot',
    'rds:AddTagsToResource',
    'rds:RemoveTagsFromResource',
  ],
  implied: ['kms:DescribeKey', 'kms:CreateGrant', 'iam:CreateServiceLinkedRole'],
} as const;

/** Both engines are in one list; either client would show the other's clusters too. */
export async function clustersOf(aws: Aws, engine: string): Promise<readonly DBCluster[]> {
  const rds = await aws.rds();
  const Filters = [{ Name: 'engine', Values: [engine] }];
  return collect(rds.paginateDescribeDBClusters({ client: rds.client }, { Filters }), (page) => page.DBClusters);
}

export const tagsOfNew = (tags: Tags, props: DatabaseClusterProps): Tags => ({
  ...tags,
  [PASSWORD_TAG]: props.passwordVersion,
});

export const creationOf = (
  props: DatabaseClusterProps,
  tags: Tags,
): Omit<CreateDBClusterCommandInput, 'Engine'> & { DBClusterIdentifier: string } => ({
  DBClusterIdentifier: props.dbClusterIdentifier,
  EngineVersion: props.engineVersion,
  MasterUsername: props.masterUsername,
  MasterUserPassword: props.masterUserPassword.open(),
  Port: props.port,
  DBSubnetGroupName: props.dbSubnetGroupName,
  VpcSecurityGroupIds: [...props.vpcSecurityGroupIds],
  DBClusterParameterGroupName: props.dbClusterParameterGroupName,
  StorageEncrypted: true,
  KmsKeyId: props.kmsKeyId,
  BackupRetentionPeriod: props.backupRetentionPeriod,
  PreferredBackupWindow: props.preferredBackupWindow,
  PreferredMaintenanceWindow: props.preferredMaintenanceWindow,
  DeletionProtection: props.deletionProtection,
  Tags: fromTags(tagsOfNew(tags, props)),
});

/** The fields of a change that both engines know. A field that did not change is never sent. */
export const modificationOf = (
  props: DatabaseClusterProps,
  changed: ReadonlySet<string>,
): Omit<ModifyDBClusterCommandInput, 'DBClusterIdentifier'> => ({
  ...(changed.has('engineVersion') && { EngineVersion: props.engineVersion }),
  ...(changed.has('passwordVersion') && { MasterUserPassword: props.masterUserPassword.open() }),
  ...(changed.has('port') && { Port: props.port }),
  ...(changed.has('vpcSecurityGroupIds') && { VpcSecurityGroupIds: [...props.vpcSecurityGroupIds] }),
  ...(changed.has('dbClusterParameterGroupName') && { DBClusterParameterGroupName: props.dbClusterParameterGroupName }),
  ...(changed.has('backupRetentionPeriod') && { BackupRetentionPeriod: props.backupRetentionPeriod }),
  ...(changed.has('preferredBackupWindow') && { PreferredBackupWindow: props.preferredBackupWindow }),
  ...(changed.has('preferredMaintenanceWindow') && { PreferredMaintenanceWindow: props.preferredMaintenanceWindow }),
  ...(changed.has('deletionProtection') && { DeletionProtection: props.deletionProtection }),
});

/** Sends a change, then notes in the tags what cannot be read back. */
export async function modifyCluster(
  aws: Aws,
  live: { readonly outputs: { readonly [K in keyof DatabaseClusterOutputs]: string | undefined } },
  props: DatabaseClusterProps,
  changed: ReadonlySet<string>,
  modification: Omit<ModifyDBClusterCommandInput, 'DBClusterIdentifier'>,
): Promise<void> {
  const rds = await aws.rds();
  const { dbClusterIdentifier: DBClusterIdentifier, dbClusterArn: ResourceName } = live.outputs;
  // Without ApplyImmediately most of it would wait for the maintenance window.
  if (Object.keys(modification).length > 0)
    await rds.send(new rds.ModifyDBClusterCommand({ DBClusterIdentifier, ApplyImmediately: true, ...modification }));
  if (modification.MasterUserPassword !== undefined)
    await retagRds(aws, ResourceName, { [PASSWORD_TAG]: props.passwordVersion });
  if (changed.has('finalSnapshotIdentifier'))
    await rds.send(new rds.RemoveTagsFromResourceCommand({ ResourceName, TagKeys: [FINAL_SNAPSHOT_TAG] }));
}

export const outputsOf = (item: DBCluster): { readonly [K in keyof DatabaseClusterOutputs]: string | undefined } => ({
  dbClusterIdentifier: item.DBClusterIdentifier,
  dbClusterArn: item.DBClusterArn,
  endpoint: item.Endpoint,
  readerEndpoint: item.ReaderEndpoint,
});

/** What was accepted and waits for its turn counts as there: sent again it would only wait again. */
export const propsOf = (item: DBCluster, tags: Tags): LiveProps<DatabaseClusterProps> => ({
  dbClusterIdentifier: item.DBClusterIdentifier,
  engineVersion: item.PendingModifiedValues?.EngineVersion ?? item.EngineVersion,
  masterUsername: item.MasterUsername,
  passwordVersion: tags[PASSWORD_TAG],
  port: item.Port,
  dbSubnetGroupName: item.DBSubnetGroup,
  vpcSecurityGroupIds: item.VpcSecurityGroups?.filter((group) => group.Status !== 'removing').map(
    (group) => group.VpcSecurityGroupId ?? '',
  ),
  dbClusterParameterGroupName: item.DBClusterParameterGroup,
  kmsKeyId: item.KmsKeyId,
  backupRetentionPeriod: item.PendingModifiedValues?.BackupRetentionPeriod ?? item.BackupRetentionPeriod,
  preferredBackupWindow: item.PreferredBackupWindow,
  preferredMaintenanceWindow: item.PreferredMaintenanceWindow,
  deletionProtection: item.DeletionProtection ?? false,
  finalSnapshotIdentifier: tags[FINAL_SNAPSHOT_TAG] ?? '',
});

/** Where a cluster stands; static parameters wait for a reboot that only a person may choose the time of. */
export function standingOf(item: DBCluster): { readonly phase: Phase; readonly because?: string } {
  const standing = phaseOf(item.Status);
  const owing = (item.DBClusterMembers ?? []).filter(
    (member) => member.DBClusterParameterGroupStatus === 'pending-reboot',
  );
  if (standing.phase !== 'ready' || owing.length === 0) return standing;
  const names = owing.map((member) => member.DBInstanceIdentifier ?? '').join(', ');
  return {
    phase: 'ready',
    because: `changed parameters take effect when ${names} is rebooted (aws rds reboot-db-instance)`,
  };
}
