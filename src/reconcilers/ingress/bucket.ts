import type { Bucket } from '@aws-sdk/client-s3';
import type { Aws, AwsKind } from '../../aws/aws.ts';
import { ignoreGone, orUndefined } from '../../aws/errors.ts';
import { canonicalPolicy, type PolicyDocument } from '../../aws/policy.ts';
import { foreignMark, fromTags, isOurs, nodeName, toTags } from '../../aws/tags.ts';
import { must, ReconcileError } from '../../engine/errors.ts';
import type { Observed, Tags } from '../../engine/kind.ts';
import { known } from '../../engine/ref.ts';
import { readSettings, writeSettings, type BucketSettings } from './bucket-settings.ts';

/** A bucket of files that are worth keeping. */
export interface BucketProps extends BucketSettings {
  /** No two buckets of all accounts may have one name. */
  readonly bucketName: string;
  readonly policy: PolicyDocument;
}

export interface BucketOutputs {
  readonly bucketName: string;
  /** What CloudFront calls it. */
  readonly domainName: string;
}

export const bucket: AwsKind<BucketProps, BucketOutputs> = {
  name: 'Bucket',
  immutable: ['bucketName'],
  replace: 'refuse',
  refusal: 'it holds files; its name follows from metadata.name',
  identifies: ['bucketName', 'domainName'],
  stateful: true,
  takes: { create: 5, update: 5, delete: 30 },
  canonical: ({ policy, ...props }) => ({ ...props, policy: canonicalPolicy(policy) }),
  actions: {
    read: [
      's3:ListAllMyBuckets',
      's3:GetBucketTagging',
      's3:GetBucketOwnershipControls',
      's3:GetBucketVersioning',
      's3:GetEncryptionConfiguration',
      's3:GetBucketPublicAccessBlock',
      's3:GetLifecycleConfiguration',
      's3:GetBucketPolicy',
    ],
    write: [
      's3:CreateBucket',
      's3:PutBucketTagging',
      's3:PutBucketOwnershipControls',
      's3:PutBucketVersioning',
      's3:PutEncryptionConfiguration',
      's3:PutBucketPublicAccessBlock',
      's3:PutLifecycleConfiguration',
      's3:PutBucketPolicy',
      's3:ListBucketVersions',
      's3:DeleteObjectVersion',
      's3:DeleteBucket',
    ],
    implied: ['s3:TagResource', 's3:DeleteObject'],
  },

  async observe({ env: aws, nodes }) {
    const s3 = await aws.s3();
    const wanted = new Map(nodes.map((node) => [known<string>(node.props.bucketName) ?? '', node.name]));
    const { Buckets = [] } = await s3.send(new s3.ListBucketsCommand({}));
    const candidates = Buckets.filter(({ Name = '' }) => wanted.has(Name) || LOG_BUCKET.test(Name));
    const found = await Promise.all(candidates.map(async (item) => observeOne(aws, item, wanted.get(item.Name ?? ''))));
    return found.filter((item) => item !== undefined);
  },

  async create({ env: aws, node }, { bucketName, ownership }) {
    const s3 = await aws.s3();
    const { region } = aws;
    await s3.send(
      new s3.CreateBucketCommand({
        Bucket: bucketName,
        ObjectOwnership: ownership,
        CreateBucketConfiguration: {
          // The oldest region may not be named.
          ...(region !== 'us-east-1' && { LocationConstraint: region as never }),
          Tags: fromTags(node.tags),
        },
      }),
    );
    const made = { ownership, versioned: undefined, encryption: undefined, publicAccessBlocked: undefined };
    return toObserved({ Name: bucketName }, node.name, node.tags, { ...made, lifecycle: undefined, policy: undefined });
  },

  async update({ env: aws }, live, props, changed) {
    await writeSettings(aws, must(live.outputs.bucketName, 'bucketName'), props, changed);
  },

  // What is sent replaces all tags.
  async retag({ env: aws }, live, tags) {
    const s3 = await aws.s3();
    const TagSet = fromTags({ ...live.tags, ...tags });
    await s3.send(new s3.PutBucketTaggingCommand({ ...at(aws, live.outputs.bucketName), Tagging: { TagSet } }));
  },

  // Every version of every file goes first, a thousand in each stage.
  async delete({ env: aws }, live) {
    const s3 = await aws.s3();
    const here = at(aws, live.outputs.bucketName);
    const listed = await orUndefined(s3.send(new s3.ListObjectVersionsCommand(here)));
    if (listed === undefined) return undefined;
    const Objects = [...(listed.Versions ?? []), ...(listed.DeleteMarkers ?? [])].map(({ Key, VersionId }) => ({
      Key: must(Key, 'Key'),
      VersionId,
    }));
    if (Objects.length > 0) {
      const { Errors = [] } = await s3.send(new s3.DeleteObjectsCommand({ ...here, Delete: { Objects, Quiet: true } }));
      const [first] = Errors;
      if (first !== undefined)
        throw new ReconcileError('failed', first.Code ?? 'NotDeleted', `${first.Key ?? ''} stays`);
      return 'again';
    }
    await ignoreGone(s3.send(new s3.DeleteBucketCommand(here)));
    return undefined;
  },
};

/** Names are shared with everybody: what has passed into other hands meanwhile is not touched. */
const at = (aws: Aws, name: string | undefined): { Bucket: string; ExpectedBucketOwner: string } => ({
  Bucket: must(name, 'bucketName'),
  ExpectedBucketOwner: aws.accountId,
});

/** Those of any gateway, also of one whose manifest no longer asks for them. */
const LOG_BUCKET = /-(alb|cloudfront)-logs$/;

async function observeOne(
  aws: Aws,
  item: Bucket,
  wanted: string | undefined,
): Promise<Observed<BucketProps, BucketOutputs> | undefined> {
  const s3 = await aws.s3();
  const answer = await orUndefined(s3.send(new s3.GetBucketTaggingCommand(at(aws, item.Name))));
  const tags = toTags(answer?.TagSet);
  const name = (isOurs(aws, tags) ? nodeName('Bucket', tags) : undefined) ?? wanted;
  if (name === undefined) return undefined;
  return toObserved(item, name, tags, await readSettings(aws, must(item.Name, 'Name')));
}

function toObserved(
  item: Bucket,
  name: string,
  tags: Tags,
  settings: { readonly [K in keyof BucketSettings]: BucketSettings[K] | undefined },
): Observed<BucketProps, BucketOutputs> {
  return {
    name,
    phase: 'ready',
    props: { bucketName: item.Name, ...settings },
    outputs: { bucketName: item.Name, domainName: `${item.Name ?? ''}.s3.amazonaws.com` },
    tags,
    foreign: foreignMark(tags),
    createdAt: item.CreationDate?.getTime(),
  };
}
