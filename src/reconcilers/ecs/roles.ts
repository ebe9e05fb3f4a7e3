import { partitionOf } from '../../aws/partition.ts';
import { allow, policy, type PolicyDocument, type PolicyStatement } from '../../aws/policy.ts';
import { must } from '../../engine/errors.ts';
import type { Handle } from '../../engine/graph.ts';
import { format, type Input } from '../../engine/ref.ts';
import type { Gateway, ServiceName } from '../../spec/gateway.ts';
import type { GrantName, LogName, ServiceLine } from '../../spec/releases/release.ts';
import type { Declaration } from '../declaration.ts';
import { managedPolicy, type ManagedPolicyOutputs } from '../identity/managed-policy.ts';
import { role, type RoleOutputs } from '../identity/role.ts';
import { chosen } from './choices.ts';
import { arnOf, secretsOf, type Context } from './containers.ts';
import type { Parts } from './parts.ts';
import { opensShells, PULL, TASKS, repositoryArn, startingPolicies, startsTasks, tasksOf } from './task-roles.ts';

const PUSH = ['ecr:CompleteLayerUpload', 'ecr:InitiateLayerUpload', 'ecr:PutImage', 'ecr:UploadLayerPart'];

/** Lets the agent of ECS Exec open sessions and record them. */
export function declareShellPolicy({ graph, gateway, names }: Declaration, parts: Parts): Handle<ManagedPolicyOutputs> {
  return graph.add(managedPolicy, 'ecs-exec-task', {
    policyName: names.regional(`${names.prefix}-ecs-exec-task`, 128),
    document: policy(
      opensShells,
      allow(['logs:DescribeLogGroups'], '*'),
      allow(
        ['logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'],
        streamsOf('exec', gateway, parts),
      ),
    ),
  });
}

/** With this role ECS starts the tasks of a service. */
export function declareExecutionRole(
  { graph, gateway, names }: Declaration,
  service: ServiceName,
  line: ServiceLine,
  context: Context,
): Handle<RoleOutputs> {
  const { parts } = context;
  const secrets = secretsOf(line, gateway.services[service].environment, context);
  const arns = (word: 'secret' | 'parameter') =>
    secrets.filter((from) => word in from).map((from) => arnOf(from, parts));
  const repositories = line.containers.flatMap((item) => repositoryArn(gateway.images[item.image]) ?? []);
  const logs = line.containers.map((item) => streamsOf(item.logs, gateway, parts));
  return graph.add(role, `${line.name}-exec`, {
    roleName: names.executionRole(line.name),
    trust: startsTasks,
    inlinePolicies: startingPolicies({ repositories, logs, secrets: arns('secret'), parameters: arns('parameter') }),
    managedPolicyArns: [],
  });
}

/** What the containers of a service may do in AWS. */
export function declareTaskRole(
  { graph, gateway, names }: Declaration,
  line: ServiceLine,
  { conditions, parts }: Context,
  shell: Handle<ManagedPolicyOutputs>,
): Handle<RoleOutputs> {
  const grants = (line.grants ?? []).flatMap((grant) => chosen(grant, conditions) ?? []);
  return graph.add(role, `${line.name}-task`, {
    roleName: names.taskRole(line.name),
    trust: tasksOf(gateway.region, gateway.accountId),
    inlinePolicies: Object.fromEntries(grants.map((grant) => [grant, policy(statementOf(grant, gateway, parts))])),
    managedPolicyArns: line.shell ? [shell.ref('policyArn')] : [],
  });
}

function statementOf(grant: GrantName, gateway: Gateway, { observability }: Parts): Input<PolicyStatement> {
  const partition = partitionOf(gateway.region);
  const { model, region } = gateway.embeddings;
  const workspace = (): Input<string> => must(observability.workspace, 'Prometheus workspace').ref('arn');
  const series = ['aps:GetSeries', 'aps:GetLabels', 'aps:GetMetricMetadata'];
  switch (grant) {
    case 'embeddings':
      return allow(
        ['bedrock:InvokeModel'],
        `arn:${partition}:bedrock:${region}::foundation-model/${model.replace(/^bedrock\//, '')}`,
      );
    case 'writeMetrics':
      return allow(['aps:RemoteWrite', ...series], workspace());
    case 'readMetrics':
      return allow(['aps:QueryMetrics', ...series], workspace());
  }
}

function streamsOf(log: LogName | 'exec', { region, accountId }: Gateway, { observability }: Parts): Input<string> {
  const name = must(observability.logGroups[log], `log group ${log}`).ref('logGroupName');
  return format`arn:${partitionOf(region)}:logs:${region}:${accountId}:log-group:${name}:*`;
}

/** Who may use the images of Keycloak: tasks pull them, the account's own people push them too. */
export function repositoryAccess({ region, accountId }: Gateway): Input<PolicyDocument> {
  const account = `arn:${partitionOf(region)}:iam::${accountId}:root`;
  return policy(
    { Sid: 'TasksPull', Effect: 'Allow', Principal: { Service: TASKS }, Action: PULL },
    { Sid: 'AccountPullsAndPushes', Effect: 'Allow', Principal: { AWS: account }, Action: [...PULL, ...PUSH] },
  );
}
