import type { IpPermission, SecurityGroupRule } from '@aws-sdk/client-ec2';
import type { AwsKind } from '../../aws/aws.ts';
import { retagEc2, specify } from '../../aws/ec2-tags.ts';
import { ignoreGone } from '../../aws/errors.ts';
import { chunks, collect } from '../../aws/pages.ts';
import { nodeName, toTags } from '../../aws/tags.ts';
import { must } from '../../engine/errors.ts';
import type { Observed } from '../../engine/kind.ts';
import { securityGroup } from './security-group.ts';

/** One direction, one protocol, one port range and exactly one peer: a CIDR, a group or a prefix list. */
export interface SecurityGroupRuleProps {
  readonly groupId: string;
  readonly direction: 'ingress' | 'egress';
  /** `tcp`, `udp` or `-1` for all, which has the ports -1. */
  readonly protocol: 'tcp' | 'udp' | '-1';
  readonly fromPort: number;
  readonly toPort: number;
  readonly cidr?: string;
  readonly peerGroupId?: string;
  readonly prefixListId?: string;
  readonly description: string;
}

export interface SecurityGroupRuleOutputs {
  readonly ruleId: string;
}

export const securityGroupRule: AwsKind<SecurityGroupRuleProps, SecurityGroupRuleOutputs> = {
  name: 'SecurityGroupRule',
  parent: 'groupId',
  exclusive: true,
  // AWS changes ports and descriptions of a rule, but not the group, the direction or the kind of its peer.
  immutable: ['groupId', 'direction', 'cidr', 'peerGroupId', 'prefixListId'],
  replace: 'new-first',
  identifies: ['ruleId'],
  takes: { create: 1, delete: 1 },
  actions: {
    read: ['ec2:DescribeSecurityGroupRules'],
    write: [
      'ec2:AuthorizeSecurityGroupIngress',
      'ec2:AuthorizeSecurityGroupEgress',
      'ec2:ModifySecurityGroupRules',
      'ec2:RevokeSecurityGroupIngress',
      'ec2:RevokeSecurityGroupEgress',
      'ec2:CreateTags',
    ],
  },

  async observe({ env: aws, live }) {
    const groups = await live(securityGroup);
    const names = new Map(groups.map((group) => [group.outputs.groupId, group.name]));
    const ec2 = await aws.ec2();
    // By group and not by tag: rules that somebody added carry no tag, and they are what is looked for.
    const lists = await Promise.all(
      chunks(
        [...names.keys()].filter((id) => id !== undefined),
        200,
      ).map((Values) =>
        collect(
          ec2.paginateDescribeSecurityGroupRules(
            { client: ec2.client, pageSize: 1000 },
            { Filters: [{ Name: 'group-id', Values: [...Values] }] },
          ),
          (page) => page.SecurityGroupRules,
        ),
      ),
    );
    return lists.flat().map((item) => toObserved(item, names.get(item.GroupId)));
  },

  async create({ env: aws, node }, props) {
    const ec2 = await aws.ec2();
    const input = {
      GroupId: props.groupId,
      IpPermissions: [toPermission(props)],
      TagSpecifications: specify('security-group-rule', node.tags),
    };
    const { SecurityGroupRules } =
      props.direction === 'ingress'
        ? await ec2.send(new ec2.AuthorizeSecurityGroupIngressCommand(input))
        : await ec2.send(new ec2.AuthorizeSecurityGroupEgressCommand(input));
    return toObserved(must(SecurityGroupRules?.[0], 'SecurityGroupRules'), undefined);
  },

  async update({ env: aws }, live, props) {
    const ec2 = await aws.ec2();
    const SecurityGroupRule = {
      IpProtocol: props.protocol,
      FromPort: props.fromPort,
      ToPort: props.toPort,
      CidrIpv4: props.cidr,
      ReferencedGroupId: props.peerGroupId,
      PrefixListId: props.prefixListId,
      Description: props.description,
    };
    await ec2.send(
      new ec2.ModifySecurityGroupRulesCommand({
        GroupId: props.groupId,
        SecurityGroupRules: [{ SecurityGroupRuleId: live.outputs.ruleId, SecurityGroupRule }],
      }),
    );
  },

  retag: (act, live, tags) => retagEc2(act.env, live.outputs.ruleId, tags),

  async delete({ env: aws }, live) {
    const ec2 = await aws.ec2();
    const input = { GroupId: live.props.groupId, SecurityGroupRuleIds: [must(live.outputs.ruleId, 'ruleId')] };
    await ignoreGone(
      live.props.direction === 'ingress'
        ? ec2.send(new ec2.RevokeSecurityGroupIngressCommand(input))
        : ec2.send(new ec2.RevokeSecurityGroupEgressCommand(input)),
    );
  },
};

function toPermission(props: SecurityGroupRuleProps): IpPermission {
  const { description: Description } = props;
  return {
    IpProtocol: props.protocol,
    FromPort: props.fromPort,
    ToPort: props.toPort,
    ...(props.cidr !== undefined && { IpRanges: [{ CidrIp: props.cidr, Description }] }),
    ...(props.peerGroupId !== undefined && { UserIdGroupPairs: [{ GroupId: props.peerGroupId, Description }] }),
    ...(props.prefixListId !== undefined && { PrefixListIds: [{ PrefixListId: props.prefixListId, Description }] }),
  };
}

function toObserved(
  item: SecurityGroupRule,
  group: string | undefined,
): Observed<SecurityGroupRuleProps, SecurityGroupRuleOutputs> {
  const tags = toTags(item.Tags);
  return {
    name: nodeName('SecurityGroupRule', tags) ?? `${group ?? item.GroupId ?? ''}/${item.SecurityGroupRuleId ?? ''}`,
    phase: 'ready',
    props: {
      groupId: item.GroupId,
      direction: item.IsEgress === true ? 'egress' : 'ingress',
      protocol: item.IpProtocol as SecurityGroupRuleProps['protocol'],
      fromPort: item.FromPort,
      toPort: item.ToPort,
      cidr: item.CidrIpv4 ?? item.CidrIpv6,
      peerGroupId: item.ReferencedGroupInfo?.GroupId,
      prefixListId: item.PrefixListId,
      description: item.Description ?? '',
    },
    outputs: { ruleId: item.SecurityGroupRuleId },
    tags,
  };
}
