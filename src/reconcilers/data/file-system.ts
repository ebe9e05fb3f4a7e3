import type { FileSystemDescription } from '@aws-sdk/client-efs';
import type { AwsKind } from '../../aws/aws.ts';
import { ignoreGone } from '../../aws/errors.ts';
import { collect } from '../../aws/pages.ts';
import { canonicalPolicy, type PolicyDocument } from '../../aws/policy.ts';
import { fromTags, toTags } from '../../aws/tags.ts';
import type { Observed, Phase } from '../../engine/kind.ts';
import { claim, ours, type Claim } from './claim.ts';
import { settingsOf, withResource, type Settings } from './file-system-settings.ts';

export interface FileSystemProps {
  /** What makes a repeated create find the first one. */
  readonly creationToken: string;
  readonly performanceMode: 'generalPurpose';
  readonly encrypted: true;
  readonly throughputMode: 'bursting' | 'provisioned' | 'elastic';
  /** MiB/s; only when provisioned. */
  readonly provisionedThroughputInMibps?: number | undefined;
  /** Its statements are about this file system: none names a resource. */
  readonly policy: PolicyDocument;
  readonly automaticBackups: boolean;
}

export interface FileSystemOutputs {
  readonly fileSystemId: string;
  readonly fileSystemArn: string;
}

/** EFS. AWS has no deletion protection for one; what is deleted is gone but for its backups. */
export const fileSystem: AwsKind<FileSystemProps, FileSystemOutputs> = {
  name: 'FileSystem',
  immutable: ['creationToken', 'performanceMode', 'encrypted'],
  replace: 'refuse',
  refusal: "it holds the registry's files and cannot be changed in this; its creation token follows from metadata.name",
  identifies: ['fileSystemId'],
  stateful: true,
  takes: { create: 10, update: 10, delete: 10 },
  canonical: ({ policy, ...props }) => ({ ...props, policy: canonicalPolicy(policy) }),
  actions: {
    read: [
      'elasticfilesystem:DescribeFileSystems',
      'elasticfilesystem:DescribeFileSystemPolicy',
      'elasticfilesystem:DescribeBackupPolicy',
    ],
    write: [
      'elasticfilesystem:CreateFileSystem',
      'elasticfilesystem:UpdateFileSystem',
      'elasticfilesystem:PutFileSystemPolicy',
      'elasticfilesystem:PutBackupPolicy',
      'elasticfilesystem:DeleteFileSystem',
      'elasticfilesystem:TagResource',
    ],
    implied: ['iam:CreateServiceLinkedRole'],
  },

  async observe(look) {
    const efs = await look.env.efs();
    const list = await collect(efs.paginateDescribeFileSystems({ client: efs.client }, {}), (page) => page.FileSystems);
    const found = list.map(async (item) => {
      const claimed = claim(look, 'FileSystem', toTags(item.Tags), 'creationToken', item.CreationToken);
      if (claimed === undefined || item.LifeCycleState === 'deleted') return [];
      return [toObserved(item, claimed, await settingsOf(look.env, item))];
    });
    return (await Promise.all(found)).flat();
  },

  async create({ env: aws, node }, props) {
    const efs = await aws.efs();
    const item = await efs.send(
      new efs.CreateFileSystemCommand({
        CreationToken: props.creationToken,
        PerformanceMode: props.performanceMode,
        Encrypted: props.encrypted,
        ThroughputMode: props.throughputMode,
        ProvisionedThroughputInMibps: props.provisionedThroughputInMibps,
        Backup: props.automaticBackups,
        Tags: fromTags(node.tags),
      }),
    );
    return toObserved(item, ours(node.name, node.tags), {
      policy: undefined,
      automaticBackups: props.automaticBackups,
    });
  },

  async update({ env: aws }, live, props, changed) {
    const efs = await aws.efs();
    const { fileSystemId: FileSystemId, fileSystemArn } = live.outputs;
    // A second change of throughput within a day is refused with TooManyRequests.
    if (changed.has('throughputMode') || changed.has('provisionedThroughputInMibps'))
      await efs.send(
        new efs.UpdateFileSystemCommand({
          FileSystemId,
          ThroughputMode: props.throughputMode,
          ProvisionedThroughputInMibps: props.provisionedThroughputInMibps,
        }),
      );
    if (changed.has('policy'))
      await efs.send(
        new efs.PutFileSystemPolicyCommand({ FileSystemId, Policy: withResource(props.policy, fileSystemArn) }),
      );
    if (changed.has('automaticBackups')) {
      const BackupPolicy = { Status: props.automaticBackups ? ('ENABLED' as const) : ('DISABLED' as const) };
      await efs.send(new efs.PutBackupPolicyCommand({ FileSystemId, BackupPolicy }));
    }
  },

  async retag({ env: aws }, live, tags) {
    const efs = await aws.efs();
    await efs.send(new efs.TagResourceCommand({ ResourceId: live.outputs.fileSystemId, Tags: fromTags(tags) }));
  },

  async delete({ env: aws }, live) {
    const efs = await aws.efs();
    await ignoreGone(efs.send(new efs.DeleteFileSystemCommand({ FileSystemId: live.outputs.fileSystemId })));
  },
};

function standingOf(state: string | undefined): { readonly phase: Phase; readonly because?: string } {
  if (state === 'available' || state === 'updating') return { phase: 'ready' };
  if (state === 'deleting') return { phase: 'deleting' };
  return state === 'error'
    ? { phase: 'failed', because: 'AWS says error' }
    : { phase: 'pending', because: `AWS says ${state ?? 'nothing yet'}` };
}

function toObserved(
  item: FileSystemDescription,
  claimed: Claim,
  settings: Settings,
): Observed<FileSystemProps, FileSystemOutputs> {
  return {
    ...claimed,
    ...standingOf(item.LifeCycleState),
    props: {
      creationToken: item.CreationToken,
      performanceMode: item.PerformanceMode as FileSystemProps['performanceMode'],
      encrypted: item.Encrypted as true | undefined,
      throughputMode: item.ThroughputMode,
      provisionedThroughputInMibps:
        item.ThroughputMode === 'provisioned' ? item.ProvisionedThroughputInMibps : undefined,
      ...settings,
    },
    outputs: { fileSystemId: item.FileSystemId, fileSystemArn: item.FileSystemArn },
    createdAt: item.CreationTime?.getTime(),
  };
}
