import type { Gateway } from '../../../spec/gateway.ts';
import type { Variant, Ways } from '../ways.ts';
import { cloudfront } from './cloudfront.ts';
import { dual, viaCloudfront } from './cloudfront-custom-domain.ts';
import { customDomain } from './custom-domain.ts';
import { development } from './development.ts';
import type { Mode } from './mode.ts';

export const modes: Readonly<Record<Variant, Mode>> = {
  development,
  'custom-domain': customDomain,
  cloudfront,
  'via-cloudfront': viaCloudfront,
  dual,
};

/** From where the load balancers are reached in all ways that stand. */
export function reachedBy({ wanted, old }: Ways, { ingress }: Gateway): { cloudfront: boolean; plain: boolean } {
  const all = [wanted, ...old].map(({ variant }) => modes[variant]);
  return {
    // Whoever names the list wants it used, with a CloudFront of their own.
    cloudfront: ingress.prefixListName !== undefined || all.some((mode) => mode.distributions),
    plain: all.some((mode) => mode.protocol === 'http'),
  };
}
