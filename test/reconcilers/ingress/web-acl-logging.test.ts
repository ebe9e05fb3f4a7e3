import { webAclLogging } from '../../../src/reconcilers/ingress/web-acl-logging.ts';
import { webAcl } from '../../../src/reconcilers/ingress/web-acl.ts';
import { logGroup } from '../../../src/reconcilers/observability/log-group.ts';
import { testKind } from '../../kind-contract.ts';

testKind(webAclLogging, {
  needs: (graph, name) => {
    const logGroupName = `aws-waf-logs-${name}-contract`;
    return {
      webAclArn: graph
        .add(webAcl, 'main', { name: `${name}-main-waf`, metricName: 'main', rules: [] })
        .ref('webAclArn'),
      logGroupArn: graph.add(logGroup, 'waf', { logGroupName, retentionInDays: 30 }).ref('arn'),
    };
  },
  props: { redactedHeaders: ['authorization'] },
  updates: [{ redactedHeaders: ['authorization', 'cookie'] }],
  observeBudget: 1,
});
