import type { ManagedPolicyDetail, RoleDetail } from '@aws-sdk/client-iam';
import type { Aws } from '../../aws/aws.ts';
import { isForbidden } from '../../aws/errors.ts';
import { collect } from '../../aws/pages.ts';

/** Where everything stands that a gateway makes in IAM, which all regions share. */
export const iamPath = (aws: Aws): string => `/mcpgw/${aws.owner}/`;

interface Entry {
  readonly Path?: string | undefined;
}

/** IAM's names stand once in an account, whatever their path and their case: one of a wanted name matters too. */
function concerns(aws: Aws, names: readonly string[]): (entry: Entry, name: string | undefined) => boolean {
  const wanted = new Set(names.map((name) => name.toLowerCase()));
  return ({ Path }, name) => Path === iamPath(aws) || wanted.has((name ?? '').toLowerCase());
}

/** Our roles, and others that bear one of these names, with policies and tags. */
export async function listRoles(aws: Aws, names: readonly string[]): Promise<readonly RoleDetail[]> {
  const isOf = concerns(aws, names);
  const iam = await aws.iam();
  try {
    const pages = iam.paginateGetAccountAuthorizationDetails(
      { client: iam.client, pageSize: 1000 },
      { Filter: ['Role'] },
    );
    const roles = await collect(pages, (page) => page.RoleDetailList);
    return roles.filter((role) => isOf(role, role.RoleName));
  } catch (error) {
    if (!isForbidden(error)) throw error;
  }
  const roles = await collect(iam.paginateListRoles({ client: iam.client, pageSize: 1000 }, {}), (page) => page.Roles);
  return Promise.all(
    roles.filter((role) => isOf(role, role.RoleName)).map(({ RoleName }) => readRole(aws, RoleName ?? '')),
  );
}

async function readRole(aws: Aws, RoleName: string): Promise<RoleDetail> {
  const iam = await aws.iam();
  const paged = { client: iam.client, pageSize: 1000 };
  const [{ Role }, names, AttachedManagedPolicies] = await Promise.all([
    iam.send(new iam.GetRoleCommand({ RoleName })),
    collect(iam.paginateListRolePolicies(paged, { RoleName }), (page) => page.PolicyNames),
    collect(iam.paginateListAttachedRolePolicies(paged, { RoleName }), (page) => page.AttachedPolicies),
  ]);
  const RolePolicyList = await Promise.all(
    names.map((PolicyName) => iam.send(new iam.GetRolePolicyCommand({ RoleName, PolicyName }))),
  );
  return { ...Role, RolePolicyList, AttachedManagedPolicies: [...AttachedManagedPolicies] };
}

/** Our managed policies, and others that bear one of these names, with the document in force. */
export async function listPolicies(aws: Aws, names: readonly string[]): Promise<readonly ManagedPolicyDetail[]> {
  const isOf = concerns(aws, names);
  const iam = await aws.iam();
  try {
    const pages = iam.paginateGetAccountAuthorizationDetails(
      { client: iam.client, pageSize: 1000 },
      { Filter: ['LocalManagedPolicy'] },
    );
    const policies = await collect(pages, (page) => page.Policies);
    return policies.filter((item) => isOf(item, item.PolicyName));
  } catch (error) {
    if (!isForbidden(error)) throw error;
  }
  const pages = iam.paginateListPolicies({ client: iam.client, pageSize: 1000 }, { Scope: 'Local' });
  const policies = await collect(pages, (page) => page.Policies);
  return Promise.all(
    policies
      .filter((item) => isOf(item, item.PolicyName))
      .map(async (item) => {
        const { Arn: PolicyArn, DefaultVersionId: VersionId } = item;
        const { PolicyVersion } = await iam.send(new iam.GetPolicyVersionCommand({ PolicyArn, VersionId }));
        return { ...item, PolicyVersionList: PolicyVersion === undefined ? [] : [PolicyVersion] };
      }),
  );
}
