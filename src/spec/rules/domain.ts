import type { Finding } from '../problem.ts';
import type { Rule } from './rule.ts';

const ingress = '/spec/ingress';
const domainAt = `${ingress}/domain`;

/** The longest name that a certificate may be for. */
const LONGEST = 64;

/** Host names of one's own: who needs them, and what they may be. */
export const domainRules: Rule = ({ gateway, said }) => {
  const { mode, domain } = gateway.ingress;
  const isNeeded = mode === 'custom-domain' || mode === 'cloudfront-custom-domain';
  const concerns = [`${ingress}/mode`];
  if (!isNeeded) {
    if (domain === undefined) return [];
    const message =
      mode === 'cloudfront'
        ? 'mode "cloudfront" has host names of CloudFront alone'
        : 'mode "development" has the host names of its load balancers alone';
    const suggestion = `leave it out, or use mode "${mode === 'cloudfront' ? 'cloudfront-custom-domain' : 'custom-domain'}"`;
    return [{ at: domainAt, message, suggestion, concerns }];
  }
  if (domain === undefined) {
    const message = `mode "${mode}" needs a domain of your own`;
    const suggestion = 'write domain: { base: <the domain of a public hosted zone in this account> }';
    return [{ at: ingress, message, suggestion, concerns }];
  }
  const findings: Finding[] = [];
  for (const field of ['registry', 'keycloak'] as const) {
    const host = domain[field];
    const at = said(`${domainAt}/${field}`) === undefined ? `${domainAt}/base` : `${domainAt}/${field}`;
    if (host !== domain.base && !host.endsWith(`.${domain.base}`)) {
      const message = `"${host}" does not belong to the zone "${domain.base}"`;
      findings.push({ at, message, suggestion: `write a name that ends in ".${domain.base}"`, concerns: [domainAt] });
    }
    if (host.length > LONGEST) {
      const message = `"${host}" has ${host.length} characters, and a certificate's name at most ${LONGEST}`;
      findings.push({ at, message, suggestion: `name ${field} by itself under domain` });
    }
  }
  if (domain.registry === domain.keycloak) {
    const message = `registry and Keycloak have the same host name, "${domain.registry}"`;
    findings.push({ at: domainAt, message, suggestion: 'give each a name of its own' });
  }
  return findings;
};
