import type { Mode } from './mode.ts';

/** HTTPS and host names of CloudFront; plain HTTP from there to the load balancers. */
export const cloudfront: Mode = {
  deploymentMode: 'cloudfront',
  protocol: 'https',
  distributions: true,
  https: [],
  redirects: [],
  authProtocol: 'HTTP',
};
