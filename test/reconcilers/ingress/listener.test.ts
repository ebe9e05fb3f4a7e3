import { listener } from '../../../src/reconcilers/ingress/listener.ts';
import { testKind } from '../../kind-contract.ts';
import { addEnds } from './load-balancers.ts';

const forwardTo = (name: string) => ({
  type: 'forward' as const,
  targetGroupArn: { $ref: `TargetGroup/${name}`, output: 'targetGroupArn' },
});

testKind(listener, {
  needs: (graph, name) => ({
    loadBalancerArn: addEnds(graph, name).balancer.ref('loadBalancerArn'),
    action: forwardTo('web'),
  }),
  props: (name) => ({ port: name === 'stranger' ? 8080 : 80, protocol: 'HTTP' }),
  updates: [
    { action: { type: 'redirect', protocol: 'HTTPS', port: '443' } },
    { action: forwardTo('other') },
    { port: 81 },
  ],
  observeBudget: 2,
  outside: {
    'a fixed answer in place of the targets': async (aws, live) => {
      const elb = await aws.elbv2();
      await elb.send(
        new elb.ModifyListenerCommand({
          ListenerArn: String(live.outputs['listenerArn']),
          DefaultActions: [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '503' } }],
        }),
      );
    },
  },
});
