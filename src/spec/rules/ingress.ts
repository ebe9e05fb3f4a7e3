import { cidrText, networkOf, parseCidr } from '../cidr.ts';
import { hasCloudfront } from '../edge.ts';
import type { Ingress } from '../gateway.ts';
import type { Finding } from '../problem.ts';
import { cookieRules } from './cookie.ts';
import { domainRules } from './domain.ts';
import { edgeRules } from './edge.ts';
import type { Rule } from './rule.ts';

const ingress = '/spec/ingress';

export const ingressRules: Rule = (examined) => {
  const { allowedCidrs } = examined.gateway.ingress;
  const list = `${ingress}/allowedCidrs`;
  const isSaid = examined.said(list) !== undefined;
  return [
    ...(hasCloudfront(examined.gateway.ingress.mode) ? cloudFrontRules(examined) : []),
    ...modeRules(examined),
    ...edgeRules(examined),
    ...domainRules(examined),
    ...cookieRules(examined),
    ...allowedCidrs.flatMap((cidr, index) =>
      checkCidr(isSaid ? `${list}/${index}` : list, cidr, examined.gateway.ingress),
    ),
  ];
};

/** What becomes of it that everyone may call the load balancers. */
const OPEN: Readonly<Partial<Record<Ingress['mode'], string>>> = {
  cloudfront: 'everyone may reach the load balancers directly, past CloudFront and without HTTPS',
  'cloudfront-custom-domain': 'everyone may reach the load balancers directly, past CloudFront',
  development: 'everyone may reach the gateway, and everything goes over the internet without HTTPS',
};

function checkCidr(at: string, text: string, { mode, registryScheme, keycloakScheme }: Ingress): readonly Finding[] {
  const cidr = parseCidr(text);
  if (cidr === undefined)
    return [{ at, message: `"${text}" is not an IPv4 range`, suggestion: 'for example "203.0.113.7/32"' }];
  if (cidr.prefix === 0) {
    // Everyone is everyone in the VPC then.
    if (registryScheme === 'internal' && keycloakScheme === 'internal') return [];
    const message = OPEN[mode] ?? 'everyone may reach the gateway';
    const suggestion = 'name the ranges of your own network, for example "203.0.113.7/32"';
    return [{ at, message, suggestion, severity: 'warning' }];
  }
  const whole = networkOf(cidr);
  if (whole.address === cidr.address) return [];
  return [{ at, message: `"${text}" does not begin where its range begins`, suggestion: `write "${cidrText(whole)}"` }];
}

const cloudFrontRules: Rule = ({ gateway }) => {
  const { mode } = gateway.ingress;
  const findings: Finding[] = [];
  if (/^(cn|us-gov)-/.test(gateway.region)) {
    const message = `mode "${mode}" is not built for ${gateway.region}, which has no CloudFront of the public partition`;
    findings.push({ at: '/spec/region', message, concerns: [`${ingress}/mode`] });
  }
  return findings;
};

const modeRules: Rule = ({ gateway, said }) => {
  const { mode, entry } = gateway.ingress;
  const findings: Finding[] = [];
  if (mode !== 'cloudfront-custom-domain' && said(`${ingress}/entry`) !== undefined) {
    const message = 'has no effect but in mode "cloudfront-custom-domain"';
    findings.push({ at: `${ingress}/entry`, message, suggestion: 'leave it out', severity: 'warning' });
  }
  if (mode === 'cloudfront-custom-domain' && entry === 'dual') {
    const message =
      'people can enter by two names, and who enters by the one is not signed in at the other; Keycloak itself shows the custom one alone';
    const suggestion = 'use "via-cloudfront" unless both are needed';
    findings.push({ at: `${ingress}/entry`, message, suggestion, severity: 'warning' });
  }
  if (mode === 'development') {
    const message = 'passwords and sessions go over the network without HTTPS';
    findings.push({
      at: `${ingress}/mode`,
      message,
      suggestion: 'use it for trying things out alone',
      severity: 'warning',
    });
  }
  return findings;
};
