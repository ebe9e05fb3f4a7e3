import assert from 'node:assert/strict';
import test from 'node:test';
import type { DistributionConfig, Origin } from '@aws-sdk/client-cloudfront';
import { toConfig, toProps, type DistributionProps } from '../../../src/reconcilers/ingress/distribution-form.ts';

const wanted: DistributionProps = {
  comment: 'mcp-gateway Keycloak CloudFront Distribution',
  enabled: true,
  priceClass: 'PriceClass_100',
  origin: {
    id: 'keycloak-alb',
    domainName: 'new.us-east-1.elb.amazonaws.com',
    protocolPolicy: 'http-only',
    httpPort: 80,
    httpsPort: 443,
    sslProtocols: ['TLSv1.2'],
    headers: { 'X-Forwarded-Proto': 'https' },
    readTimeout: 30,
    keepaliveTimeout: 5,
  },
  behavior: {
    viewerProtocolPolicy: 'redirect-to-https',
    allowedMethods: ['GET', 'HEAD'],
    cachedMethods: ['GET', 'HEAD'],
    compress: true,
    cachePolicyId: 'caching-disabled',
    originRequestPolicyId: 'all-viewer',
  },
  aliases: ['kc.example.com'],
  certificateArn: 'arn:aws:acm:us-east-1:123456789012:certificate/1',
  minimumTls: 'TLSv1.2_2021',
  geoRestriction: null,
  logging: null,
};

const standing: DistributionConfig = {
  ...toConfig(
    { ...wanted, origin: { ...wanted.origin, domainName: 'old.us-east-1.elb.amazonaws.com' } },
    { CallerReference: 'first' },
  ),
  WebACLId: 'somebody-s-firewall',
  HttpVersion: 'http2and3',
};

const props = (config: DistributionConfig) =>
  Object.fromEntries(Object.entries(toProps(config)).filter(([, value]) => value !== undefined));

test('an update keeps everything that is not ours', () => {
  const updated = toConfig(wanted, standing);
  assert.equal(updated.CallerReference, 'first');
  assert.equal(updated.WebACLId, 'somebody-s-firewall');
  assert.equal(updated.HttpVersion, 'http2and3');
  assert.deepEqual(props(updated), wanted);
});

test('settings of the origin that are not ours stay, and so do other origins', () => {
  const [ours] = standing.Origins?.Items ?? [];
  assert(ours !== undefined);
  assert(ours.CustomOriginConfig !== undefined);
  const before = {
    ...ours,
    ConnectionAttempts: 2,
    CustomOriginConfig: { ...ours.CustomOriginConfig, IpAddressType: 'dualstack' as const },
  };
  const Items: Origin[] = [before, { Id: 'pictures', DomainName: 'pictures.example.com' }];
  const updated = toConfig(wanted, { ...standing, Origins: { Quantity: 2, Items } });
  assert.equal(updated.Origins?.Quantity, 2);
  const origin = updated.Origins?.Items?.find(({ Id }) => Id === 'keycloak-alb');
  assert.equal(origin?.ConnectionAttempts, 2);
  assert.equal(origin?.CustomOriginConfig?.IpAddressType, 'dualstack');
  assert.equal(origin?.DomainName, wanted.origin.domainName);
});

test('requests that somebody sends to another origin are a difference, and are sent back', () => {
  const elsewhere = { Id: 'elsewhere', DomainName: 'elsewhere.example.com' };
  const Items = [...(standing.Origins?.Items ?? []), elsewhere];
  const moved: DistributionConfig = {
    ...standing,
    Origins: { Quantity: 2, Items },
    DefaultCacheBehavior: {
      ...standing.DefaultCacheBehavior,
      TargetOriginId: 'elsewhere',
      ViewerProtocolPolicy: 'allow-all',
    },
  };
  assert.equal(toProps(moved).origin?.id, 'elsewhere');
  assert.deepEqual(props(toConfig(wanted, moved)), wanted);
});

test('the way of caching from before there were policies gives way to the policies', () => {
  const old: DistributionConfig = {
    ...standing,
    DefaultCacheBehavior: {
      TargetOriginId: 'keycloak-alb',
      ViewerProtocolPolicy: 'allow-all',
      ForwardedValues: { QueryString: true, Cookies: { Forward: 'all' } },
      MinTTL: 0,
      DefaultTTL: 3600,
      MaxTTL: 86_400,
    },
  };
  const { DefaultCacheBehavior } = toConfig(wanted, old);
  assert.deepEqual(
    Object.keys(DefaultCacheBehavior ?? {}).filter((key) => key === 'ForwardedValues' || key.endsWith('TTL')),
    [],
  );
  assert.equal(DefaultCacheBehavior?.CachePolicyId, 'caching-disabled');
});

test('an empty list has no items', () => {
  const { Origins } = toConfig({ ...wanted, origin: { ...wanted.origin, headers: {} } }, { CallerReference: 'first' });
  assert.deepEqual(Origins?.Items?.[0]?.CustomHeaders, { Quantity: 0 });
});

test('an origin that moves into the VPC keeps nothing of the public one, and the other way round', () => {
  const { id, domainName, headers, readTimeout, keepaliveTimeout } = wanted.origin;
  const inside: DistributionProps = {
    ...wanted,
    origin: { id, domainName, headers, readTimeout, keepaliveTimeout, vpcOriginId: 'vo_1' },
  };
  const moved = toConfig(inside, standing);
  assert.equal(moved.Origins?.Items?.[0]?.CustomOriginConfig, undefined);
  assert.deepEqual(props(moved), inside);
  assert.deepEqual(props(toConfig(wanted, moved)), wanted);
});

test("without a certificate CloudFront has its own, and what it says of that is nobody's wish", () => {
  const { certificateArn: _arn, minimumTls: _tls, ...others } = wanted;
  const bare = { ...others, aliases: [] };
  const config = toConfig(bare, standing);
  assert.deepEqual(config.ViewerCertificate, { CloudFrontDefaultCertificate: true });
  const ViewerCertificate = { CloudFrontDefaultCertificate: true, MinimumProtocolVersion: 'TLSv1' as const };
  assert.deepEqual(props({ ...config, ViewerCertificate }), bare);
});

test('countries are let in or kept out', () => {
  for (const type of ['allow', 'deny'] as const) {
    const limited = { ...wanted, geoRestriction: { type, countries: ['AT', 'CH'] } };
    assert.deepEqual(props(toConfig(limited, standing)), limited);
  }
  const { Restrictions } = toConfig(wanted, standing);
  assert.deepEqual(Restrictions, { GeoRestriction: { RestrictionType: 'none', Quantity: 0 } });
});

test('logging that somebody else asked for stays', () => {
  const Logging = { Enabled: true, IncludeCookies: true, Bucket: 'theirs.s3.amazonaws.com', Prefix: '' };
  assert.deepEqual(toConfig(wanted, { ...standing, Logging }).Logging, Logging);
});
