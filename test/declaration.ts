import { makeNames } from '../src/aws/names.ts';
import type { GraphBuilder } from '../src/engine/graph.ts';
import type { Declaration } from '../src/reconcilers/declaration.ts';
import { waysOf } from '../src/reconcilers/ingress/ways.ts';
import { complete } from '../src/spec/defaults.ts';
import type { Gateway } from '../src/spec/gateway.ts';
import type { GatewayManifest } from '../src/spec/generated/gateway-manifest.ts';

type Spec = GatewayManifest['spec'];

/** What a domain's declaration is given for a gateway with these settings; all else is as by default. */
export function declarationOf(graph: GraphBuilder, spec: Partial<Spec> = {}): Declaration {
  const [region = '', name = ''] = graph.owner.split('/');
  const manifest = {
    apiVersion: 'mcpgw.io/v1alpha1',
    kind: 'Gateway',
    metadata: { name },
    spec: {
      accountId: '123456789012',
      region: region as Spec['region'],
      ingress: { mode: 'cloudfront' },
      images: { base: `123456789012.dkr.ecr.${region}.amazonaws.com`, tag: 'latest' },
      ...spec,
    },
  } satisfies GatewayManifest;
  return declarationFor(graph, complete(manifest));
}

/** What a domain's declaration is given for a whole gateway. */
export const declarationFor = (graph: GraphBuilder, gateway: Gateway): Declaration => ({
  graph,
  gateway,
  names: makeNames(gateway.name, gateway.region),
  ways: waysOf(gateway, []),
});
