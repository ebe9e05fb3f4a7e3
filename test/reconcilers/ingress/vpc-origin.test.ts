import { vpcOrigin } from '../../../src/reconcilers/ingress/vpc-origin.ts';
import { testKind } from '../../kind-contract.ts';
import { addInternal } from './load-balancers.ts';

testKind(vpcOrigin, {
  needs: (graph, name) => ({ loadBalancerArn: addInternal(graph, name).ref('loadBalancerArn', { when: 'ready' }) }),
  props: (name) => ({
    name: `${name}-origin`,
    protocolPolicy: 'http-only',
    httpPort: 80,
    httpsPort: 443,
    sslProtocols: ['TLSv1.2'] as const,
  }),
  replacements: [{ httpPort: 8080 }, { protocolPolicy: 'https-only' }],
  observeBudget: 3,
});
