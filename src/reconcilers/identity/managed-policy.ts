import type { ManagedPolicyDetail } from '@aws-sdk/client-iam';
import type { Aws, AwsKind } from '../../aws/aws.ts';
import { ignoreGone, orUndefined } from '../../aws/errors.ts';
import { collect } from '../../aws/pages.ts';
import { canonicalPolicy, parsePolicy, type PolicyDocument } from '../../aws/policy.ts';
import { foreignMark, fromTags, nodeName, toTags } from '../../aws/tags.ts';
import { must } from '../../engine/errors.ts';
import type { Observed, Tags } from '../../engine/kind.ts';
import { known } from '../../engine/ref.ts';
import { iamPath, listPolicies } from './iam-lists.ts';

export interface ManagedPolicyProps {
  readonly policyName: string;
  readonly document: PolicyDocument;
}

export interface ManagedPolicyOutputs {
  readonly policyArn: string;
}

const MOST_VERSIONS = 5;

export const managedPolicy: AwsKind<ManagedPolicyProps, ManagedPolicyOutputs> = {
  name: 'ManagedPolicy',
  immutable: ['policyName'],
  replace: 'new-first',
  unique: { field: 'policyName', limit: 128 },
  identifies: ['policyArn'],
  takes: { create: 2, update: 2, delete: 2 },
  actions: {
    read: [
      'iam:GetAccountAuthorizationDetails',
      'iam:GetPolicyVersion',
      'iam:ListEntitiesForPolicy',
      'iam:ListPolicies',
      'iam:ListPolicyTags',
      'iam:ListPolicyVersions',
    ],
    write: [
      'iam:CreatePolicy',
      'iam:CreatePolicyVersion',
      'iam:DeletePolicy',
      'iam:DeletePolicyVersion',
      'iam:TagPolicy',
    ],
  },

  canonical: (props) => ({ ...props, document: canonicalPolicy(props['document']) }),

  async observe({ env: aws, nodes }) {
    const wanted = new Map(nodes.map((node) => [known<string>(node.props.policyName)?.toLowerCase() ?? '', node.name]));
    const policies = await listPolicies(aws, [...wanted.keys()]);
    const iam = await aws.iam();
    return Promise.all(
      policies.map(async (item) => {
        // Roles are listed with their tags, policies are not.
        const tags = await collect(
          iam.paginateListPolicyTags({ client: iam.client }, { PolicyArn: item.Arn }),
          (page) => page.Tags,
        );
        return toObserved(item, toTags(tags), wanted.get((item.PolicyName ?? '').toLowerCase()));
      }),
    );
  },

  async create({ env: aws, node }, props) {
    const iam = await aws.iam();
    const Document = JSON.stringify(props.document);
    const { Policy } = await iam.send(
      new iam.CreatePolicyCommand({
        PolicyName: props.policyName,
        Path: iamPath(aws),
        PolicyDocument: Document,
        Tags: fromTags(node.tags),
      }),
    );
    return toObserved(
      { ...must(Policy, 'Policy'), PolicyVersionList: [{ Document, IsDefaultVersion: true }] },
      node.tags,
      node.name,
    );
  },

  async update({ env: aws }, live, props) {
    const iam = await aws.iam();
    const { policyArn: PolicyArn } = live.outputs;
    const { length, [0]: oldest } = await versionsNotInForce(aws, PolicyArn);
    if (length + 1 >= MOST_VERSIONS)
      await ignoreGone(iam.send(new iam.DeletePolicyVersionCommand({ PolicyArn, VersionId: oldest })));
    await iam.send(
      new iam.CreatePolicyVersionCommand({
        PolicyArn,
        PolicyDocument: JSON.stringify(props.document),
        SetAsDefault: true,
      }),
    );
  },

  async retag({ env: aws }, live, tags) {
    const iam = await aws.iam();
    await iam.send(new iam.TagPolicyCommand({ PolicyArn: live.outputs.policyArn, Tags: fromTags(tags) }));
  },

  async delete({ env: aws }, live) {
    const iam = await aws.iam();
    const { policyArn: PolicyArn } = live.outputs;
    for (const VersionId of await versionsNotInForce(aws, PolicyArn))
      await ignoreGone(iam.send(new iam.DeletePolicyVersionCommand({ PolicyArn, VersionId })));
    await ignoreGone(iam.send(new iam.DeletePolicyCommand({ PolicyArn })));
  },

  async holders({ env: aws }, live) {
    const iam = await aws.iam();
    const pages = iam.paginateListEntitiesForPolicy({ client: iam.client }, { PolicyArn: live.outputs.policyArn });
    return collect(pages, (page) => [
      ...(page.PolicyRoles ?? []).map((item) => `the role ${item.RoleName ?? ''}`),
      ...(page.PolicyUsers ?? []).map((item) => `the user ${item.UserName ?? ''}`),
      ...(page.PolicyGroups ?? []).map((item) => `the group ${item.GroupName ?? ''}`),
    ]);
  },
};

/** Ids of the versions that may be deleted, the oldest first; none when the policy has gone. */
async function versionsNotInForce(aws: Aws, PolicyArn: string | undefined): Promise<readonly string[]> {
  const iam = await aws.iam();
  const pages = iam.paginateListPolicyVersions({ client: iam.client }, { PolicyArn });
  const versions = (await orUndefined(collect(pages, (page) => page.Versions))) ?? [];
  return versions
    .filter((version) => version.IsDefaultVersion !== true)
    .sort((a, b) => (a.CreateDate?.getTime() ?? 0) - (b.CreateDate?.getTime() ?? 0))
    .map((version) => must(version.VersionId, 'VersionId'));
}

function toObserved(
  item: ManagedPolicyDetail,
  tags: Tags,
  node: string | undefined,
): Observed<ManagedPolicyProps, ManagedPolicyOutputs> {
  const inForce = item.PolicyVersionList?.find((version) => version.IsDefaultVersion === true);
  return {
    name: nodeName('ManagedPolicy', tags) ?? node ?? must(item.PolicyName, 'PolicyName'),
    phase: 'ready',
    props: { policyName: item.PolicyName, document: parsePolicy(inForce?.Document ?? '{}') },
    outputs: { policyArn: item.Arn },
    tags,
    foreign: foreignMark(tags),
    createdAt: item.CreateDate?.getTime(),
  };
}
