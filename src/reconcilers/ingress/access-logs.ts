import { partitionOf } from '../../aws/partition.ts';
import type { PolicyDocument } from '../../aws/policy.ts';
import type { Handle } from '../../engine/graph.ts';
import type { Input } from '../../engine/ref.ts';
import { NO_CLOUDFRONT_LOGS } from '../../spec/edge.ts';
import type { Declaration } from '../declaration.ts';
import { bucketPolicy } from './bucket-settings.ts';
import { bucket, type BucketOutputs } from './bucket.ts';
import type { DistributionLogging } from './distribution-form.ts';
import type { AccessLogs } from './load-balancer-attributes.ts';
import type { Front } from './modes/mode.ts';
import { modes } from './modes/modes.ts';

/** Where a line for each request goes; null: nowhere. */
export interface LogTargets {
  loadBalancer(front: Front): Input<AccessLogs | null>;
  distribution(front: Front): Input<DistributionLogging | null>;
}

const ABORT_UPLOADS_AFTER = 7;

/** The buckets of the load balancers' and of the distributions' log files, as far as somebody writes them. */
export function declareAccessLogs(declaration: Declaration): LogTargets {
  const { graph, gateway, names, ways } = declaration;
  const { enabled, retentionDays } = gateway.ingress.accessLogs;
  const add = (
    node: string,
    bucketName: string,
    ownership: 'BucketOwnerEnforced' | 'BucketOwnerPreferred',
    policy: PolicyDocument,
  ): Handle<BucketOutputs> =>
    graph.add(
      bucket,
      node,
      {
        bucketName,
        ownership,
        versioned: true,
        encryption: 'AES256',
        publicAccessBlocked: true,
        lifecycle: {
          expireAfter: retentionDays,
          versionsExpireAfter: retentionDays,
          abortUploadsAfter: ABORT_UPLOADS_AFTER,
        },
        policy,
      },
      { title: bucketName },
    );
  if (!enabled) return { loadBalancer: () => null, distribution: () => null };

  const arnOf = (name: string): string => `arn:${partitionOf(gateway.region)}:s3:::${name}`;
  const forBalancers = names.logBucket.loadBalancers(gateway.accountId);
  const balancers = add(
    'load-balancer-logs',
    forBalancers,
    'BucketOwnerEnforced',
    loadBalancersMayWrite(arnOf(forBalancers)),
  );
  const hasDistributions = [ways.wanted, ...ways.old].some(({ variant }) => modes[variant].distributions);
  const forCloudfront = names.logBucket.cloudfront(gateway.accountId);
  const distributions =
    hasDistributions && !NO_CLOUDFRONT_LOGS.has(gateway.region)
      ? // CloudFront gets in by an access list that it writes itself.
        add('cloudfront-logs', forCloudfront, 'BucketOwnerPreferred', bucketPolicy(arnOf(forCloudfront)))
      : undefined;
  return {
    loadBalancer: (front) => ({
      bucketName: balancers.ref('bucketName', { when: 'ready' }),
      prefix: PREFIXES.loadBalancer[front],
    }),
    distribution: (front) =>
      distributions === undefined
        ? null
        : { bucket: distributions.ref('domainName', { when: 'ready' }), prefix: PREFIXES.distribution[front] },
  };
}

const PREFIXES = {
  loadBalancer: { registry: 'registry-alb', keycloak: 'keycloak-alb' },
  distribution: { registry: 'mcp-gateway/', keycloak: 'keycloak/' },
} as const;

export const loadBalancersMayWrite = (bucketArn: string): PolicyDocument => {
  const Principal = { Service: 'logdelivery.elasticloadbalancing.amazonaws.com' };
  return bucketPolicy(
    bucketArn,
    { Effect: 'Allow', Principal, Action: 's3:PutObject', Resource: `${bucketArn}/*` },
    { Effect: 'Allow', Principal, Action: 's3:GetBucketAcl', Resource: bucketArn },
  );
};
