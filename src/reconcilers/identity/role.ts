import type { RoleDetail } from '@aws-sdk/client-iam';
import type { AwsKind } from '../../aws/aws.ts';
import { ignoreGone } from '../../aws/errors.ts';
import { collect } from '../../aws/pages.ts';
import { canonicalPolicy, parsePolicy, type PolicyDocument } from '../../aws/policy.ts';
import { foreignMark, fromTags, nodeName, toTags } from '../../aws/tags.ts';
import { equal } from '../../engine/diff.ts';
import { must } from '../../engine/errors.ts';
import type { Observed } from '../../engine/kind.ts';
import { known } from '../../engine/ref.ts';
import { iamPath, listRoles } from './iam-lists.ts';

/** What a role may do is in these props alone: any other policy in it is drift and is taken out. */
export interface RoleProps {
  readonly roleName: string;
  readonly trust: PolicyDocument;
  readonly inlinePolicies: Readonly<Record<string, PolicyDocument>>;
  readonly managedPolicyArns: readonly string[];
}

export interface RoleOutputs {
  readonly roleArn: string;
  readonly roleName: string;
}

export const role: AwsKind<RoleProps, RoleOutputs> = {
  name: 'Role',
  immutable: ['roleName'],
  replace: 'new-first',
  unique: { field: 'roleName', limit: 64 },
  identifies: ['roleArn'],
  unordered: ['managedPolicyArns'],
  takes: { create: 2, update: 2, delete: 2 },
  actions: {
    read: [
      'iam:GetAccountAuthorizationDetails',
      'iam:GetRole',
      'iam:GetRolePolicy',
      'iam:ListAttachedRolePolicies',
      'iam:ListInstanceProfilesForRole',
      'iam:ListRolePolicies',
      'iam:ListRoles',
    ],
    write: [
      'iam:AttachRolePolicy',
      'iam:CreateRole',
      'iam:DeleteRole',
      'iam:DeleteRolePolicy',
      'iam:DetachRolePolicy',
      'iam:PutRolePolicy',
      'iam:TagRole',
      'iam:UpdateAssumeRolePolicy',
    ],
  },

  canonical: (props) => ({
    ...props,
    trust: canonicalPolicy(props['trust']),
    inlinePolicies: canonicalPolicies(props['inlinePolicies']),
  }),

  async observe({ env: aws, nodes }) {
    const wanted = new Map(nodes.map((node) => [known<string>(node.props.roleName)?.toLowerCase() ?? '', node.name]));
    const roles = await listRoles(aws, [...wanted.keys()]);
    return roles.map((item) => toObserved(item, wanted.get((item.RoleName ?? '').toLowerCase())));
  },

  async create({ env: aws, node }, props) {
    const iam = await aws.iam();
    const AssumeRolePolicyDocument = JSON.stringify(props.trust);
    const { Role } = await iam.send(
      new iam.CreateRoleCommand({
        RoleName: props.roleName,
        Path: iamPath(aws),
        AssumeRolePolicyDocument,
        Tags: fromTags(node.tags),
      }),
    );
    return toObserved({ ...must(Role, 'Role'), AssumeRolePolicyDocument, Tags: fromTags(node.tags) }, node.name);
  },

  // One call after the other: IAM refuses changes of one role that overlap.
  async update({ env: aws }, live, props, changed) {
    const iam = await aws.iam();
    const RoleName = must(live.outputs.roleName, 'roleName');
    if (changed.has('trust'))
      await iam.send(new iam.UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument: JSON.stringify(props.trust) }));
    if (changed.has('inlinePolicies')) {
      const found = live.props.inlinePolicies ?? {};
      for (const [PolicyName, document] of Object.entries(props.inlinePolicies))
        if (!equal(canonicalPolicy(document), canonicalPolicy(found[PolicyName])))
          await iam.send(
            new iam.PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument: JSON.stringify(document) }),
          );
      for (const PolicyName of Object.keys(found))
        if (!(PolicyName in props.inlinePolicies))
          await ignoreGone(iam.send(new iam.DeleteRolePolicyCommand({ RoleName, PolicyName })));
    }
    if (changed.has('managedPolicyArns')) {
      const found = live.props.managedPolicyArns ?? [];
      for (const PolicyArn of props.managedPolicyArns)
        if (!found.includes(PolicyArn)) await iam.send(new iam.AttachRolePolicyCommand({ RoleName, PolicyArn }));
      for (const PolicyArn of found)
        if (!props.managedPolicyArns.includes(PolicyArn))
          await ignoreGone(iam.send(new iam.DetachRolePolicyCommand({ RoleName, PolicyArn })));
    }
  },

  async retag({ env: aws }, live, tags) {
    const iam = await aws.iam();
    await iam.send(new iam.TagRoleCommand({ RoleName: live.outputs.roleName, Tags: fromTags(tags) }));
  },

  async delete({ env: aws }, live) {
    const iam = await aws.iam();
    const { roleName: RoleName } = live.outputs;
    for (const PolicyName of Object.keys(live.props.inlinePolicies ?? {}))
      await ignoreGone(iam.send(new iam.DeleteRolePolicyCommand({ RoleName, PolicyName })));
    for (const PolicyArn of live.props.managedPolicyArns ?? [])
      await ignoreGone(iam.send(new iam.DetachRolePolicyCommand({ RoleName, PolicyArn })));
    await ignoreGone(iam.send(new iam.DeleteRoleCommand({ RoleName })));
  },

  async holders({ env: aws }, live) {
    const iam = await aws.iam();
    const pages = iam.paginateListInstanceProfilesForRole({ client: iam.client }, { RoleName: live.outputs.roleName });
    const profiles = await collect(pages, (page) => page.InstanceProfiles);
    return profiles.map((profile) => `the instance profile ${profile.InstanceProfileName ?? ''}`);
  },
};

const canonicalPolicies = (policies: unknown): unknown =>
  typeof policies !== 'object' || policies === null
    ? policies
    : Object.fromEntries(Object.entries(policies).map(([name, document]) => [name, canonicalPolicy(document)]));

function toObserved(item: RoleDetail, node: string | undefined): Observed<RoleProps, RoleOutputs> {
  const tags = toTags(item.Tags);
  const policies = (item.RolePolicyList ?? []).map(
    ({ PolicyName, PolicyDocument }) => [PolicyName ?? '', parsePolicy(PolicyDocument ?? '{}')] as const,
  );
  return {
    name: nodeName('Role', tags) ?? node ?? must(item.RoleName, 'RoleName'),
    phase: 'ready',
    props: {
      roleName: item.RoleName,
      trust: parsePolicy(item.AssumeRolePolicyDocument ?? '{}'),
      inlinePolicies: Object.fromEntries(policies),
      managedPolicyArns: (item.AttachedManagedPolicies ?? []).map(({ PolicyArn }) => must(PolicyArn, 'PolicyArn')),
    },
    outputs: { roleArn: item.Arn, roleName: item.RoleName },
    tags,
    foreign: foreignMark(tags),
    createdAt: item.CreateDate?.getTime(),
  };
}
