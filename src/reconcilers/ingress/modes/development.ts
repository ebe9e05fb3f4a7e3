import type { Mode } from './mode.ts';

/** Plain HTTP and the load balancers' own host names: for trying things out. */
export const development: Mode = {
  deploymentMode: 'development',
  protocol: 'http',
  distributions: false,
  https: [],
  redirects: [],
  authProtocol: 'HTTP',
};
