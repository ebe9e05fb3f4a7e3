import { partitionOf } from '../../aws/partition.ts';
import { allow, policy, trust, type PolicyDocument, type PolicyStatement } from '../../aws/policy.ts';
import type { Input } from '../../engine/ref.ts';

export const TASKS = 'ecs-tasks.amazonaws.com';
export const PULL = ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];
const CHANNELS = ['CreateControlChannel', 'CreateDataChannel', 'OpenControlChannel', 'OpenDataChannel'];

/** ECS takes the role on to start a task. */
export const startsTasks = trust(TASKS);

/** Tasks of this account and region take the role on. */
export const tasksOf = (region: string, accountId: string): Input<PolicyDocument> =>
  trust(TASKS, {
    StringEquals: { 'aws:SourceAccount': accountId },
    ArnLike: { 'aws:SourceArn': `arn:${partitionOf(region)}:ecs:${region}:${accountId}:*` },
  });

/** What ECS does to start a task: it fetches images and secrets and writes logs. */
export function startingPolicies(needs: {
  readonly repositories: readonly string[];
  /** ARNs of log groups with `:*`. */
  readonly logs: readonly Input<string>[];
  readonly secrets: readonly Input<string>[];
  readonly parameters: readonly Input<string>[];
}): Readonly<Record<string, Input<PolicyDocument>>> {
  const { repositories, logs, secrets, parameters } = needs;
  return {
    ...(repositories.length > 0 && {
      images: policy(allow(['ecr:GetAuthorizationToken'], '*'), allow(PULL, repositories)),
    }),
    logs: policy(allow(['logs:CreateLogStream', 'logs:PutLogEvents'], logs)),
    ...(parameters.length > 0 && { parameters: policy(allow(['ssm:GetParameters'], parameters)) }),
    ...(secrets.length > 0 && { secrets: policy(allow(['secretsmanager:GetSecretValue'], secrets)) }),
  };
}

/** Lets the agent of ECS Exec open sessions. It does so as the task, not as the one who asks. */
export const opensShells: Input<PolicyStatement> = allow(
  CHANNELS.map((action) => `ssmmessages:${action}`),
  '*',
);

/** Of an image in anyone's ECR; others are public. */
export function repositoryArn(image: string): string | undefined {
  const found = /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?\/([^:@]+)/.exec(image);
  const [, account = '', region = '', repository = ''] = found ?? [];
  return found === null ? undefined : `arn:${partitionOf(region)}:ecr:${region}:${account}:repository/${repository}`;
}
