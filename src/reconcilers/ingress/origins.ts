import type { Handle } from '../../engine/graph.ts';
import type { Input } from '../../engine/ref.ts';
import type { Declaration } from '../declaration.ts';
import type { DistributionOrigin } from './distribution-origin.ts';
import type { LoadBalancerOutputs } from './load-balancer.ts';
import type { Front } from './modes/mode.ts';
import { vpcOrigin } from './vpc-origin.ts';

export const FROM_CLOUDFRONT = 'X-Cloudfront-Forwarded-Proto';
// A load balancer sets the first anew to its own protocol, which is HTTP here; the second gets through.
const headers = { 'X-Forwarded-Proto': 'https', [FROM_CLOUDFRONT]: 'https' };

// The load balancer has no certificate for the host that the viewer asked for.
const plain = { protocolPolicy: 'http-only', httpPort: 80, httpsPort: 443, sslProtocols: ['TLSv1.2'] } as const;

/** Where a distribution fetches from: a load balancer, if it has no public address by a way into the VPC. */
export function declareOrigin(
  { graph, gateway, names }: Declaration,
  front: Front,
  loadBalancer: Handle<LoadBalancerOutputs>,
): Input<DistributionOrigin> {
  const { registryScheme, keycloakScheme, originTimeouts } = gateway.ingress;
  const origin = {
    id: names.distribution[front].originId,
    domainName: loadBalancer.ref('dnsName'),
    headers,
    readTimeout: originTimeouts.read,
    keepaliveTimeout: originTimeouts.keepalive,
  };
  const scheme = { registry: registryScheme, keycloak: keycloakScheme }[front];
  if (scheme === 'internet-facing') return { ...origin, ...plain };
  const name = names.vpcOrigin[front];
  const loadBalancerArn = loadBalancer.ref('loadBalancerArn', { when: 'ready' });
  const inside = graph.add(vpcOrigin, front, { name, loadBalancerArn, ...plain }, { title: name });
  return { ...origin, vpcOriginId: inside.ref('vpcOriginId', { when: 'ready' }) };
}
