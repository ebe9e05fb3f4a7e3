import { makeNames } from '../aws/names.ts';
import { GraphBuilder, type Graph } from '../engine/graph.ts';
import type { Kinds } from '../engine/kind.ts';
import type { Gateway } from '../spec/gateway.ts';
import type { Declaration } from './declaration.ts';
import { kmsKey } from './identity/kms-key.ts';
import { declareIdentity } from './identity/identity.ts';
import { managedPolicy } from './identity/managed-policy.ts';
import { role } from './identity/role.ts';
import { secret } from './identity/secret.ts';
import { serviceLinkedRole } from './identity/service-linked-role.ts';
import { ssmParameter } from './identity/ssm-parameter.ts';
import { availabilityZone } from './network/availability-zone.ts';
import { defaultSecurityGroup } from './network/default-security-group.ts';
import { elasticIp } from './network/elastic-ip.ts';
import { existingVpc } from './network/existing-vpc.ts';
import { internetGateway } from './network/internet-gateway.ts';
import { natGateway } from './network/nat-gateway.ts';
import { declareNetwork } from './network/network.ts';
import { prefixList } from './network/prefix-list.ts';
import { routeTableAssociation } from './network/route-table-association.ts';
import { routeTable } from './network/route-table.ts';
import { securityGroupRule } from './network/security-group-rule.ts';
import { securityGroup } from './network/security-group.ts';
import { subnet } from './network/subnet.ts';
import { vpcEndpoint } from './network/vpc-endpoint.ts';
import { vpc } from './network/vpc.ts';
import { logGroup } from './observability/log-group.ts';
import { metricAlarm } from './observability/metric-alarm.ts';
import { declareObserving } from './observability/observability.ts';
import { subscription } from './observability/subscription.ts';
import { topic } from './observability/topic.ts';
import { workspace } from './observability/workspace.ts';

/** Every kind, by the domain that people see it in. */
export const kinds: Kinds = {
  network: [
    availabilityZone,
    existingVpc,
    vpc,
    subnet,
    internetGateway,
    elasticIp,
    natGateway,
    routeTable,
    routeTableAssociation,
    defaultSecurityGroup,
    securityGroup,
    securityGroupRule,
    prefixList,
    vpcEndpoint,
  ],
  identity: [serviceLinkedRole, role, managedPolicy, kmsKey, secret, ssmParameter],
  observability: [logGroup, workspace, topic, subscription, metricAlarm],
};

export interface Declared {
  readonly graph: Graph;
  readonly outputs: Readonly<Record<string, { readonly value: unknown; readonly sensitive: boolean }>>;
}

export function declare(gateway: Gateway, supplied: ReadonlyMap<string, string>, partition: string): Declared {
  const names = makeNames(gateway.name, gateway.region);
  const graph = new GraphBuilder(`${gateway.region}/${gateway.name}`, { stack: names.prefix, component: 'mcp-gateway-registry', ...gateway.tags });
  const declaration: Declaration = { graph, gateway, names };
  declareNetwork(declaration);
  declareIdentity(declaration, supplied);
  declareObserving(declaration);
  void partition;
  return { graph: graph.build(), outputs: {} };
}
