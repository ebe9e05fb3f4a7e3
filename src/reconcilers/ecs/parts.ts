import type { Handle } from '../../engine/graph.ts';
import type { Input, NodeId } from '../../engine/ref.ts';
import type { FolderName, LogName, ParameterName, SecretName, TargetName } from '../../spec/releases/release.ts';
import type { Addresses } from '../ingress/addresses.ts';
import type { NetworkPart } from '../network/network.ts';

type Nodes = readonly { readonly id: NodeId }[];

/** What the containers need of the other domains. What a manifest does not ask for is not there. */
export interface Parts {
  readonly network: Pick<NetworkPart, 'vpcId' | 'privateSubnetIds' | 'groups' | 'internetReady'>;
  readonly identity: {
    readonly secrets: Readonly<Partial<Record<SecretName, SecretHandle>>> & { readonly keycloakDatabase: SecretHandle };
    readonly serviceLinkedRoles: {
      readonly ecs: { readonly id: NodeId };
      readonly autoscaling: { readonly id: NodeId };
    };
  };
  readonly data: {
    readonly aurora: { readonly endpoint: Input<string>; readonly ready: Nodes };
    readonly documentdb: { readonly endpoint: Input<string>; readonly ready: Nodes };
    readonly files: {
      readonly fileSystemId: Input<string>;
      readonly accessPoints: Readonly<Record<FolderName, Handle<{ readonly accessPointId: string }>>>;
      readonly ready: Nodes;
    };
    readonly parameters: Readonly<Record<ParameterName, Handle<{ readonly parameterArn: string }>>>;
  };
  readonly observability: {
    readonly logGroups: Readonly<Partial<Record<LogName | 'exec', Handle<{ readonly logGroupName: string }>>>>;
    readonly workspace?: Handle<{ readonly arn: string; readonly endpoint: string }>;
  };
  readonly ingress: {
    readonly targetGroups: Readonly<Partial<Record<TargetName, Handle<{ readonly targetGroupArn: string }>>>>;
    /** ECS takes no target group that no listener uses. */
    readonly listenersReady: Readonly<Partial<Record<TargetName, Nodes>>>;
    readonly addresses: Omit<Addresses, 'hostsOf' | 'doorsOf' | 'urlOf' | 'registryOrigins'>;
    /** What stands before a service is told the addresses: all of it, or what of it can come. */
    readonly told: { readonly after: Nodes; readonly behind: Nodes };
  };
  /** What knows the addresses before anybody but Keycloak itself is told of them. */
  readonly keycloak: { readonly told: Nodes };
}

type SecretHandle = Handle<{ readonly arn: string; readonly versionId: string }>;
