import { wafRules } from '../../../src/reconcilers/ingress/waf-rules.ts';
import { webAcl } from '../../../src/reconcilers/ingress/web-acl.ts';
import { testKind } from '../../kind-contract.ts';

const limits = { requestsPerAddress: 100, requests: 2000 };

testKind(webAcl, {
  props: (name) => ({ name: `${name}-waf`, metricName: `${name}-waf`, rules: wafRules(limits, false) }),
  updates: [
    { rules: wafRules({ ...limits, requests: 5000 }, false) },
    { rules: wafRules(limits, true) },
    { metricName: 'another' },
  ],
  observeBudget: 3,
  // Asked when it would not go: see the test of what stands before a load balancer.
  outside: {
    'a rule that only counts': async (aws, live) => {
      const waf = await aws.wafv2();
      const place = {
        Scope: 'REGIONAL' as const,
        Name: String(live.props['name']),
        Id: String(live.outputs['webAclId']),
      };
      const { WebACL, LockToken } = await waf.send(new waf.GetWebACLCommand(place));
      const Rules = WebACL?.Rules?.map((rule) => ({ ...rule, ...(rule.Action && { Action: { Count: {} } }) }));
      await waf.send(
        new waf.UpdateWebACLCommand({
          ...place,
          LockToken,
          DefaultAction: WebACL?.DefaultAction,
          VisibilityConfig: WebACL?.VisibilityConfig,
          Rules,
        }),
      );
    },
    'a door for everybody shut': async (aws, live) => {
      const waf = await aws.wafv2();
      const place = {
        Scope: 'REGIONAL' as const,
        Name: String(live.props['name']),
        Id: String(live.outputs['webAclId']),
      };
      const { WebACL, LockToken } = await waf.send(new waf.GetWebACLCommand(place));
      await waf.send(
        new waf.UpdateWebACLCommand({
          ...place,
          LockToken,
          DefaultAction: { Block: {} },
          VisibilityConfig: WebACL?.VisibilityConfig,
          Rules: WebACL?.Rules,
        }),
      );
    },
  },
});
