import { makeNames } from '../aws/names.ts';
import { must } from '../engine/errors.ts';
import { GraphBuilder, type Graph } from '../engine/graph.ts';
import type { Kinds } from '../engine/kind.ts';
import type { Gateway } from '../spec/gateway.ts';
import { accessPoint } from './data/access-point.ts';
import { auroraCluster } from './data/aurora-cluster.ts';
import { auroraInstance } from './data/aurora-instance.ts';
import { clusterParameterGroup } from './data/cluster-parameter-group.ts';
import { clusterSnapshot } from './data/cluster-snapshot.ts';
import { declareData, type DataPart } from './data/data.ts';
import { dbProxy } from './data/db-proxy.ts';
import { dbProxyTarget } from './data/db-proxy-target.ts';
import { dbProxyTargetGroup } from './data/db-proxy-target-group.ts';
import { dbSubnetGroup } from './data/db-subnet-group.ts';
import { documentDbCluster } from './data/documentdb-cluster.ts';
import { documentDbInstance } from './data/documentdb-instance.ts';
import { fileSystem } from './data/file-system.ts';
import { mountTarget } from './data/mount-target.ts';
import { cluster } from './ecs/cluster.ts';
import { declareEcs, type EcsPart } from './ecs/ecs.ts';
import { image } from './ecs/image.ts';
import { lifecyclePolicy } from './ecs/lifecycle-policy.ts';
import { namespace } from './ecs/namespace.ts';
import { repository } from './ecs/repository.ts';
import { repositoryPolicy } from './ecs/repository-policy.ts';
import { scalableTarget } from './ecs/scalable-target.ts';
import { scalingPolicy } from './ecs/scaling-policy.ts';
import { service } from './ecs/service.ts';
import { taskDefinition } from './ecs/task-definition.ts';
import { certificate } from './ingress/certificate.ts';
import { delegation } from './ingress/delegation.ts';
import { bucket } from './ingress/bucket.ts';
import { distribution } from './ingress/distribution.ts';
import { dnsRecord } from './ingress/dns-record.ts';
import { hostedZone } from './ingress/hosted-zone.ts';
import { validationRecord } from './ingress/validation-record.ts';
import { declareIngress, type IngressPart } from './ingress/ingress.ts';
import { listener } from './ingress/listener.ts';
import { handover } from './ingress/handover.ts';
import { listenerRule } from './ingress/listener-rule.ts';
import { loadBalancer } from './ingress/load-balancer.ts';
import { probe } from './ingress/probe.ts';
import { targetGroup } from './ingress/target-group.ts';
import { vpcOrigin } from './ingress/vpc-origin.ts';
import { webAclAssociation } from './ingress/web-acl-association.ts';
import { webAclLogging } from './ingress/web-acl-logging.ts';
import { webAcl } from './ingress/web-acl.ts';
import type { Declaration } from './declaration.ts';
import { declareOutputs, type Output } from './outputs.ts';
import { switchOf, type Switch } from './ingress/switch-summary.ts';
import { declareHandover } from './ingress/switch.ts';
import { waysOf, type Ways } from './ingress/ways.ts';
import { declareKeycloak, toldFirst } from './keycloak/keycloak.ts';
import { realmClient } from './keycloak/realm-client.ts';
import { realm } from './keycloak/realm.ts';
import { keycloakServer } from './keycloak/server.ts';
import { kmsKey } from './identity/kms-key.ts';
import { declareIdentity } from './identity/identity.ts';
import { managedPolicy } from './identity/managed-policy.ts';
import { role } from './identity/role.ts';
import { secret } from './identity/secret.ts';
import { serviceLinkedRole } from './identity/service-linked-role.ts';
import { ssmParameter } from './identity/ssm-parameter.ts';
import { availabilityZone } from './network/availability-zone.ts';
import { defaultNetworkAcl } from './network/default-network-acl.ts';
import { defaultRouteTable } from './network/default-route-table.ts';
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
import { declareAlarms, declareObserving, type Watched } from './observability/observability.ts';
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
    defaultRouteTable,
    defaultNetworkAcl,
    securityGroup,
    securityGroupRule,
    prefixList,
    vpcEndpoint,
  ],
  identity: [serviceLinkedRole, role, managedPolicy, kmsKey, secret, ssmParameter],
  data: [
    fileSystem,
    mountTarget,
    accessPoint,
    dbSubnetGroup,
    clusterParameterGroup,
    auroraCluster,
    auroraInstance,
    dbProxy,
    dbProxyTargetGroup,
    dbProxyTarget,
    documentDbCluster,
    documentDbInstance,
    clusterSnapshot,
  ],
  ingress: [
    bucket,
    hostedZone,
    delegation,
    certificate,
    validationRecord,
    dnsRecord,
    loadBalancer,
    targetGroup,
    listener,
    listenerRule,
    vpcOrigin,
    distribution,
    webAcl,
    webAclLogging,
    webAclAssociation,
    probe,
    handover,
  ],
  ecs: [
    repository,
    repositoryPolicy,
    lifecyclePolicy,
    image,
    namespace,
    cluster,
    taskDefinition,
    service,
    scalableTarget,
    scalingPolicy,
  ],
  keycloak: [keycloakServer, realm, realmClient],
  observability: [logGroup, workspace, topic, subscription, metricAlarm],
};

