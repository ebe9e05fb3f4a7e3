import type { LifecycleRule, ObjectOwnership } from '@aws-sdk/client-s3';
import type { Aws } from '../../aws/aws.ts';
import { orUndefined } from '../../aws/errors.ts';
import { parsePolicy, type PolicyDocument, type PolicyStatement } from '../../aws/policy.ts';

/** What can be set of a bucket that stands, each by a call of its own. */
export interface BucketSettings {
  /** CloudFront's log files need access lists, which the first forbids. */
  readonly ownership: Extract<ObjectOwnership, 'BucketOwnerEnforced' | 'BucketOwnerPreferred'>;
  readonly versioned: boolean;
  /** Load balancers write to no bucket that encrypts otherwise. */
  readonly encryption: 'AES256';
  readonly publicAccessBlocked: boolean;
  readonly lifecycle: Lifecycle;
  readonly policy: PolicyDocument;
}

/** Days. */
export interface Lifecycle {
  /** Until a file goes; without, it stays. */
  readonly expireAfter?: number;
  /** Until a version goes that is no longer a file. */
  readonly versionsExpireAfter: number;
  readonly abortUploadsAfter: number;
}

type LiveSettings = { readonly [K in keyof BucketSettings]: BucketSettings[K] | undefined };

/** Undefined: not set, or set in a way that we never do. */
export async function readSettings(aws: Aws, Bucket: string): Promise<LiveSettings> {
  const s3 = await aws.s3();
  const here = { Bucket, ExpectedBucketOwner: aws.accountId };
  const [ownership, versioning, encryption, blocked, lifecycle, policy] = await Promise.all([
    orUndefined(s3.send(new s3.GetBucketOwnershipControlsCommand(here))),
    orUndefined(s3.send(new s3.GetBucketVersioningCommand(here))),
    orUndefined(s3.send(new s3.GetBucketEncryptionCommand(here))),
    orUndefined(s3.send(new s3.GetPublicAccessBlockCommand(here))),
    orUndefined(s3.send(new s3.GetBucketLifecycleConfigurationCommand(here))),
    orUndefined(s3.send(new s3.GetBucketPolicyCommand(here))),
  ]);
  const [rule] = encryption?.ServerSideEncryptionConfiguration?.Rules ?? [];
  const found = blocked?.PublicAccessBlockConfiguration ?? {};
  return {
    ownership: ownership?.OwnershipControls?.Rules?.[0]?.ObjectOwnership as BucketSettings['ownership'] | undefined,
    versioned: versioning?.Status === 'Enabled',
    encryption: rule?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm as BucketSettings['encryption'] | undefined,
    publicAccessBlocked: BLOCKS.every((block) => found[block] === true),
    lifecycle: toLifecycle(lifecycle?.Rules),
    policy: policy?.Policy === undefined ? undefined : parsePolicy(policy.Policy),
  };
}

/** One call for each setting that changed. */
export async function writeSettings(
  aws: Aws,
  Bucket: string,
  settings: BucketSettings,
  changed: ReadonlySet<string>,
): Promise<void> {
  const s3 = await aws.s3();
  const here = { Bucket, ExpectedBucketOwner: aws.accountId };
  if (changed.has('ownership')) {
    const OwnershipControls = { Rules: [{ ObjectOwnership: settings.ownership }] };
    await s3.send(new s3.PutBucketOwnershipControlsCommand({ ...here, OwnershipControls }));
  }
  if (changed.has('versioned')) {
    const Status = settings.versioned ? 'Enabled' : 'Suspended';
    await s3.send(new s3.PutBucketVersioningCommand({ ...here, VersioningConfiguration: { Status } }));
  }
  if (changed.has('encryption')) {
    const Rules = [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: settings.encryption } }];
    const ServerSideEncryptionConfiguration = { Rules };
    await s3.send(new s3.PutBucketEncryptionCommand({ ...here, ServerSideEncryptionConfiguration }));
  }
  if (changed.has('publicAccessBlocked')) {
    const PublicAccessBlockConfiguration = Object.fromEntries(BLOCKS.map((k) => [k, settings.publicAccessBlocked]));
    await s3.send(new s3.PutPublicAccessBlockCommand({ ...here, PublicAccessBlockConfiguration }));
  }
  if (changed.has('lifecycle')) {
    const LifecycleConfiguration = { Rules: [fromLifecycle(settings.lifecycle)] };
    await s3.send(new s3.PutBucketLifecycleConfigurationCommand({ ...here, LifecycleConfiguration }));
  }
  if (changed.has('policy'))
    await s3.send(new s3.PutBucketPolicyCommand({ ...here, Policy: JSON.stringify(settings.policy) }));
}

const BLOCKS = ['BlockPublicAcls', 'BlockPublicPolicy', 'IgnorePublicAcls', 'RestrictPublicBuckets'] as const;

const fromLifecycle = ({ expireAfter, versionsExpireAfter, abortUploadsAfter }: Lifecycle): LifecycleRule => ({
  ID: 'expire',
  Status: 'Enabled',
  Filter: { Prefix: '' },
  ...(expireAfter !== undefined && { Expiration: { Days: expireAfter } }),
  NoncurrentVersionExpiration: { NoncurrentDays: versionsExpireAfter },
  AbortIncompleteMultipartUpload: { DaysAfterInitiation: abortUploadsAfter },
});

function toLifecycle(rules: readonly LifecycleRule[] | undefined): Lifecycle | undefined {
  const [rule, second] = rules ?? [];
  const prefix = rule?.Filter?.Prefix ?? '';
  if (rule?.Status !== 'Enabled' || second !== undefined || prefix !== '') return undefined;
  const expireAfter = rule.Expiration?.Days;
  const versionsExpireAfter = rule.NoncurrentVersionExpiration?.NoncurrentDays;
  const abortUploadsAfter = rule.AbortIncompleteMultipartUpload?.DaysAfterInitiation;
  if (versionsExpireAfter === undefined || abortUploadsAfter === undefined) return undefined;
  return { ...(expireAfter !== undefined && { expireAfter }), versionsExpireAfter, abortUploadsAfter };
}

/** Nobody comes to the bucket but by TLS, whoever else may what. */
export const bucketPolicy = (bucketArn: string, ...others: readonly PolicyStatement[]): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:*',
      Resource: [bucketArn, `${bucketArn}/*`],
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    },
    ...others,
  ],
});
