import { listenerRule } from '../../../src/reconcilers/ingress/listener-rule.ts';
import { listener } from '../../../src/reconcilers/ingress/listener.ts';
import { testKind } from '../../kind-contract.ts';
import { addEnds } from './load-balancers.ts';

const forwardTo = (name: string) => ({
  type: 'forward' as const,
  targetGroupArn: { $ref: `TargetGroup/${name}`, output: 'targetGroupArn' },
});

testKind(listenerRule, {
  needs: (graph, name) => {
    const loadBalancerArn = addEnds(graph, name).balancer.ref('loadBalancerArn');
    const add = (port: number) =>
      graph.add(listener, `main-${port}`, { loadBalancerArn, port, protocol: 'HTTP', action: forwardTo('web') });
    add(8888);
    return { listenerArn: add(80).ref('listenerArn'), action: forwardTo('other') };
  },
  props: (name) => ({ priority: name === 'stranger' ? 7 : 15, paths: ['/grafana', '/grafana/*'], header: null }),
  updates: [
    { paths: ['/metrics'] },
    { header: { name: 'X-Cloudfront-Forwarded-Proto', values: ['https'] } },
    { paths: null },
    { paths: ['/grafana'], header: null },
    { priority: 20 },
    { action: forwardTo('web') },
  ],
  replacements: [{ listenerArn: { $ref: 'Listener/main-8888', output: 'listenerArn' } }],
  observeBudget: 3,
});
