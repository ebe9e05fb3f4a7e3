import type { AccessPointDescription } from '@aws-sdk/client-efs';
import type { AwsKind } from '../../aws/aws.ts';
import { ignoreGone, orUndefined } from '../../aws/errors.ts';
import { collect } from '../../aws/pages.ts';
import { fromTags, isOurs, nodeName, toTags } from '../../aws/tags.ts';
import { must } from '../../engine/errors.ts';
import type { Observed, Phase } from '../../engine/kind.ts';
import { fileSystem } from './file-system.ts';

/** A directory of a file system, entered as one user whoever comes. */
export interface AccessPointProps {
  readonly fileSystemId: string;
  readonly path: string;
  readonly uid: number;
  readonly gid: number;
  /** Octal. EFS makes the directory at the first mount; one that stands already keeps its owner and its mode. */
  readonly permissions: string;
}

export interface AccessPointOutputs {
  readonly accessPointId: string;
  readonly accessPointArn: string;
}

/** Nothing of it changes. The files stay where they are when it is replaced. */
export const accessPoint: AwsKind<AccessPointProps, AccessPointOutputs> = {
  name: 'AccessPoint',
  parent: 'fileSystemId',
  immutable: ['fileSystemId', 'path', 'uid', 'gid', 'permissions'],
  replace: 'new-first',
  identifies: ['accessPointId'],
  nameless: true,
  remake: true,
  takes: { create: 5, delete: 5 },
  actions: {
    read: ['elasticfilesystem:DescribeAccessPoints'],
    write: [
      'elasticfilesystem:CreateAccessPoint',
      'elasticfilesystem:DeleteAccessPoint',
      'elasticfilesystem:TagResource',
    ],
  },

  async observe({ env: aws, live }) {
    const efs = await aws.efs();
    const fileSystems = (await live(fileSystem)).filter((item) => isOurs(aws, item.tags ?? {}));
    const lists = fileSystems.map(async ({ outputs }) => {
      const pages = efs.paginateDescribeAccessPoints({ client: efs.client }, { FileSystemId: outputs.fileSystemId });
      return (await orUndefined(collect(pages, (page) => page.AccessPoints))) ?? [];
    });
    return (await Promise.all(lists))
      .flat()
      .filter((item) => item.LifeCycleState !== 'deleted')
      .map(toObserved);
  },

  async create({ env: aws, node, token }, props) {
    const efs = await aws.efs();
    const user = { uid: props.uid, gid: props.gid };
    const item = await efs.send(
      new efs.CreateAccessPointCommand({
        ClientToken: token,
        FileSystemId: props.fileSystemId,
        PosixUser: { Uid: user.uid, Gid: user.gid },
        RootDirectory: {
          Path: props.path,
          CreationInfo: { OwnerUid: user.uid, OwnerGid: user.gid, Permissions: props.permissions },
        },
        Tags: fromTags(node.tags),
      }),
    );
    return toObserved(item);
  },

  async retag({ env: aws }, live, tags) {
    const efs = await aws.efs();
    await efs.send(new efs.TagResourceCommand({ ResourceId: live.outputs.accessPointId, Tags: fromTags(tags) }));
  },

  async delete({ env: aws }, live) {
    const efs = await aws.efs();
    await ignoreGone(efs.send(new efs.DeleteAccessPointCommand({ AccessPointId: live.outputs.accessPointId })));
  },
};

const PHASES: Readonly<Record<string, Phase>> = {
  creating: 'pending',
  available: 'ready',
  updating: 'ready',
  deleting: 'deleting',
  error: 'failed',
};

function toObserved(item: AccessPointDescription): Observed<AccessPointProps, AccessPointOutputs> {
  const tags = toTags(item.Tags);
  const phase = PHASES[item.LifeCycleState ?? ''] ?? 'pending';
  return {
    name: nodeName('AccessPoint', tags) ?? must(item.AccessPointId, 'AccessPointId'),
    phase,
    because: phase === 'ready' ? undefined : `AWS says ${item.LifeCycleState ?? 'nothing yet'}`,
    props: {
      fileSystemId: item.FileSystemId,
      path: item.RootDirectory?.Path,
      uid: item.PosixUser?.Uid,
      gid: item.PosixUser?.Gid,
      permissions: item.RootDirectory?.CreationInfo?.Permissions,
    },
    outputs: { accessPointId: item.AccessPointId, accessPointArn: item.AccessPointArn },
    tags,
  };
}
