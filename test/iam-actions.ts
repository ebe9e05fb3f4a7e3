import type { Clients } from '../src/aws/clients.ts';
import type { Call } from '../src/aws/middleware.ts';

// What IAM calls each service, and the operations that it calls otherwise than the API does.
const PREFIXES: Record<keyof Clients, string> = {
  acm: 'acm',
  acmGlobal: 'acm',
  amp: 'aps',
  autoscaling: 'application-autoscaling',
  cloudfront: 'cloudfront',
  cloudtrail: 'cloudtrail',
  cloudwatch: 'cloudwatch',
  docdb: 'rds',
  ec2: 'ec2',
  ecr: 'ecr',
  ecs: 'ecs',
  efs: 'elasticfilesystem',
  elbv2: 'elasticloadbalancing',
  eventbridge: 'events',
  iam: 'iam',
  kms: 'kms',
  logs: 'logs',
  rds: 'rds',
  route53: 'route53',
  s3: 's3',
  secretsmanager: 'secretsmanager',
  servicediscovery: 'servicediscovery',
  sns: 'sns',
  sqs: 'sqs',
  ssm: 'ssm',
  sts: 'sts',
  tagging: 'tag',
  wafv2: 'wafv2',
};

const OTHERWISE: Readonly<Record<string, string>> = {
  'cloudfront:CreateDistributionWithTags': 'cloudfront:CreateDistribution',
  's3:DeleteObjects': 's3:DeleteObjectVersion',
  's3:GetBucketEncryption': 's3:GetEncryptionConfiguration',
  's3:GetBucketLifecycleConfiguration': 's3:GetLifecycleConfiguration',
  's3:GetPublicAccessBlock': 's3:GetBucketPublicAccessBlock',
  's3:ListBuckets': 's3:ListAllMyBuckets',
  's3:ListObjectVersions': 's3:ListBucketVersions',
  's3:PutBucketEncryption': 's3:PutEncryptionConfiguration',
  's3:PutBucketLifecycleConfiguration': 's3:PutLifecycleConfiguration',
  's3:PutPublicAccessBlock': 's3:PutBucketPublicAccessBlock',
};

/** The IAM action that a call needs. */
export function actionOf({ service, operation }: Call): string {
  const action = `${PREFIXES[service as keyof Clients]}:${operation}`;
  return OTHERWISE[action] ?? action;
}
