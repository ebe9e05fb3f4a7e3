import { clusterSnapshot } from '../../../src/reconcilers/data/cluster-snapshot.ts';
import { declareData, type DataPart } from '../../../src/reconcilers/data/data.ts';
import { declareIdentity } from '../../../src/reconcilers/identity/identity.ts';
import { declareNetwork } from '../../../src/reconcilers/network/network.ts';
import { must } from '../../../src/engine/errors.ts';
import { declarationFor } from '../../declaration.ts';
import type { Declared, SandboxGateway } from '../../sandbox-gateway.ts';
import { gatewayOf, withMore } from '../../spec/given.ts';

/** Databases and files of a manifest, with the network and the secrets that they stand on. */
export function declareWhole(
  own: SandboxGateway,
  spec: Readonly<Record<string, unknown>> = {},
): Declared & { readonly data: DataPart } {
  const manifest = withMore({ metadata: { name: own.name }, spec });
  const gateway = gatewayOf(manifest);
  let data: DataPart | undefined;
  const declared = own.declare(
    (graph) => {
      const declaration = declarationFor(graph, gateway);
      const network = declareNetwork(declaration);
      data = declareData(declaration, network, declareIdentity(declaration, new Map()));
    },
    [clusterSnapshot],
  );
  return { ...declared, data: must(data, 'data') };
}
