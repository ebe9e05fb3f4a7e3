import { format, type Input } from '../engine/ref.ts';
import type { DataPart } from './data/data.ts';
import type { Declaration } from './declaration.ts';
import type { EcsPart } from './ecs/ecs.ts';
import type { Identity } from './identity/identity.ts';
import type { IngressPart } from './ingress/ingress.ts';
import type { Front } from './ingress/modes/mode.ts';
import { modes } from './ingress/modes/modes.ts';
import type { NetworkPart } from './network/network.ts';
import type { Alarming, Observing } from './observability/observability.ts';

/** One thing that people and scripts ask for; its value may not be known yet. */
export interface Output {
  readonly value: unknown;
  readonly sensitive: boolean;
}

interface Parts {
  readonly network: NetworkPart;
  readonly identity: Identity;
  readonly data: DataPart;
  readonly ingress: IngressPart;
  readonly ecs: EcsPart;
  readonly observability: Observing;
  readonly alarms: Alarming;
}

/** The outputs of the Terraform deployment by their names there, so that scripts go on working. */
export function declareOutputs({ gateway, names }: Declaration, parts: Parts): Readonly<Record<string, Output>> {
  const { network, identity, data, ingress, ecs, observability, alarms } = parts;
  const { main } = ecs.clusters;
  const { enabled } = gateway.observability;
  const autoscaling = Object.values(gateway.services).some((service) => service.autoscaling.enabled);
  const { addresses, standing, doors } = ingress;
  const { registryUrl, keycloakUrl } = addresses;
  const { variant, domain } = standing.wanted;
  const mode = modes[variant];
  const distributions = mode.distributions ? doors.distributions : undefined;
  const cloudfrontUrl = (front: Front): Input<string> | null =>
    distributions === undefined ? null : format`https://${distributions[front].ref('domainName')}`;
  const certificate = doors.certificates.regional.registry ?? doors.certificates.global.registry;
  const open = {
    vpc_id: network.vpcId,
    vpc_cidr: network.cidr,
    private_subnet_ids: network.privateSubnetIds,
    public_subnet_ids: network.publicSubnetIds,
    ecs_cluster_name: main.ref('clusterName'),
    ecs_cluster_arn: main.ref('clusterArn'),
    mcp_gateway_url: registryUrl,
    mcp_gateway_auth_url: registryUrl,
    mcp_gateway_alb_dns: ingress.registryLoadBalancer.ref('dnsName'),
    mcp_gateway_https_enabled: mode.https.includes('registry'),
    mcp_gateway_autoscaling_enabled: autoscaling,
    mcp_gateway_monitoring_enabled: gateway.observability.alarms.enabled,
    mcp_gateway_efs_id: data.files.fileSystem.ref('fileSystemId'),
    mcp_gateway_efs_arn: data.files.fileSystem.ref('fileSystemArn'),
    mcp_gateway_efs_access_points: Object.fromEntries(
      Object.entries(data.files.accessPoints).map(([name, handle]) => [snake(name), handle.ref('accessPointId')]),
    ),
    monitoring_sns_topic: alarms.topic?.ref('topicArn') ?? null,
    deployment_summary: {
      mcp_gateway_deployed: true,
      https_enabled: mode.protocol === 'https',
      monitoring_enabled: gateway.observability.alarms.enabled,
      multi_az_nat: gateway.network.natGateways === 'per-zone',
      autoscaling_enabled: autoscaling,
      deployment_mode: mode.deploymentMode,
    },
    keycloak_url: keycloakUrl,
    keycloak_admin_console: format`${keycloakUrl}/admin`,
    keycloak_alb_dns: ingress.keycloakLoadBalancer.ref('dnsName'),
    keycloak_ecr_repository: ecs.repository.ref('repositoryUri'),
    registry_url: registryUrl,
    registry_certificate_arn: certificate?.ref('certificateArn') ?? null,
    registry_dns_record:
      domain === undefined
        ? null
        : { name: domain.registry, type: 'A', zone_id: doors.certificates.zoneOf(domain.registry).ref('hostedZoneId') },
    cloudfront_mcp_gateway_url: cloudfrontUrl('registry'),
    cloudfront_keycloak_url: cloudfrontUrl('keycloak'),
    deployment_mode: mode.deploymentMode,
    observability_enabled: enabled,
    amp_workspace_id: observability.workspace?.ref('workspaceId') ?? null,
    amp_endpoint: observability.workspace?.ref('endpoint') ?? null,
    grafana_url: enabled ? format`${registryUrl}/grafana/` : null,
    documentdb_cluster_endpoint: data.documentdb.endpoint,
    documentdb_cluster_arn: data.documentdb.cluster.ref('dbClusterArn'),
    documentdb_reader_endpoint: data.documentdb.readerEndpoint,
    documentdb_security_group_id: network.groups.documentdb.ref('groupId'),
    documentdb_kms_key_id: identity.keys.documentdb.ref('keyId'),
    documentdb_kms_key_arn: identity.keys.documentdb.ref('keyArn'),
    codebuild_project_upstream: null,
    codebuild_s3_bucket: null,
    ecr_repository_urls: { [names.keycloakRepository]: format`${ecs.repository.ref('repositoryUri')}:latest` },
  };
  const hidden = { documentdb_secrets_manager_secret_arn: identity.secrets.documentdb.ref('arn') };
  const entries = (values: object, sensitive: boolean) =>
    Object.entries(values).map(([name, value]) => [name, { value, sensitive }] as const);
  return Object.fromEntries([...entries(open, false), ...entries(hidden, true)]);
}

const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
