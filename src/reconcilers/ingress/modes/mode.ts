/** The two halves of a gateway that people meet, each behind a load balancer of its own. */
export type Front = 'registry' | 'keycloak';

export const fronts: readonly Front[] = ['registry', 'keycloak'];

/** What one way in consists of. */
export interface Mode {
  readonly deploymentMode: 'cloudfront' | 'custom-domain' | 'development';
  /** Of the public addresses. */
  readonly protocol: 'http' | 'https';
  /** CloudFront stands before both load balancers and reaches them by plain HTTP. */
  readonly distributions: boolean;
  /** Where host names of one's own lead; undefined: there are none. */
  readonly names?: 'distributions' | 'loadBalancers';
  /** Load balancers that answer on port 443 themselves. */
  readonly https: readonly Front[];
  /** Load balancers that send browsers from port 80 to port 443. What comes through CloudFront is let in. */
  readonly redirects: readonly Front[];
  /** The auth server's own port, which nothing public needs. */
  readonly authProtocol: 'HTTP' | 'HTTPS';
}
