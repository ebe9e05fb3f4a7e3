import type { Handle } from '../../engine/graph.ts';
import type { NodeId } from '../../engine/ref.ts';
import type { Identity } from '../identity/identity.ts';
import type { NetworkPart } from '../network/network.ts';
import type { SecurityGroupOutputs } from '../network/security-group.ts';

export type Nodes = readonly { readonly id: NodeId }[];

/** What databases and files need of the other domains. */
export interface Surroundings {
  readonly network: Pick<NetworkPart, 'vpcId' | 'privateSubnetIds'> & {
    readonly groups: Readonly<Record<'keycloakDb' | 'documentdb' | 'efs', Handle<SecurityGroupOutputs>>>;
  };
  readonly identity: Pick<Identity, 'keys'> & {
    readonly secrets: Pick<Identity['secrets'], 'keycloakAdmin' | 'keycloakDatabase' | 'documentdb'>;
    readonly serviceLinkedRoles: Pick<Identity['serviceLinkedRoles'], 'rds' | 'elasticfilesystem'>;
  };
}
