import type { Handle } from '../../engine/graph.ts';
import type { Input } from '../../engine/ref.ts';
import type { Declaration } from '../declaration.ts';
import type { LogTargets } from './access-logs.ts';
import type { Certificates } from './certificates.ts';
import type { DistributionBehavior } from './distribution-form.ts';
import { distribution, type DistributionOutputs } from './distribution.ts';
import type { LoadBalancers } from './load-balancers.ts';
import type { Front } from './modes/mode.ts';
import { modes } from './modes/modes.ts';
import { declareOrigin } from './origins.ts';
import type { Standing } from './standing.ts';

export type Distributions = Readonly<Record<Front, Handle<DistributionOutputs>>>;

// Policies of AWS's own: they have the same ids in every account.
const CACHING_DISABLED = '4135ea2d-6df8-44a3-9df3-4b5a84be39ad';
// The host that the viewer asked for goes along: sign-in builds its way back from it.
const ALL_VIEWER = '216adef6-5c7f-47e4-b989-5492eafa07d3';

const SECURITY_POLICIES = { 'TLSv1.2': 'TLSv1.2_2021', 'TLSv1.3': 'TLSv1.3_2025' } as const;

const behavior: DistributionBehavior = {
  viewerProtocolPolicy: 'redirect-to-https',
  allowedMethods: ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'],
  cachedMethods: ['GET', 'HEAD'],
  compress: true,
  cachePolicyId: CACHING_DISABLED,
  originRequestPolicyId: ALL_VIEWER,
};

interface Behind {
  readonly loadBalancers: LoadBalancers;
  readonly certificates: Certificates;
  readonly logs: LogTargets;
}

/** One distribution before each load balancer, with the names that lead to it. Undefined where no way needs them. */
export function declareDistributions(
  declaration: Declaration,
  { all, first }: Standing,
  { loadBalancers, certificates, logs }: Behind,
): Distributions | undefined {
  if (!all.some(({ variant }) => modes[variant].distributions)) return undefined;
  const named = all.filter(({ variant }) => modes[variant].names === 'distributions');
  const { graph, gateway, names } = declaration;
  const { priceClass, minimumTls, geoRestriction } = gateway.ingress;
  const distribute = (front: Front): Handle<DistributionOutputs> => {
    const { comment, title } = names.distribution[front];
    const certificateArn: Input<string> | undefined = certificates.global[front]?.ref('certificateArn', {
      when: 'ready',
    });
    return graph.add(
      distribution,
      front,
      {
        comment,
        enabled: true,
        priceClass,
        origin: declareOrigin(declaration, front, loadBalancers[front]),
        behavior,
        aliases: [...new Set(named.flatMap(({ domain }) => domain?.[front] ?? []))],
        ...(certificateArn !== undefined && { certificateArn, minimumTls: SECURITY_POLICIES[minimumTls] }),
        geoRestriction: geoRestriction ?? null,
        logging: logs.distribution(front),
      },
      { title, after: first },
    );
  };
  return { registry: distribute('registry'), keycloak: distribute('keycloak') };
}
