import { cidrText, networkOf, parseCidr } from '../cidr.ts';
import type { Finding } from '../problem.ts';
import type { Rule } from './rule.ts';

const ingress = '/spec/ingress';

export const ingressRules: Rule = (examined) => {
  const { mode, allowedCidrs } = examined.gateway.ingress;
  const list = `${ingress}/allowedCidrs`;
  const isSaid = examined.said(list) !== undefined;
  const cidrs = allowedCidrs.flatMap((cidr, index) => checkCidr(isSaid ? `${list}/${index}` : list, cidr));
  if (mode === 'cloudfront') return [...cloudFrontRules(examined), ...cidrs];
  const message = `mode "${mode}" is not built yet`;
  return [{ at: `${ingress}/mode`, message, suggestion: 'use "cloudfront"' }, ...cidrs];
};

function checkCidr(at: string, text: string): readonly Finding[] {
  const cidr = parseCidr(text);
  if (cidr === undefined)
    return [{ at, message: `"${text}" is not an IPv4 range`, suggestion: 'for example "203.0.113.7/32"' }];
  if (cidr.prefix === 0) {
    const message = 'everyone may reach the load balancers directly, past CloudFront and without HTTPS';
    const suggestion = 'name the ranges of your own network, for example "203.0.113.7/32"';
    return [{ at, message, suggestion, severity: 'warning' }];
  }
  const whole = networkOf(cidr);
  if (whole.address === cidr.address) return [];
  return [{ at, message: `"${text}" does not begin where its range begins`, suggestion: `write "${cidrText(whole)}"` }];
}

const cloudFrontRules: Rule = ({ gateway, said }) => {
  const { sessionCookie, domain, registryScheme, keycloakScheme } = gateway.ingress;
  const findings: Finding[] = [];
  const schemes = [
    ['registryScheme', registryScheme],
    ['keycloakScheme', keycloakScheme],
  ] as const;
  for (const [field, scheme] of schemes) {
    if (scheme === 'internet-facing') continue;
    const message = 'CloudFront reaches an internal load balancer only by a VPC origin, which is not built yet';
    const concerns = [`${ingress}/mode`];
    findings.push({ at: `${ingress}/${field}`, message, suggestion: 'use "internet-facing"', concerns });
  }
  if (/^(cn|us-gov)-/.test(gateway.region)) {
    const message = `mode "cloudfront" is not built for ${gateway.region}, which has no CloudFront of the public partition`;
    findings.push({ at: '/spec/region', message, concerns: [`${ingress}/mode`] });
  }
  if (domain !== undefined) {
    const message = 'mode "cloudfront" has host names of CloudFront alone';
    const suggestion = 'leave it out; "cloudfront-custom-domain" will have domains of your own';
    findings.push({ at: `${ingress}/domain`, message, suggestion, concerns: [`${ingress}/mode`] });
  }
  if (sessionCookie.domain !== '') {
    const message = `browsers refuse a cookie for "${sessionCookie.domain}" on a host of cloudfront.net`;
    findings.push({ at: `${ingress}/sessionCookie/domain`, message, suggestion: 'leave it out' });
  }
  if (!sessionCookie.secure) {
    const message = 'the session cookie would also be sent without HTTPS, and CloudFront always has HTTPS';
    findings.push({ at: `${ingress}/sessionCookie/secure`, message, suggestion: 'leave it out', severity: 'warning' });
  }
  if (said(`${ingress}/entry`) !== undefined) {
    const message = 'has no effect but in mode "cloudfront-custom-domain"';
    findings.push({ at: `${ingress}/entry`, message, suggestion: 'leave it out', severity: 'warning' });
  }
  return findings;
};
