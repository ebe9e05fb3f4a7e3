import type { DistributionBehavior } from '../../../src/reconcilers/ingress/distribution-form.ts';
import type { DistributionOrigin } from '../../../src/reconcilers/ingress/distribution-origin.ts';
import { distribution } from '../../../src/reconcilers/ingress/distribution.ts';
import { testKind } from '../../kind-contract.ts';
import { addLogBucket } from './load-balancers.ts';

const origin: DistributionOrigin = {
  id: 'mcp-gateway-alb',
  domainName: 'gateway-1.us-east-1.elb.amazonaws.com',
  protocolPolicy: 'http-only',
  httpPort: 80,
  httpsPort: 443,
  sslProtocols: ['TLSv1.2'],
  headers: { 'X-Forwarded-Proto': 'https', 'X-Cloudfront-Forwarded-Proto': 'https' },
  readTimeout: 30,
  keepaliveTimeout: 5,
};

const behavior: DistributionBehavior = {
  viewerProtocolPolicy: 'redirect-to-https',
  allowedMethods: ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'],
  cachedMethods: ['HEAD', 'GET'],
  compress: true,
  cachePolicyId: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad',
  originRequestPolicyId: '216adef6-5c7f-47e4-b989-5492eafa07d3',
};

testKind(distribution, {
  needs: (graph, name) => {
    addLogBucket(graph, name, 'BucketOwnerPreferred');
    return {};
  },
  props: (name) => ({
    comment: `${name} CloudFront Distribution`,
    enabled: true,
    priceClass: 'PriceClass_100',
    origin,
    behavior,
    aliases: [],
    geoRestriction: null,
    logging: null,
  }),
  updates: [
    {
      origin: {
        ...origin,
        domainName: 'gateway-2.us-east-1.elb.amazonaws.com',
        headers: { 'X-Forwarded-Proto': 'https' },
      },
    },
    { priceClass: 'PriceClass_All' },
    { geoRestriction: { type: 'allow', countries: ['DE', 'AT'] } },
    { geoRestriction: { type: 'deny', countries: ['AQ'] } },
    { geoRestriction: null },
    { logging: { bucket: { $ref: 'Bucket/logs', output: 'domainName' }, prefix: 'mcp-gateway/' } },
    { logging: null },
    { enabled: false },
    { enabled: true },
  ],
  // The third for what writes logs, or did.
  observeBudget: 3,
});
