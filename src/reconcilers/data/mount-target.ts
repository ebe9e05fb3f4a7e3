import type { MountTargetDescription } from '@aws-sdk/client-efs';
import type { Aws, AwsKind } from '../../aws/aws.ts';
import { ignoreGone, orUndefined } from '../../aws/errors.ts';
import { collect } from '../../aws/pages.ts';
import { isOurs } from '../../aws/tags.ts';
import { must } from '../../engine/errors.ts';
import { idOf, type Look, type Observed, type Phase } from '../../engine/kind.ts';
import { isRef, type Input } from '../../engine/ref.ts';
import { subnet } from '../network/subnet.ts';
import { fileSystem } from './file-system.ts';

/** One in each zone: the address there of a file system. */
export interface MountTargetProps {
  readonly fileSystemId: string;
  readonly subnetId: string;
  readonly securityGroups: readonly string[];
}

export interface MountTargetOutputs {
  readonly mountTargetId: string;
}

/** It carries no tags, so that the subnet tells which node it is. */
export const mountTarget: AwsKind<MountTargetProps, MountTargetOutputs> = {
  name: 'MountTarget',
  parent: 'fileSystemId',
  immutable: ['fileSystemId', 'subnetId'],
  // A zone takes no second one.
  replace: 'delete-first',
  identifies: ['mountTargetId'],
  remake: true,
  unordered: ['securityGroups'],
  // They are those of its network interface, which a new one does not show yet.
  tolerates: { securityGroups: (live) => live === undefined },
  takes: { create: 90, update: 2, delete: 60 },
  actions: {
    read: ['elasticfilesystem:DescribeMountTargets', 'ec2:DescribeNetworkInterfaces'],
    write: [
      'elasticfilesystem:CreateMountTarget',
      'elasticfilesystem:ModifyMountTargetSecurityGroups',
      'elasticfilesystem:DeleteMountTarget',
    ],
    implied: [
      'ec2:DescribeSubnets',
      'ec2:CreateNetworkInterface',
      'ec2:ModifyNetworkInterfaceAttribute',
      'ec2:DeleteNetworkInterface',
    ],
  },
  interrupts: (fields) =>
    fields.includes('subnetId') || fields.includes('fileSystemId') ? 'tasks of that zone lose their files' : undefined,

  async observe({ env: aws, nodes, live }) {
    const efs = await aws.efs();
    const fileSystems = (await live(fileSystem)).filter((item) => isOurs(aws, item.tags ?? {}));
    const names = await namesBySubnet(nodes, live);
    // While a subnet is not known, nothing tells an addition of somebody's from what a node wants.
    const complete = !names.has(undefined);
    const lists = fileSystems.map(async (system) => {
      const input = { FileSystemId: system.outputs.fileSystemId };
      const pages = efs.paginateDescribeMountTargets({ client: efs.client }, input);
      const list = (await orUndefined(collect(pages, (page) => page.MountTargets))) ?? [];
      const staying = list.filter(
        (item) => item.LifeCycleState !== 'deleted' && (complete || names.has(item.SubnetId)),
      );
      const groups = await groupsByInterface(aws, staying);
      return staying.map((item) =>
        toObserved(
          item,
          names.get(item.SubnetId) ?? `${system.name}/${item.MountTargetId ?? ''}`,
          groups.get(item.NetworkInterfaceId),
        ),
      );
    });
    return (await Promise.all(lists)).flat();
  },

  async create({ env: aws, node }, props) {
    const efs = await aws.efs();
    const item = await efs.send(
      new efs.CreateMountTargetCommand({
        FileSystemId: props.fileSystemId,
        SubnetId: props.subnetId,
        SecurityGroups: [...props.securityGroups],
      }),
    );
    return toObserved(item, node.name, props.securityGroups);
  },

  async update({ env: aws }, live, props) {
    const efs = await aws.efs();
    await efs.send(
      new efs.ModifyMountTargetSecurityGroupsCommand({
        MountTargetId: live.outputs.mountTargetId,
        SecurityGroups: [...props.securityGroups],
      }),
    );
  },

  async delete({ env: aws }, live) {
    const efs = await aws.efs();
    await ignoreGone(efs.send(new efs.DeleteMountTargetCommand({ MountTargetId: live.outputs.mountTargetId })));
  },
};

/** Which node wants a mount target in which subnet, also while this look is the first and no value is known. */
async function namesBySubnet(
  nodes: readonly { readonly name: string; readonly props: { readonly subnetId: Input<string> } }[],
  live: Look<Aws>['live'],
): Promise<ReadonlyMap<string | undefined, string>> {
  const subnets = new Map((await live(subnet)).map((item) => [idOf('Subnet', item.name), item.outputs.subnetId]));
  const idOfSubnet = (value: Input<string>): unknown => (isRef(value) ? subnets.get(value.$ref) : value);
  return new Map(nodes.map((node) => [idOfSubnet(node.props.subnetId) as string | undefined, node.name]));
}

/** One call for all of them; EFS itself tells the groups of one mount target at a time. */
async function groupsByInterface(
  aws: Aws,
  list: readonly MountTargetDescription[],
): Promise<ReadonlyMap<string | undefined, readonly string[]>> {
  const Values = list.map((item) => item.NetworkInterfaceId).filter((id) => id !== undefined);
  if (Values.length === 0) return new Map();
  const ec2 = await aws.ec2();
  const Filters = [{ Name: 'network-interface-id', Values }];
  const found = await collect(
    ec2.paginateDescribeNetworkInterfaces({ client: ec2.client }, { Filters }),
    (page) => page.NetworkInterfaces,
  );
  return new Map(
    found.map((item) => [item.NetworkInterfaceId, (item.Groups ?? []).map((group) => must(group.GroupId, 'GroupId'))]),
  );
}

const PHASES: Readonly<Record<string, Phase>> = {
  creating: 'pending',
  available: 'ready',
  updating: 'ready',
  deleting: 'deleting',
  error: 'failed',
};

function toObserved(
  item: MountTargetDescription,
  name: string,
  securityGroups: readonly string[] | undefined,
): Observed<MountTargetProps, MountTargetOutputs> {
  const phase = PHASES[item.LifeCycleState ?? ''] ?? 'pending';
  return {
    name,
    phase,
    because: phase === 'ready' ? undefined : `AWS says ${item.LifeCycleState ?? 'nothing yet'}`,
    props: { fileSystemId: item.FileSystemId, subnetId: item.SubnetId, securityGroups },
    outputs: { mountTargetId: item.MountTargetId },
  };
}
