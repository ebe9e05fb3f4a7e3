import type { Finding } from '../problem.ts';
import type { Rule } from './rule.ts';

const cookie = '/spec/ingress/sessionCookie';

/** What a browser would do with the session cookie in each mode. */
export const cookieRules: Rule = ({ gateway }) => {
  const { mode, entry, sessionCookie, domain } = gateway.ingress;
  const { secure } = sessionCookie;
  const at = `${cookie}/domain`;
  const findings: Finding[] = [];
  const refuse = (where: string): void =>
    void findings.push({
      at,
      message: `browsers refuse a cookie for "${sessionCookie.domain}" on ${where}`,
      suggestion: 'leave it out',
    });
  if (sessionCookie.domain !== '') {
    const isDual = mode === 'cloudfront-custom-domain' && entry === 'dual';
    const suffix = `.${sessionCookie.domain.replace(/^\./, '')}`;
    if (mode === 'cloudfront' || isDual) refuse('a host of cloudfront.net');
    else if (mode === 'development') refuse('a host name of a load balancer');
    else if (domain !== undefined && !`.${domain.registry}`.endsWith(suffix)) refuse(domain.registry);
  }
  if (mode === 'development') {
    if (!secure) return findings;
    const message = 'a browser does not send the cookie back without HTTPS, so nobody could stay signed in';
    return [...findings, { at: `${cookie}/secure`, message, suggestion: 'leave it out' }];
  }
  if (secure) return findings;
  const message =
    mode === 'cloudfront'
      ? 'the session cookie would also be sent without HTTPS, and CloudFront always has HTTPS'
      : 'the session cookie would also be sent without HTTPS';
  return [...findings, { at: `${cookie}/secure`, message, suggestion: 'leave it out', severity: 'warning' }];
};
