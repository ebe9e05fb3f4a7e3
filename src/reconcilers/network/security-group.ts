import type { SecurityGroup } from '@aws-sdk/client-ec2';
import type { Aws, AwsKind } from '../../aws/aws.ts';
import { holdersOf } from '../../aws/enis.ts';
import { retagEc2, specify } from '../../aws/ec2-tags.ts';
import { ignoreGone } from '../../aws/errors.ts';
import { collect } from '../../aws/pages.ts';
import { nodeName, ownerFilter, toTags } from '../../aws/tags.ts';
import { must } from '../../engine/errors.ts';
import type { Observed } from '../../engine/kind.ts';

export interface SecurityGroupProps {
  readonly vpcId: string;
  readonly groupName: string;
  readonly description: string;
}

export interface SecurityGroupOutputs {
  readonly groupId: string;
}

const EVERYTHING_OUT = { IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] };

export const securityGroup: AwsKind<SecurityGroupProps, SecurityGroupOutputs> = {
  name: 'SecurityGroup',
  immutable: ['vpcId', 'groupName', 'description'],
  replace: 'new-first',
  unique: { field: 'groupName', limit: 255 },
  identifies: ['groupId'],
  takes: { create: 1, delete: 5 },
  actions: {
    read: ['ec2:DescribeSecurityGroups', 'ec2:DescribeNetworkInterfaces'],
    write: ['ec2:CreateSecurityGroup', 'ec2:RevokeSecurityGroupEgress', 'ec2:DeleteSecurityGroup', 'ec2:CreateTags'],
  },

  async observe({ env: aws }) {
    const ec2 = await aws.ec2();
    const groups = await collect(
      ec2.paginateDescribeSecurityGroups({ client: ec2.client }, { Filters: ownerFilter(aws) }),
      (page) => page.SecurityGroups,
    );
    // The VPC's default group carries our mark too, and can be neither made nor removed.
    return groups.filter((group) => group.GroupName !== 'default').map(toObserved);
  },

  async create({ env: aws, node }, props) {
    const ec2 = await aws.ec2();
    const { GroupId } = await ec2.send(
      new ec2.CreateSecurityGroupCommand({
        VpcId: props.vpcId,
        GroupName: props.groupName,
        Description: props.description,
        TagSpecifications: specify('security-group', node.tags),
      }),
    );
    // AWS opens a new group outwards by a rule that would collide with the same rule of ours.
    await ec2.send(new ec2.RevokeSecurityGroupEgressCommand({ GroupId, IpPermissions: [EVERYTHING_OUT] }));
    return { name: node.name, phase: 'ready', props, outputs: { groupId: must(GroupId, 'GroupId') }, tags: node.tags };
  },

  retag: (act, live, tags) => retagEc2(act.env, live.outputs.groupId, tags),

  async delete({ env: aws }, live) {
    const ec2 = await aws.ec2();
    await ignoreGone(ec2.send(new ec2.DeleteSecurityGroupCommand({ GroupId: live.outputs.groupId })));
  },

  async holders({ env: aws }, live) {
    const groupId = must(live.outputs.groupId, 'groupId');
    const lists = await Promise.all([
      holdersOf(aws, 'group-id', groupId),
      namersOf(aws, 'ip-permission.group-id', groupId),
      namersOf(aws, 'egress.ip-permission.group-id', groupId),
    ]);
    return lists.flat();
  },
};

/** Groups with a rule that names this one. */
async function namersOf(aws: Aws, Name: string, groupId: string): Promise<readonly string[]> {
  const ec2 = await aws.ec2();
  const groups = await collect(
    ec2.paginateDescribeSecurityGroups({ client: ec2.client }, { Filters: [{ Name, Values: [groupId] }] }),
    (page) => page.SecurityGroups,
  );
  return groups
    .filter((group) => group.GroupId !== groupId)
    .map((group) => `a rule of ${group.GroupId} (${group.GroupName})`);
}

function toObserved(item: SecurityGroup): Observed<SecurityGroupProps, SecurityGroupOutputs> {
  const tags = toTags(item.Tags);
  return {
    name: nodeName('SecurityGroup', tags) ?? must(item.GroupName, 'GroupName'),
    phase: 'ready',
    props: { vpcId: item.VpcId, groupName: item.GroupName, description: item.Description },
    outputs: { groupId: item.GroupId },
    tags,
  };
}
