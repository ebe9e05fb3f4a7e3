import type { Clients } from '../src/aws/clients.ts';
import type { Call } from '../src/aws/middleware.ts';

// What IAM calls each service, and the operations that it calls otherwise than the API does.
const PREFIXES: Record<keyof Clients, string> = {
  amp: 'aps',
  autoscaling: 'application-autoscaling',
  cloudfront: 'cloudfront',
  cloudwatch: 'cloudwatch',
  docdb: 'rds',
  ec2: 'ec2',
  ecr: 'ecr',
  ecs: 'ecs',
  efs: 'elasticfilesystem',
  elbv2: 'elasticloadbalancing',
  iam: 'iam',
  kms: 'kms',
  logs: 'logs',
  rds: 'rds',
  route53: 'route53',
  secretsmanager: 'secretsmanager',
  servicediscovery: 'servicediscovery',
  sns: 'sns',
  ssm: 'ssm',
  sts: 'sts',
  tagging: 'tag',
};

const OTHERWISE: Readonly<Record<string, string>> = {
  'cloudfront:CreateDistributionWithTags': 'cloudfront:CreateDistribution',
};

/** The IAM action that a call needs. */
export function actionOf({ service, operation }: Call): string {
  const action = `${PREFIXES[service as keyof Clients]}:${operation}`;
  return OTHERWISE[action] ?? action;
}
