import { webAclAssociation } from '../../../src/reconcilers/ingress/web-acl-association.ts';
import { webAcl } from '../../../src/reconcilers/ingress/web-acl.ts';
import { testKind } from '../../kind-contract.ts';
import { addInternal } from './load-balancers.ts';

testKind(webAclAssociation, {
  needs: (graph, name) => {
    const add = (acl: string) =>
      graph.add(webAcl, acl, { name: `${name}-${acl}-waf`, metricName: acl, rules: [] }).ref('webAclArn');
    const loadBalancerArn = addInternal(graph, name).ref('loadBalancerArn', { when: 'ready' });
    add('second');
    return { loadBalancerArn, webAclArn: add('first') };
  },
  props: {},
  updates: [{ webAclArn: { $ref: 'WebAcl/second', output: 'webAclArn' } }],
  // One for each firewall.
  observeBudget: 2,
});