/** What should be: the graph, and what people and scripts want to know of it. */
export interface Wish {
  readonly graph: Graph;
  readonly outputs: Readonly<Record<string, Output>>;
  /** While another way in stands. */
  readonly change?: Switch | undefined;
}

export interface Declared extends Wish {
  readonly ways: Ways;
}

/**
 * Everything that a manifest asks for, while these ways in stand.
 *
 * @param supplied version ids of supplied secret values, by node name, as far as they are known
 */
export function declare(
  gateway: Gateway,
  supplied: ReadonlyMap<string, string>,
  ways: Ways = waysOf(gateway, []),
): Declared {
  const names = makeNames(gateway.name, gateway.region);
  const tags = { stack: names.prefix, component: 'mcp-gateway-registry', ...gateway.tags };
  const graph = new GraphBuilder(`${gateway.region}/${gateway.name}`, tags);
  const declaration: Declaration = { graph, gateway, names, ways };

  const network = declareNetwork(declaration);
  const identity = declareIdentity(declaration, supplied);
  const observability = declareObserving(declaration);
  const data = declareData(declaration, network, identity);
  const ingress = declareIngress(declaration, network, [identity.serviceLinkedRoles.elasticloadbalancing]);
  const keycloak = { told: toldFirst(declaration) };
  const ecs = declareEcs(declaration, { network, identity, data, observability, ingress, keycloak });
  declareKeycloak(declaration, identity, ingress, [must(ecs.services.keycloak, 'service keycloak')]);
  const change = switchOf(ingress.standing, ingress.addresses);
  declareHandover(declaration, ingress, Object.values(ecs.services));
  const alarms = declareAlarms(declaration, watched(ecs, ingress, data));
  const parts = { network, identity, data, ingress, ecs, observability, alarms };
  return { graph: graph.build(), outputs: declareOutputs(declaration, parts), ways, change };
}

function watched(ecs: EcsPart, { registryLoadBalancer, targetGroups }: IngressPart, data: DataPart): Watched {
  const serviceName = (name: 'registry' | 'auth') => must(ecs.services[name], `service ${name}`).ref('serviceName');
  return {
    clusterName: ecs.clusters.main.ref('clusterName'),
    services: { registry: serviceName('registry'), auth: serviceName('auth') },
    loadBalancer: registryLoadBalancer.ref('fullName'),
    targetGroups: {
      registry: targetGroups.registry.ref('fullName'),
      auth: targetGroups.auth.ref('fullName'),
      gradio: targetGroups.gradio.ref('fullName'),
    },
    databases: {
      keycloak: data.aurora.cluster.ref('dbClusterIdentifier'),
      registry: data.documentdb.cluster.ref('dbClusterIdentifier'),
      proxy: data.aurora.proxy?.ref('dbProxyName'),
    },
  };
}
