import type { Waf } from '../../spec/gateway.ts';
import { FROM_CLOUDFRONT } from './origins.ts';
import type { WebAclRule, WebAclStatement } from './web-acl-rule.ts';

type Named = Pick<WebAclRule, 'Statement' | 'Action' | 'OverrideAction'> & { readonly Name: string };

// Clients are registered at Keycloak, by themselves and from here, with addresses of people's own machines, which two of
// the rules take for an attack.
const REGISTRATIONS = ['/realms/mcp-gateway/clients-registrations/', '/admin/realms/mcp-gateway/clients'];
const SUSPECTED_THERE = ['EC2MetaDataSSRF_BODY', 'GenericRFI_BODY'];

/** @param throughCloudfront whether requests may come from CloudFront, whose address is then not the client's */
export function wafRules(
  { requestsPerAddress, requests }: Pick<Waf, 'requestsPerAddress' | 'requests'>,
  throughCloudfront: boolean,
): readonly WebAclRule[] {
  const rules: readonly Named[] = [
    managed('common', 'AWSManagedRulesCommonRuleSet', not(registers)),
    managed('common-registration', 'AWSManagedRulesCommonRuleSet', registers, SUSPECTED_THERE),
    managed('known-bad-inputs', 'AWSManagedRulesKnownBadInputsRuleSet'),
    ...perAddress(requestsPerAddress, throughCloudfront),
    limit('all-requests', requests, { AggregateKeyType: 'CONSTANT', ScopeDownStatement: pathContains('/') }),
  ];
  return rules.map((rule, Priority) => ({
    ...rule,
    Priority,
    // Samples of requests show headers that the log leaves out.
    VisibilityConfig: { SampledRequestsEnabled: false, CloudWatchMetricsEnabled: true, MetricName: rule.Name },
  }));
}

function perAddress(most: number, throughCloudfront: boolean): readonly Named[] {
  if (!throughCloudfront) return [limit('per-address', most, { AggregateKeyType: 'IP' })];
  return [
    limit('per-address', most, { AggregateKeyType: 'IP', ScopeDownStatement: not(fromCloudfront) }),
    limit('per-viewer', most, {
      AggregateKeyType: 'FORWARDED_IP',
      ForwardedIPConfig: { HeaderName: 'X-Forwarded-For', FallbackBehavior: 'MATCH' },
      ScopeDownStatement: fromCloudfront,
    }),
  ];
}

function managed(Name: string, group: string, scope?: WebAclStatement, counted: readonly string[] = []): Named {
  return {
    Name,
    OverrideAction: { None: {} },
    Statement: {
      ManagedRuleGroupStatement: {
        VendorName: 'AWS',
        Name: group,
        ...(scope !== undefined && { ScopeDownStatement: scope }),
        ...(counted.length > 0 && {
          RuleActionOverrides: counted.map((rule) => ({ Name: rule, ActionToUse: { Count: {} } })),
        }),
      },
    },
  };
}

type Rate = NonNullable<WebAclStatement['RateBasedStatement']>;

const FIVE_MINUTES = 300;

const limit = (Name: string, Limit: number, by: Omit<Rate, 'Limit' | 'EvaluationWindowSec'>): Named => ({
  Name,
  Action: { Block: {} },
  Statement: { RateBasedStatement: { Limit, EvaluationWindowSec: FIVE_MINUTES, ...by } },
});

const TextTransformations = [{ Priority: 0, Type: 'NONE' as const }];

const not = (Statement: WebAclStatement): WebAclStatement => ({ NotStatement: { Statement } });

const path = (SearchString: string, PositionalConstraint: 'STARTS_WITH' | 'CONTAINS'): WebAclStatement => ({
  ByteMatchStatement: { SearchString, FieldToMatch: { UriPath: {} }, TextTransformations, PositionalConstraint },
});
const pathBegins = (text: string): WebAclStatement => path(text, 'STARTS_WITH');
const pathContains = (text: string): WebAclStatement => path(text, 'CONTAINS');

const registers: WebAclStatement = { OrStatement: { Statements: REGISTRATIONS.map(pathBegins) } };

const fromCloudfront: WebAclStatement = {
  ByteMatchStatement: {
    SearchString: 'https',
    FieldToMatch: { SingleHeader: { Name: FROM_CLOUDFRONT.toLowerCase() } },
    TextTransformations,
    PositionalConstraint: 'EXACTLY',
  },
};
