import {
  ApplicationAutoScalingClient,
  DescribeScalableTargetsCommand,
  DescribeScalingPoliciesCommand,
} from '@aws-sdk/client-application-auto-scaling';
import { CloudFrontClient, GetDistributionCommand } from '@aws-sdk/client-cloudfront';
import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  DescribeAddressesCommand,
  DescribeInternetGatewaysCommand,
  DescribeNatGatewaysCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupRulesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
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
  DescribeFileSystemsCommand,
  DescribeMountTargetsCommand,
  EFSClient,
} from '@aws-sdk/client-efs';
import {
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  DescribeRulesCommand,
  DescribeTargetGroupsCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { GetPolicyCommand, GetRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { DescribeKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import {
  DescribeDBClusterParameterGroupsCommand,
  DescribeDBClustersCommand,
  DescribeDBInstancesCommand,
  DescribeDBProxiesCommand,
  DescribeDBProxyTargetGroupsCommand,
  DescribeDBProxyTargetsCommand,
  DescribeDBSubnetGroupsCommand,
  RDSClient,
} from '@aws-sdk/client-rds';
import { DescribeSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetNamespaceCommand, ServiceDiscoveryClient } from '@aws-sdk/client-servicediscovery';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { must } from '../src/engine/errors.ts';
import type { Observed } from '../src/engine/kind.ts';

/** Reads one field, an output before a prop. */
type Field = (name: string) => string;
type Read = (field: Field) => Promise<unknown>;

/** For each kind the one call that reads one live thing by itself. Lookups, which are nobody's things, have none. */
export function singleReads(region: string): Readonly<Record<string, Read>> {
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
  const rds = new RDSClient({ region });

  const group: Read = (of) => ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: [of('groupId')] }));
  const cluster: Read = (of) =>
    rds.send(new DescribeDBClustersCommand({ DBClusterIdentifier: of('dbClusterIdentifier') }));
  const instance: Read = (of) =>
    rds.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier: of('dbInstanceIdentifier') }));
  const role: Read = (of) => iam.send(new GetRoleCommand({ RoleName: of('roleArn').split('/').at(-1) }));
  const table: Read = (of) => ec2.send(new DescribeRouteTablesCommand({ RouteTableIds: [of('routeTableId')] }));
  return {
    Vpc: (of) => ec2.send(new DescribeVpcsCommand({ VpcIds: [of('vpcId')] })),
    Subnet: (of) => ec2.send(new DescribeSubnetsCommand({ SubnetIds: [of('subnetId')] })),
    InternetGateway: (of) =>
      ec2.send(new DescribeInternetGatewaysCommand({ InternetGatewayIds: [of('internetGatewayId')] })),
    ElasticIp: (of) => ec2.send(new DescribeAddressesCommand({ AllocationIds: [of('allocationId')] })),
    NatGateway: (of) => ec2.send(new DescribeNatGatewaysCommand({ NatGatewayIds: [of('natGatewayId')] })),
    RouteTable: table,
    RouteTableAssociation: table,
    DefaultSecurityGroup: group,
    SecurityGroup: group,
    SecurityGroupRule: (of) =>
      ec2.send(new DescribeSecurityGroupRulesCommand({ SecurityGroupRuleIds: [of('ruleId')] })),
    VpcEndpoint: (of) => ec2.send(new DescribeVpcEndpointsCommand({ VpcEndpointIds: [of('endpointId')] })),
    ServiceLinkedRole: role,
    Role: role,
    ManagedPolicy: (of) => iam.send(new GetPolicyCommand({ PolicyArn: of('policyArn') })),
    KmsKey: (of) => new KMSClient({ region }).send(new DescribeKeyCommand({ KeyId: of('keyId') })),
    Secret: (of) => new SecretsManagerClient({ region }).send(new DescribeSecretCommand({ SecretId: of('arn') })),
    SsmParameter: (of) => new SSMClient({ region }).send(new GetParameterCommand({ Name: of('parameterName') })),
    FileSystem: (of) => efs.send(new DescribeFileSystemsCommand({ FileSystemId: of('fileSystemId') })),
    MountTarget: (of) => efs.send(new DescribeMountTargetsCommand({ MountTargetId: of('mountTargetId') })),
    AccessPoint: (of) => efs.send(new DescribeAccessPointsCommand({ AccessPointId: of('accessPointId') })),
    DbSubnetGroup: (of) => rds.send(new DescribeDBSubnetGroupsCommand({ DBSubnetGroupName: of('dbSubnetGroupName') })),
    ClusterParameterGroup: (of) =>
      rds.send(
        new DescribeDBClusterParameterGroupsCommand({ DBClusterParameterGroupName: of('dbClusterParameterGroupName') }),
      ),
    AuroraCluster: cluster,
    DocumentDbCluster: cluster,
    AuroraInstance: instance,
    DocumentDbInstance: instance,
    DbProxy: (of) => rds.send(new DescribeDBProxiesCommand({ DBProxyName: of('dbProxyName') })),
    DbProxyTargetGroup: (of) => rds.send(new DescribeDBProxyTargetGroupsCommand({ DBProxyName: of('dbProxyName') })),
    DbProxyTarget: (of) => rds.send(new DescribeDBProxyTargetsCommand({ DBProxyName: of('dbProxyName') })),
    LoadBalancer: (of) => elb.send(new DescribeLoadBalancersCommand({ LoadBalancerArns: [of('loadBalancerArn')] })),
    TargetGroup: (of) => elb.send(new DescribeTargetGroupsCommand({ TargetGroupArns: [of('targetGroupArn')] })),
    Listener: (of) => elb.send(new DescribeListenersCommand({ ListenerArns: [of('listenerArn')] })),
    ListenerRule: (of) => elb.send(new DescribeRulesCommand({ RuleArns: [of('ruleArn')] })),
    Distribution: (of) => cloudfront.send(new GetDistributionCommand({ Id: of('distributionId') })),
    Repository: (of) => ecr.send(new DescribeRepositoriesCommand({ repositoryNames: [of('repositoryName')] })),
    RepositoryPolicy: (of) => ecr.send(new GetRepositoryPolicyCommand({ repositoryName: of('repositoryName') })),
    LifecyclePolicy: (of) => ecr.send(new GetLifecyclePolicyCommand({ repositoryName: of('repositoryName') })),
    Namespace: (of) => new ServiceDiscoveryClient({ region }).send(new GetNamespaceCommand({ Id: of('namespaceId') })),
    Cluster: (of) => ecs.send(new DescribeClustersCommand({ clusters: [of('clusterArn')] })),
    TaskDefinition: (of) => ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: of('taskDefinitionArn') })),
    Service: (of) =>
      ecs.send(new DescribeServicesCommand({ cluster: of('clusterArn'), services: [of('serviceName')] })),
    ScalableTarget: (of) =>
      scaling.send(new DescribeScalableTargetsCommand({ ServiceNamespace: 'ecs', ResourceIds: [of('resourceId')] })),
    ScalingPolicy: (of) =>
      scaling.send(
        new DescribeScalingPoliciesCommand({
          ServiceNamespace: 'ecs',
          ResourceId: of('resourceId'),
          PolicyNames: [of('policyName')],
        }),
      ),
    LogGroup: (of) => logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: of('logGroupName') })),
    MetricAlarm: (of) => cloudwatch.send(new DescribeAlarmsCommand({ AlarmNames: [of('alarmName')] })),
  };
}

/** How a single read finds the fields of a live thing. */
export const fieldsOf =
  (live: Observed): Field =>
  (name) =>
    String(must(live.outputs[name] ?? live.props[name], name));
