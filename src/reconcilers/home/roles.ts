import { partitionOf } from '../../aws/partition.ts';
import { allow, policy, type PolicyDocument, type PolicyStatement } from '../../aws/policy.ts';
import type { controllerNames } from '../../aws/names.ts';
import type { GraphBuilder, Handle } from '../../engine/graph.ts';
import { format, type Input } from '../../engine/ref.ts';
import type { Controller } from '../../spec/controller.ts';
import { opensShells, repositoryArn, startingPolicies, startsTasks, tasksOf } from '../ecs/task-roles.ts';
import { managedPolicy } from '../identity/managed-policy.ts';
import { role, type RoleOutputs } from '../identity/role.ts';
import { kinds } from '../index.ts';
import { permissions } from '../permissions.ts';

/** Characters of one policy, without blanks. */
const LONGEST = 6144;

export interface HomeRoles {
  readonly execution: Handle<RoleOutputs>;
  readonly task: Handle<RoleOutputs>;
}

/** With the first ECS starts the task; with the second the controller works. */
export function declareHomeRoles(
  graph: GraphBuilder,
  controller: Controller,
  names: ReturnType<typeof controllerNames>,
  used: Readonly<Record<'queueArn' | 'bucketName' | 'logGroupName', Input<string>>>,
): HomeRoles {
  const { accountId, region, secrets } = controller;
  const values = Object.values(secrets).map((arn) => arn.split(':').slice(0, 7).join(':'));
  const ofService = (service: string): readonly string[] => values.filter((arn) => arn.split(':')[2] === service);
  const execution = graph.add(role, 'execution', {
    roleName: names.executionRole,
    trust: startsTasks,
    inlinePolicies: startingPolicies({
      repositories: [repositoryArn(controller.image)].flatMap((arn) => arn ?? []),
      logs: [format`arn:${partitionOf(region)}:logs:${region}:${accountId}:log-group:${used.logGroupName}:*`],
      secrets: ofService('secretsmanager'),
      parameters: ofService('ssm'),
    }),
    managedPolicyArns: [],
  });
  const gateways = inParts(permissions(kinds, 'apply')).map((document, k) =>
    graph.add(managedPolicy, `gateways-${k + 1}`, { policyName: names.policy(k + 1), document }),
  );
  const task = graph.add(role, 'task', {
    roleName: names.taskRole,
    trust: tasksOf(region, accountId),
    inlinePolicies: { own: policy(...ownStatements(controller, used), ...restraints(controller)) },
    managedPolicyArns: gateways.map((one) => one.ref('policyArn')),
  });
  return { execution, task };
}

/** What the controller does beside looking after gateways. */
function ownStatements(
  { region, roles, topic }: Controller,
  { queueArn, bucketName }: Readonly<Record<'queueArn' | 'bucketName', Input<string>>>,
): readonly Input<PolicyStatement>[] {
  const bucket = format`arn:${partitionOf(region)}:s3:::${bucketName}`;
  return [
    allow(['sqs:DeleteMessage', 'sqs:ReceiveMessage'], queueArn),
    allow(['s3:ListBucket'], bucket),
    allow(['s3:DeleteObject', 's3:GetObject', 's3:PutObject'], format`${bucket}/*`),
    // A session from a workstation to the page.
    opensShells,
    ...(roles.length > 0 ? [allow(['sts:AssumeRole'], roles)] : []),
    ...(topic !== undefined ? [allow(['sns:Publish'], topic)] : []),
  ];
}

/** It makes the roles of gateways, below the same path as its own: those it must not touch, or it could be anybody. */
function restraints({ name, accountId, region }: Controller): readonly PolicyStatement[] {
  const own = (what: string): string =>
    `arn:${partitionOf(region)}:iam::${accountId}:${what}/mcpgw/${region}/${name}/*`;
  return [{ Effect: 'Deny', Action: 'iam:*', Resource: [own('role'), own('policy')] }];
}

/** A policy as several that are each short enough. */
export function inParts({ Version, Statement }: PolicyDocument): readonly PolicyDocument[] {
  const documentOf = (statements: readonly PolicyStatement[]): PolicyDocument => ({ Version, Statement: statements });
  const parts: PolicyDocument[] = [];
  let full: readonly PolicyStatement[] = [];
  for (const { Action, ...rest } of Statement) {
    let actions: readonly string[] = [];
    for (const action of typeof Action === 'string' ? [Action] : Action) {
      const grown = [...actions, action];
      const fits = JSON.stringify(documentOf([...full, { ...rest, Action: grown }])).length <= LONGEST;
      if (!fits) {
        parts.push(documentOf(actions.length === 0 ? full : [...full, { ...rest, Action: actions }]));
        full = [];
      }
      actions = fits ? grown : [action];
    }
    full = [...full, { ...rest, Action: actions }];
  }
  return [...parts, documentOf(full)];
}
