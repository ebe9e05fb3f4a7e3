import type { Declaration } from '../declaration.ts';
import { logGroup } from '../observability/log-group.ts';
import type { LoadBalancers } from './load-balancers.ts';
import { fronts } from './modes/mode.ts';
import { modes } from './modes/modes.ts';
import { wafRules } from './waf-rules.ts';
import { webAclAssociation } from './web-acl-association.ts';
import { webAclLogging } from './web-acl-logging.ts';
import { webAcl } from './web-acl.ts';

/** A firewall of its own before each load balancer, with its log, where the manifest asks for it. */
export function declareWaf({ graph, gateway, names, ways }: Declaration, loadBalancers: LoadBalancers): void {
  const { waf } = gateway.ingress;
  if (!waf.enabled) return;
  const throughCloudfront = [ways.wanted, ...ways.old].some(({ variant }) => modes[variant].distributions);
  for (const front of fronts) {
    const name = names.webAcl[front];
    const rules = wafRules(waf, throughCloudfront);
    const acl = graph.add(webAcl, front, { name, metricName: name, rules }, { title: name });
    const logGroupName = names.webAclLogGroup[front];
    const log = graph.add(
      logGroup,
      `waf-${front}`,
      { logGroupName, retentionInDays: waf.logRetentionDays },
      { title: logGroupName },
    );
    graph.add(webAclLogging, front, {
      webAclArn: acl.ref('webAclArn'),
      logGroupArn: log.ref('arn'),
      // Tokens of people and agents.
      redactedHeaders: ['authorization'],
    });
    graph.add(webAclAssociation, front, {
      loadBalancerArn: loadBalancers[front].ref('loadBalancerArn', { when: 'ready' }),
      webAclArn: acl.ref('webAclArn'),
    });
  }
}
