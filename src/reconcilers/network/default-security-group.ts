import type { Filter, SecurityGroup, SecurityGroupRule } from '@aws-sdk/client-ec2';
import type { Aws, AwsKind } from '../../aws/aws.ts';
import { retagEc2 } from '../../aws/ec2-tags.ts';
import { ignoreGone } from '../../aws/errors.ts';
import { collect } from '../../aws/pages.ts';
import { toTags } from '../../aws/tags.ts';
import { must } from '../../engine/errors.ts';
import type { Observed } from '../../engine/kind.ts';
import { madeWithVpc } from './made-with-vpc.ts';

interface Rule {
  readonly ruleId: string | undefined;
  readonly direction: 'ingress' | 'egress';
  readonly peer: string | undefined;
}

/** The group that comes and goes with a VPC, whose name it has here. What names no group gets this one. */
export interface DefaultSecurityGroupProps {
  readonly rules: readonly Rule[];
}

export interface DefaultSecurityGroupOutputs {
  readonly groupId: string;
}

export const defaultSecurityGroup: AwsKind<DefaultSecurityGroupProps, DefaultSecurityGroupOutputs> = {
  name: 'DefaultSecurityGroup',
  adopts: true,
  immutable: [],
  replace: 'refuse',
  identifies: ['groupId'],
  unordered: ['rules'],
  takes: { create: 1, update: 1 },
  actions: {
    read: ['ec2:DescribeSecurityGroups', 'ec2:DescribeSecurityGroupRules'],
    write: ['ec2:RevokeSecurityGroupIngress', 'ec2:RevokeSecurityGroupEgress', 'ec2:CreateTags'],
  },

  ...madeWithVpc({ what: 'default security group', list, toObserved }),

  async update({ env: aws }, live, _props, changed) {
    if (!changed.has('rules')) return;
    const ec2 = await aws.ec2();
    const GroupId = live.outputs.groupId;
    const idsOf = (direction: Rule['direction']): string[] =>
      (live.props.rules ?? []).flatMap((rule) => (rule.direction === direction ? (rule.ruleId ?? []) : []));
    const ingress = idsOf('ingress');
    const egress = idsOf('egress');
    if (ingress.length > 0)
      await ignoreGone(ec2.send(new ec2.RevokeSecurityGroupIngressCommand({ GroupId, SecurityGroupRuleIds: ingress })));
    if (egress.length > 0)
      await ignoreGone(ec2.send(new ec2.RevokeSecurityGroupEgressCommand({ GroupId, SecurityGroupRuleIds: egress })));
  },

  retag: (act, live, tags) => retagEc2(act.env, live.outputs.groupId, tags),
};

type Live = Observed<DefaultSecurityGroupProps, DefaultSecurityGroupOutputs>;

interface GroupWithRules extends SecurityGroup {
  readonly rules: readonly SecurityGroupRule[];
}

async function list(aws: Aws, ofVpcs: Filter): Promise<readonly GroupWithRules[]> {
  const ec2 = await aws.ec2();
  const Filters = [ofVpcs, { Name: 'group-name', Values: ['default'] }];
  const groups = await collect(
    ec2.paginateDescribeSecurityGroups({ client: ec2.client }, { Filters }),
    (page) => page.SecurityGroups,
  );
  const ids = groups.map((group) => must(group.GroupId, 'GroupId'));
  if (ids.length === 0) return [];
  const rules = await collect(
    ec2.paginateDescribeSecurityGroupRules({ client: ec2.client }, { Filters: [{ Name: 'group-id', Values: ids }] }),
    (page) => page.SecurityGroupRules,
  );
  return groups.map((group) => ({ ...group, rules: rules.filter((rule) => rule.GroupId === group.GroupId) }));
}

function toRule(item: SecurityGroupRule): Rule {
  return {
    ruleId: item.SecurityGroupRuleId,
    direction: item.IsEgress === true ? 'egress' : 'ingress',
    peer: item.CidrIpv4 ?? item.CidrIpv6 ?? item.ReferencedGroupInfo?.GroupId ?? item.PrefixListId,
  };
}

function toObserved(item: GroupWithRules, name: string): Live {
  return {
    name,
    phase: 'ready',
    props: { rules: item.rules.map(toRule) },
    outputs: { groupId: item.GroupId },
    tags: toTags(item.Tags),
  };
}
