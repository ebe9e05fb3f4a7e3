import { loadBalancer } from '../../../src/reconcilers/ingress/load-balancer.ts';
import { testKind } from '../../kind-contract.ts';
import { addLogBucket, addSurroundings, loadBalancerProps } from './load-balancers.ts';

testKind(loadBalancer, {
  after: ['InternetGateway/main'],
  needs: (graph, name) => {
    addLogBucket(graph, name);
    return addSurroundings(graph);
  },
  props: loadBalancerProps,
  updates: [
    { idleTimeout: 90, dropInvalidHeaderFields: false },
    { forwardedFor: 'remove' },
    { subnetIds: ['private-b', 'private-c'].map((name) => ({ $ref: `Subnet/${name}`, output: 'subnetId' })) },
    { securityGroupIds: [{ $ref: 'SecurityGroup/entry', output: 'groupId' }] },
    { deletionProtection: true },
    { accessLogs: { bucketName: { $ref: 'Bucket/logs', output: 'bucketName' }, prefix: 'main' } },
    { accessLogs: null },
  ],
  replacements: [{ scheme: 'internal' }],
  observeBudget: 3,
  outside: {
    'an idle timeout of somebody else': async (aws, live) => {
      const elb = await aws.elbv2();
      await elb.send(
        new elb.ModifyLoadBalancerAttributesCommand({
          LoadBalancerArn: String(live.outputs['loadBalancerArn']),
          Attributes: [{ Key: 'idle_timeout.timeout_seconds', Value: '4000' }],
        }),
      );
    },
  },
});
