import {
  ApplicationAutoScalingClient,
  DescribeScalableTargetsCommand,
  DescribeScalingPoliciesCommand,
} from '@aws-sdk/client-application-auto-scaling';
import {
  CloudFrontClient,
  GetDistributionCommand,
  ListTagsForResourceCommand as ListDistributionTags,
} from '@aws-sdk/client-cloudfront';
import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  ListTagsForResourceCommand as ListAlarmTags,
} from '@aws-sdk/client-cloudwatch';
import {
  CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  ListTagsForResourceCommand as ListLogGroupTags,
} from '@aws-sdk/client-cloudwatch-logs';
import {
  DescribeAddressesCommand,
  DescribeInternetGatewaysCommand,
  DescribeNatGatewaysCommand,
  DescribeNetworkAclsCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupRulesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcAttributeCommand,
  DescribeVpcEndpointsCommand,
  DescribeVpcsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import {
  DescribeRepositoriesCommand,
  ECRClient,
  GetLifecyclePolicyCommand,
  GetRepositoryPolicyCommand,
} from '@aws-sdk/client-ecr';
import {
  DescribeClustersCommand,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  ECSClient,
} from '@aws-sdk/client-ecs';
import {
  DescribeAccessPointsCommand,
  DescribeBackupPolicyCommand,
  DescribeFileSystemPolicyCommand,
  DescribeFileSystemsCommand,
  DescribeMountTargetSecurityGroupsCommand,
  DescribeMountTargetsCommand,
  EFSClient,
} from '@aws-sdk/client-efs';
import {
  DescribeListenersCommand,
  DescribeLoadBalancerAttributesCommand,
  DescribeLoadBalancersCommand,
  DescribeRulesCommand,
  DescribeTagsCommand,
  DescribeTargetGroupAttributesCommand,
  DescribeTargetGroupsCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  IAMClient,
  ListAttachedRolePoliciesCommand,
} from '@aws-sdk/client-iam';
import {
  DescribeKeyCommand,
  GetKeyRotationStatusCommand,
  KMSClient,
  ListAliasesCommand,
  ListResourceTagsCommand,
} from '@aws-sdk/client-kms';
import {
  DescribeDBClusterParameterGroupsCommand,
  DescribeDBClusterParametersCommand,
  DescribeDBClustersCommand,
  DescribeDBInstancesCommand,
  DescribeDBProxiesCommand,
  DescribeDBProxyTargetGroupsCommand,
  DescribeDBProxyTargetsCommand,
  DescribeDBSubnetGroupsCommand,
  ListTagsForResourceCommand as ListDatabaseTags,
  RDSClient,
} from '@aws-sdk/client-rds';
import { DescribeSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import {
  GetNamespaceCommand,
  ListTagsForResourceCommand as ListNamespaceTags,
  ServiceDiscoveryClient,
} from '@aws-sdk/client-servicediscovery';
import { GetParameterCommand, ListTagsForResourceCommand as ListParameterTags, SSMClient } from '@aws-sdk/client-ssm';
import { must } from '../src/engine/errors.ts';
import type { Observed } from '../src/engine/kind.ts';

/** One call that is still to be made. */
export type Read = () => Promise<unknown>;

/** Reads one field of a live thing, an output before a prop. */
type Field = (name: string) => string;
type Reads = (field: Field, live: Observed) => readonly Read[];

/**
 * For each kind the calls that tell of one live thing by itself what a plan compares, tags and all. Lookups, which are
 * nobody's things, have none.
 */
export function singleReads(region: string): Readonly<Record<string, Reads>> {
  const scaling = new ApplicationAutoScalingClient({ region });
  const cloudfront = new CloudFrontClient({ region });
  const cloudwatch = new CloudWatchClient({ region });
  const logs = new CloudWatchLogsClient({ region });
  const ec2 = new EC2Client({ region });
  const ecr = new ECRClient({ region });
  const ecs = new ECSClient({ region });
  const efs = new EFSClient({ region });
  const elb = new ElasticLoadBalancingV2Client({ region });
  const iam = new IAMClient({ region });
  const kms = new KMSClient({ region });
  const namespaces = new ServiceDiscoveryClient({ region });
  const rds = new RDSClient({ region });
  const secrets = new SecretsManagerClient({ region });
  const ssm = new SSMClient({ region });

  const group: Reads = (of) => [() => ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: [of('groupId')] }))];
  const table: Reads = (of) => [
    () => ec2.send(new DescribeRouteTablesCommand({ RouteTableIds: [of('routeTableId')] })),
  ];
  const cluster: Reads = (of) => [
    () => rds.send(new DescribeDBClustersCommand({ DBClusterIdentifier: of('dbClusterIdentifier') })),
  ];
  const instance: Reads = (of) => [
    () => rds.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier: of('dbInstanceIdentifier') })),
  ];
  const databaseTags =
    (ResourceName: string): Read =>
    () =>
      rds.send(new ListDatabaseTags({ ResourceName }));
  const balancingTags =
    (arn: string): Read =>
    () =>
      elb.send(new DescribeTagsCommand({ ResourceArns: [arn] }));
  const attribute =
    (of: Field, Attribute: 'enableDnsSupport' | 'enableDnsHostnames'): Read =>
    () =>
      ec2.send(new DescribeVpcAttributeCommand({ VpcId: of('vpcId'), Attribute }));
  return {
    Vpc: (of) => [
      () => ec2.send(new DescribeVpcsCommand({ VpcIds: [of('vpcId')] })),
      attribute(of, 'enableDnsSupport'),
      attribute(of, 'enableDnsHostnames'),
    ],
    Subnet: (of) => [() => ec2.send(new DescribeSubnetsCommand({ SubnetIds: [of('subnetId')] }))],
    InternetGateway: (of) => [
      () => ec2.send(new DescribeInternetGatewaysCommand({ InternetGatewayIds: [of('internetGatewayId')] })),
    ],
    ElasticIp: (of) => [() => ec2.send(new DescribeAddressesCommand({ AllocationIds: [of('allocationId')] }))],
    NatGateway: (of) => [() => ec2.send(new DescribeNatGatewaysCommand({ NatGatewayIds: [of('natGatewayId')] }))],
    RouteTable: table,
    RouteTableAssociation: table,
    DefaultSecurityGroup: group,
    DefaultRouteTable: table,
    DefaultNetworkAcl: (of) => [
      () => ec2.send(new DescribeNetworkAclsCommand({ NetworkAclIds: [of('networkAclId')] })),
    ],
    SecurityGroup: group,
    SecurityGroupRule: (of) => [
      () => ec2.send(new DescribeSecurityGroupRulesCommand({ SecurityGroupRuleIds: [of('ruleId')] })),
    ],
    VpcEndpoint: (of) => [() => ec2.send(new DescribeVpcEndpointsCommand({ VpcEndpointIds: [of('endpointId')] }))],
    ServiceLinkedRole: (of) => [() => iam.send(new GetRoleCommand({ RoleName: of('roleArn').split('/').at(-1) }))],
    Role: (of, live) => [
      () => iam.send(new GetRoleCommand({ RoleName: of('roleName') })),
      () => iam.send(new ListAttachedRolePoliciesCommand({ RoleName: of('roleName') })),
      ...Object.keys(live.props['inlinePolicies'] ?? {}).map(
        (PolicyName) => () => iam.send(new GetRolePolicyCommand({ RoleName: of('roleName'), PolicyName })),
      ),
    ],
    ManagedPolicy: (of) => [
      () => iam.send(new GetPolicyCommand({ PolicyArn: of('policyArn') })),
      () => iam.send(new GetPolicyVersionCommand({ PolicyArn: of('policyArn'), VersionId: 'v1' })),
    ],
    KmsKey: (of) => [
      () => kms.send(new DescribeKeyCommand({ KeyId: of('keyId') })),
      () => kms.send(new GetKeyRotationStatusCommand({ KeyId: of('keyId') })),
      () => kms.send(new ListAliasesCommand({ KeyId: of('keyId') })),
      () => kms.send(new ListResourceTagsCommand({ KeyId: of('keyId') })),
    ],
    Secret: (of) => [() => secrets.send(new DescribeSecretCommand({ SecretId: of('arn') }))],
    SsmParameter: (of) => [
      () => ssm.send(new GetParameterCommand({ Name: of('parameterName') })),
      () => ssm.send(new ListParameterTags({ ResourceType: 'Parameter', ResourceId: of('parameterName') })),
    ],
    FileSystem: (of) => [
      () => efs.send(new DescribeFileSystemsCommand({ FileSystemId: of('fileSystemId') })),
      () => efs.send(new DescribeFileSystemPolicyCommand({ FileSystemId: of('fileSystemId') })),
      () => efs.send(new DescribeBackupPolicyCommand({ FileSystemId: of('fileSystemId') })),
    ],
    MountTarget: (of) => [
      () => efs.send(new DescribeMountTargetsCommand({ MountTargetId: of('mountTargetId') })),
      () => efs.send(new DescribeMountTargetSecurityGroupsCommand({ MountTargetId: of('mountTargetId') })),
    ],
    AccessPoint: (of) => [() => efs.send(new DescribeAccessPointsCommand({ AccessPointId: of('accessPointId') }))],
    DbSubnetGroup: (of) => [
      () => rds.send(new DescribeDBSubnetGroupsCommand({ DBSubnetGroupName: of('dbSubnetGroupName') })),
      databaseTags(of('dbSubnetGroupArn')),
    ],
    ClusterParameterGroup: (of) => [
      () =>
        rds.send(
          new DescribeDBClusterParameterGroupsCommand({
            DBClusterParameterGroupName: of('dbClusterParameterGroupName'),
          }),
        ),
      () =>
        rds.send(
          new DescribeDBClusterParametersCommand({ DBClusterParameterGroupName: of('dbClusterParameterGroupName') }),
        ),
      databaseTags(of('dbClusterParameterGroupArn')),
    ],
    AuroraCluster: cluster,
    DocumentDbCluster: cluster,
    AuroraInstance: instance,
    DocumentDbInstance: instance,
    DbProxy: (of) => [
      () => rds.send(new DescribeDBProxiesCommand({ DBProxyName: of('dbProxyName') })),
      databaseTags(of('dbProxyArn')),
    ],
    DbProxyTargetGroup: (of) => [
      () => rds.send(new DescribeDBProxyTargetGroupsCommand({ DBProxyName: of('dbProxyName') })),
    ],
    DbProxyTarget: (of) => [() => rds.send(new DescribeDBProxyTargetsCommand({ DBProxyName: of('dbProxyName') }))],
    LoadBalancer: (of) => [
      () => elb.send(new DescribeLoadBalancersCommand({ LoadBalancerArns: [of('loadBalancerArn')] })),
      () => elb.send(new DescribeLoadBalancerAttributesCommand({ LoadBalancerArn: of('loadBalancerArn') })),
      balancingTags(of('loadBalancerArn')),
    ],
    TargetGroup: (of) => [
      () => elb.send(new DescribeTargetGroupsCommand({ TargetGroupArns: [of('targetGroupArn')] })),
      () => elb.send(new DescribeTargetGroupAttributesCommand({ TargetGroupArn: of('targetGroupArn') })),
      balancingTags(of('targetGroupArn')),
    ],
    Listener: (of) => [
      () => elb.send(new DescribeListenersCommand({ ListenerArns: [of('listenerArn')] })),
      balancingTags(of('listenerArn')),
    ],
    ListenerRule: (of) => [
      () => elb.send(new DescribeRulesCommand({ RuleArns: [of('ruleArn')] })),
      balancingTags(of('ruleArn')),
    ],
    Distribution: (of) => [
      () => cloudfront.send(new GetDistributionCommand({ Id: of('distributionId') })),
      () => cloudfront.send(new ListDistributionTags({ Resource: of('distributionArn') })),
    ],
    Repository: (of) => [() => ecr.send(new DescribeRepositoriesCommand({ repositoryNames: [of('repositoryName')] }))],
    RepositoryPolicy: (of) => [
      () => ecr.send(new GetRepositoryPolicyCommand({ repositoryName: of('repositoryName') })),
    ],
    LifecyclePolicy: (of) => [() => ecr.send(new GetLifecyclePolicyCommand({ repositoryName: of('repositoryName') }))],
    Namespace: (of) => [
      () => namespaces.send(new GetNamespaceCommand({ Id: of('namespaceId') })),
      () => namespaces.send(new ListNamespaceTags({ ResourceARN: of('namespaceArn') })),
    ],
    Cluster: (of) => [() => ecs.send(new DescribeClustersCommand({ clusters: [of('clusterArn')], include: ['TAGS'] }))],
    TaskDefinition: (of) => [
      () => ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: of('taskDefinitionArn'), include: ['TAGS'] })),
    ],
    Service: (of) => [
      () =>
        ecs.send(
          new DescribeServicesCommand({ cluster: of('clusterArn'), services: [of('serviceName')], include: ['TAGS'] }),
        ),
    ],
    ScalableTarget: (of) => [
      () =>
        scaling.send(new DescribeScalableTargetsCommand({ ServiceNamespace: 'ecs', ResourceIds: [of('resourceId')] })),
    ],
    ScalingPolicy: (of) => [
      () =>
        scaling.send(
          new DescribeScalingPoliciesCommand({
            ServiceNamespace: 'ecs',
            ResourceId: of('resourceId'),
            PolicyNames: [of('policyName')],
          }),
        ),
    ],
    LogGroup: (of) => [
      () => logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: of('logGroupName') })),
      () => logs.send(new ListLogGroupTags({ resourceArn: of('arn') })),
    ],
    MetricAlarm: (of) => [
      () => cloudwatch.send(new DescribeAlarmsCommand({ AlarmNames: [of('alarmName')] })),
      () => cloudwatch.send(new ListAlarmTags({ ResourceARN: of('alarmArn') })),
    ],
  };
}

/** How a single read finds the fields of a live thing. */
export const fieldsOf =
  (live: Observed): Field =>
  (name) =>
    String(must(live.outputs[name] ?? live.props[name], name));
