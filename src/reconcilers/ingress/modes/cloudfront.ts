import type { Handle } from '../../../engine/graph.ts';
import { format } from '../../../engine/ref.ts';
import type { DistributionBehavior } from '../distribution-form.ts';
import { distribution, type DistributionOutputs } from '../distribution.ts';
import { listener, type ListenerOutputs } from '../listener.ts';
import type { LoadBalancerOutputs } from '../load-balancer.ts';
import type { TargetGroupOutputs } from '../target-group.ts';
import type { Mode } from './mode.ts';

// Policies of AWS's own: they have the same ids in every account.
const CACHING_DISABLED = '4135ea2d-6df8-44a3-9df3-4b5a84be39ad';
// The host that the viewer asked for goes along: sign-in builds its way back from it.
const ALL_VIEWER = '216adef6-5c7f-47e4-b989-5492eafa07d3';

// A load balancer sets the first anew to its own protocol, which is HTTP here; the second gets through.
const headers = { 'X-Forwarded-Proto': 'https', 'X-Cloudfront-Forwarded-Proto': 'https' };

const behavior: DistributionBehavior = {
  viewerProtocolPolicy: 'redirect-to-https',
  allowedMethods: ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'],
  cachedMethods: ['GET', 'HEAD'],
  compress: true,
  cachePolicyId: CACHING_DISABLED,
  originRequestPolicyId: ALL_VIEWER,
};

/** HTTPS and host names of CloudFront; plain HTTP from there to the load balancers. */
export const cloudfront: Mode = ({ graph, gateway, names }, { loadBalancers, targetGroups }) => {
  const listen = (
    on: 'registry' | 'keycloak',
    port: number,
    target: Handle<TargetGroupOutputs>,
  ): readonly Handle<ListenerOutputs>[] => {
    const action = { type: 'forward' as const, targetGroupArn: target.ref('targetGroupArn') };
    const props = {
      loadBalancerArn: loadBalancers[on].ref('loadBalancerArn'),
      port,
      protocol: 'HTTP' as const,
      action,
    };
    return [graph.add(listener, `${on}-${port}`, props)];
  };
  const distribute = (name: 'registry' | 'keycloak', to: Handle<LoadBalancerOutputs>): Handle<DistributionOutputs> => {
    const { comment, title, originId } = names.distribution[name];
    const origin = {
      id: originId,
      domainName: to.ref('dnsName'),
      // The load balancer has no certificate for the host that the viewer asked for.
      protocolPolicy: 'http-only' as const,
      httpPort: 80,
      httpsPort: 443,
      sslProtocols: ['TLSv1.2' as const],
      headers,
    };
    const { priceClass } = gateway.ingress;
    return graph.add(distribution, name, { comment, enabled: true, priceClass, origin, behavior }, { title });
  };

  const registry = distribute('registry', loadBalancers.registry);
  const keycloak = distribute('keycloak', loadBalancers.keycloak);
  return {
    listeners: {
      registry: listen('registry', 80, targetGroups.registry),
      auth: listen('registry', 8888, targetGroups.auth),
      gradio: listen('registry', 7860, targetGroups.gradio),
      keycloak: listen('keycloak', 80, targetGroups.keycloak),
    },
    registryHost: registry.ref('domainName'),
    keycloakHost: keycloak.ref('domainName'),
    registryUrl: format`https://${registry.ref('domainName')}`,
    keycloakUrl: format`https://${keycloak.ref('domainName')}`,
    distributions: [registry, keycloak],
  };
};
