import type { Mode } from './mode.ts';

/** Host names and certificates of one's own, on the load balancers. */
export const customDomain: Mode = {
  deploymentMode: 'custom-domain',
  protocol: 'https',
  distributions: false,
  names: 'loadBalancers',
  https: ['registry', 'keycloak'],
  // The registry's port 80 goes on answering: tasks and scripts of the deployment that people know use it.
  redirects: ['keycloak'],
  authProtocol: 'HTTPS',
};
