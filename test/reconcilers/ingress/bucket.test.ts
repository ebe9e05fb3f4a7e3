import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bucket } from '../../../src/reconcilers/ingress/bucket.ts';
import { testKind } from '../../kind-contract.ts';
import { openAccount } from '../../sandbox-account.ts';
import { SandboxGateway } from '../../sandbox-gateway.ts';

const policyFor = (name: string, action: string) => ({
  Version: '2012-10-17' as const,
  Statement: [
    {
      Effect: 'Allow' as const,
      Principal: { Service: 'logdelivery.elasticloadbalancing.amazonaws.com' },
      Action: action,
      Resource: `arn:aws:s3:::${bucketName(name)}/*`,
    },
  ],
});

const bucketName = (name: string): string => `${name}-contract-alb-logs`;

const settings = (name: string) => ({
  bucketName: bucketName(name),
  ownership: 'BucketOwnerEnforced' as const,
  versioned: true,
  encryption: 'AES256' as const,
  publicAccessBlocked: true,
  lifecycle: { expireAfter: 90, versionsExpireAfter: 90, abortUploadsAfter: 7 },
  policy: policyFor(name, 's3:PutObject'),
});

testKind(bucket, {
  props: settings,
  updates: [
    { ownership: 'BucketOwnerPreferred' },
    { lifecycle: { expireAfter: 30, versionsExpireAfter: 30, abortUploadsAfter: 7 } },
    { policy: policyFor('own', 's3:Put*') },
  ],
  // The list, and for the one bucket its tags and each of its settings.
  observeBudget: 8,
  // See below.
  uncalled: ['s3:DeleteObjectVersion'],
  outside: {
    'files that everybody may read': async (aws, live) => {
      const s3 = await aws.s3();
      await s3.send(
        new s3.PutPublicAccessBlockCommand({
          Bucket: String(live.outputs['bucketName']),
          PublicAccessBlockConfiguration: { BlockPublicAcls: true, IgnorePublicAcls: true },
        }),
      );
    },
    'versions that are kept no longer': async (aws, live) => {
      const s3 = await aws.s3();
      await s3.send(
        new s3.PutBucketVersioningCommand({
          Bucket: String(live.outputs['bucketName']),
          VersioningConfiguration: { Status: 'Suspended' },
        }),
      );
    },
  },
});

test('every version of every file goes with the bucket', async () => {
  const gateway = new SandboxGateway(await openAccount(), { name: 'emptied' });
  const name = bucketName('emptied');
  const wanted = gateway.declare((graph) => graph.add(bucket, 'logs', settings('emptied')));
  await gateway.apply(wanted);
  const s3 = await gateway.aws.s3();
  for (const Body of ['first', 'second'])
    await s3.send(new s3.PutObjectCommand({ Bucket: name, Key: 'AWSLogs/a.gz', Body }));
  await s3.send(new s3.DeleteObjectCommand({ Bucket: name, Key: 'AWSLogs/a.gz' }));

  const { Versions, DeleteMarkers } = await s3.send(new s3.ListObjectVersionsCommand({ Bucket: name }));
  assert.deepEqual([Versions?.length, DeleteMarkers?.length], [2, 1]);
  await gateway.destroy(wanted);
  const { Buckets } = await s3.send(new s3.ListBucketsCommand({}));
  assert.deepEqual(
    Buckets?.filter((item) => item.Name === name),
    [],
  );
});
