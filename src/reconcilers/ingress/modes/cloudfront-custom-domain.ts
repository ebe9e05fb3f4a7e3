import type { Mode } from './mode.ts';

/** Host names of one's own, which lead to CloudFront. Keycloak's load balancer can be reached by HTTPS besides. */
export const viaCloudfront: Mode = {
  deploymentMode: 'custom-domain',
  protocol: 'https',
  distributions: true,
  names: 'distributions',
  https: ['keycloak'],
  redirects: [],
  authProtocol: 'HTTP',
};

/** Host names of CloudFront and, past it, names of one's own on the load balancers, side by side. */
export const dual: Mode = {
  deploymentMode: 'custom-domain',
  protocol: 'https',
  distributions: true,
  names: 'loadBalancers',
  https: ['registry', 'keycloak'],
  redirects: ['registry'],
  authProtocol: 'HTTP',
};
