import { hasCloudfront, NO_CLOUDFRONT_LOGS } from '../edge.ts';
import type { Finding } from '../problem.ts';
import type { Rule } from './rule.ts';

const ingress = '/spec/ingress';

/** Options of the ways in that come to nothing, or to less than they say. */
export const edgeRules: Rule = (examined) => [
  ...unusedRules(examined),
  ...schemeRules(examined),
  ...limitRules(examined),
];

const unusedRules: Rule = ({ gateway, said }) => {
  const { mode, accessLogs } = gateway.ingress;
  const findings: Finding[] = [];
  const concerns = [`${ingress}/mode`];
  const unused = (field: string, message: string): void => {
    if (said(`${ingress}/${field}`) === undefined) return;
    findings.push({ at: `${ingress}/${field}`, message, suggestion: 'leave it out', severity: 'warning', concerns });
  };
  if (!hasCloudfront(mode))
    for (const field of ['geoRestriction', 'priceClass', 'originTimeouts'])
      unused(field, `has no effect in mode "${mode}", which has no CloudFront`);
  if (mode === 'cloudfront')
    unused('minimumTls', 'has no effect in mode "cloudfront": the certificate of cloudfront.net has a rule of its own');
  if (mode === 'development') unused('minimumTls', 'has no effect in mode "development", which has no HTTPS');
  if (accessLogs.enabled && hasCloudfront(mode) && NO_CLOUDFRONT_LOGS.has(gateway.region)) {
    const message = `CloudFront writes to no bucket in ${gateway.region}: only the load balancers' requests are logged`;
    findings.push({ at: `${ingress}/accessLogs`, message, severity: 'warning' });
  }
  return findings;
};

const schemeRules: Rule = ({ gateway }) => {
  const { mode, entry, registryScheme, keycloakScheme } = gateway.ingress;
  if (mode !== 'cloudfront-custom-domain' || entry !== 'dual') return [];
  const fields = [
    ...(registryScheme === 'internal' ? ['registryScheme'] : []),
    ...(keycloakScheme === 'internal' ? ['keycloakScheme'] : []),
  ];
  return fields.map((field) => ({
    at: `${ingress}/${field}`,
    message: 'the name of your own leads past CloudFront, so it answers inside the VPC alone',
    suggestion: 'use entry "via-cloudfront"',
    severity: 'warning' as const,
    concerns: [`${ingress}/entry`],
  }));
};

const limitRules: Rule = ({ gateway }) => {
  const { waf } = gateway.ingress;
  if (!waf.enabled || waf.requestsPerAddress <= waf.requests) return [];
  const at = `${ingress}/waf/requestsPerAddress`;
  const message = `is more than all together may send, which is ${waf.requests}`;
  return [{ at, message, suggestion: 'raise waf.requests', concerns: [`${ingress}/waf/requests`] }];
};
