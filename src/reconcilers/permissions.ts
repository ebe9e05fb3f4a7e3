import type { PolicyDocument, PolicyStatement } from '../aws/policy.ts';
import type { AnyKind, Kinds } from '../engine/kind.ts';

export type Purpose = 'plan' | 'apply';

// The live values that a plan reads: what supplied values are compared by, and what opens Keycloak.
const COMPARISON_KEYS = 'arn:*:secretsmanager:*:*:secret:*-comparison-key-*';
const KEYCLOAK_ADMINS = 'arn:*:secretsmanager:*:*:secret:*-keycloak-admin-password-*';
const OPEN_SECRET = 'secretsmanager:GetSecretValue';
// What an examination asks besides.
const EXAMINE = 'elasticloadbalancing:DescribeTargetHealth';

/** Beside the kinds: the daemon ends a pause, and asks who goes on changing what it corrects. */
const DAEMON = ['ecs:UntagResource', 'cloudtrail:LookupEvents'];

/** What these IAM actions work on where it is known beforehand; what is made gets its name from AWS or the manifest. */
const RESOURCES: readonly (readonly [RegExp, string])[] = [
  [
    /^iam:(PassRole|CreateRole|DeleteRole|TagRole|UpdateAssumeRolePolicy|PutRolePolicy|DeleteRolePolicy|(At|De)tachRolePolicy)$/,
    'arn:*:iam::*:role/mcpgw/*',
  ],
  [/^iam:((Create|Delete|Tag)Policy|(Create|Delete)PolicyVersion)$/, 'arn:*:iam::*:policy/mcpgw/*'],
  [/^iam:CreateServiceLinkedRole$/, 'arn:*:iam::*:role/aws-service-role/*'],
];

/** Buckets by their names: those of log files, and that of a controller. */
const BUCKETS = { gateway: 'arn:*:s3:::*-logs*', controller: 'arn:*:s3:::*-controller-*' };

/** The policy of a role that looks (`plan`, `status`, `outputs`, `drift`) or also acts (`apply`, `destroy`). */
export function permissions(kinds: Kinds, purpose: Purpose): PolicyDocument {
  const all = Object.values(kinds).flat();
  const actions = new Set([...all.flatMap((kind) => actionsOf(kind, purpose)), EXAMINE]);
  if (purpose === 'apply') for (const action of [OPEN_SECRET, ...DAEMON]) actions.add(action);
  else actions.delete(OPEN_SECRET);
  const opened: PolicyStatement = {
    Sid: 'OpenSecrets',
    Effect: 'Allow',
    Action: OPEN_SECRET,
    Resource: [COMPARISON_KEYS, KEYCLOAK_ADMINS],
  };
  return {
    Version: '2012-10-17',
    Statement: [...statements(actions, BUCKETS.gateway), ...(purpose === 'plan' ? [opened] : [])],
  };
}

/** The policy of whoever makes the controller's home, and takes it away again. */
export function homePermissions(kinds: Kinds): PolicyDocument {
  const actions = Object.values(kinds).flatMap((list) => list.flatMap((kind) => actionsOf(kind, 'apply')));
  return { Version: '2012-10-17', Statement: statements(new Set(actions), BUCKETS.controller) };
}

function actionsOf({ actions }: AnyKind, purpose: Purpose): readonly string[] {
  return purpose === 'plan' ? actions.read : [...actions.read, ...actions.write, ...(actions.implied ?? [])];
}

/** One statement for each resource. */
function statements(actions: ReadonlySet<string>, buckets: string): readonly PolicyStatement[] {
  const groups = new Map<string, string[]>();
  const resources = [...RESOURCES, [/^s3:(?!ListAllMyBuckets$)/, buckets]] as const;
  for (const action of [...actions].sort()) {
    const resource = resources.find(([pattern]) => pattern.test(action))?.[1] ?? '*';
    groups.set(resource, [...(groups.get(resource) ?? []), action]);
  }
  return [...groups].map(([Resource, Action]) => ({ Effect: 'Allow', Action, Resource }));
}
