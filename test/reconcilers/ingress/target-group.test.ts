import { targetGroup } from '../../../src/reconcilers/ingress/target-group.ts';
import { testKind } from '../../kind-contract.ts';
import { addVpc } from '../network/networks.ts';
import { targetGroupProps } from './load-balancers.ts';

const { healthCheck } = targetGroupProps('any');

testKind(targetGroup, {
  needs: (graph) => ({ vpcId: addVpc(graph).ref('vpcId') }),
  props: targetGroupProps,
  updates: [
    { healthCheck: { ...healthCheck, path: '/', port: 'traffic-port', matcher: '200-399', unhealthyThreshold: 3 } },
    { deregistrationDelay: 30 },
    { stickiness: 86_400 },
    { stickiness: 0 },
  ],
  replacements: [{ port: 8080 }],
  observeBudget: 3,
  outside: {
    'stickiness that somebody switched on': async (aws, live) => {
      const elb = await aws.elbv2();
      await elb.send(
        new elb.ModifyTargetGroupAttributesCommand({
          TargetGroupArn: String(live.outputs['targetGroupArn']),
          Attributes: [{ Key: 'stickiness.enabled', Value: 'true' }],
        }),
      );
    },
  },
});
