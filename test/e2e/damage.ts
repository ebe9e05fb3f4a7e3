import assert from 'node:assert/strict';
import {
  ApplicationAutoScalingClient,
  DeleteScalingPolicyCommand,
  RegisterScalableTargetCommand,
} from '@aws-sdk/client-application-auto-scaling';
import { CloudFrontClient, GetDistributionConfigCommand, UpdateDistributionCommand } from '@aws-sdk/client-cloudfront';
import {
  CloudWatchClient,
  DeleteAlarmsCommand,
  DescribeAlarmsCommand,
  PutMetricAlarmCommand,
} from '@aws-sdk/client-cloudwatch';
import {
  CloudWatchLogsClient,
  DeleteLogGroupCommand,
  PutRetentionPolicyCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateTagsCommand,
  CreateNetworkAclEntryCommand,
  CreateRouteCommand,
  DeleteRouteCommand,
  EC2Client,
  ModifySecurityGroupRulesCommand,
  ModifyVpcAttributeCommand,
  ModifyVpcEndpointCommand,
  RevokeSecurityGroupIngressCommand,
} from '@aws-sdk/client-ec2';
import { DeleteLifecyclePolicyCommand, ECRClient } from '@aws-sdk/client-ecr';
import { ECSClient, UpdateClusterCommand, UpdateServiceCommand } from '@aws-sdk/client-ecs';
import { DeleteFileSystemPolicyCommand, EFSClient, ModifyMountTargetSecurityGroupsCommand } from '@aws-sdk/client-efs';
import {
  DeleteListenerCommand,
  ElasticLoadBalancingV2Client,
  ModifyListenerCommand,
  ModifyLoadBalancerAttributesCommand,
  ModifyTargetGroupCommand,
  SetSecurityGroupsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  AttachRolePolicyCommand,
  IAMClient,
  PutRolePolicyCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { DisableKeyRotationCommand, KMSClient } from '@aws-sdk/client-kms';
import {
  ModifyDBClusterCommand,
  ModifyDBClusterParameterGroupCommand,
  ModifyDBProxyCommand,
  RDSClient,
} from '@aws-sdk/client-rds';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { Observed } from '../../src/engine/kind.ts';
import type { Plan } from '../../src/engine/plan.ts';
import { REGION, type SandboxAccount } from '../sandbox-account.ts';

/** Something that somebody does outside, and the step by which a plan answers. */
export interface Damage {
  readonly what: string;
  /** `<action> <node>`, where the field counts with a space and its path; what ends in `/` is any below it. */
  readonly answer: string;
  readonly act: () => Promise<unknown>;
}

/** What a plan answers, a line a step and a line a field. */
export const answersOf = ({ steps }: Plan): readonly string[] =>
  steps.flatMap(({ action, node, changes }) => [
    `${action} ${node}`,
    ...changes.map(({ path }) => `${action} ${node} ${path}`),
  ]);

/** Forty outside changes to a whole gateway, in every domain. */
export function damages(account: SandboxAccount, plan: Plan): readonly Damage[] {
  const config = { region: REGION, credentials: account.credentials };
  const ec2 = new EC2Client(config);
  const ecs = new ECSClient(config);
  const elb = new ElasticLoadBalancingV2Client(config);
  const iam = new IAMClient(config);
  const rds = new RDSClient(config);
  const live = (id: string): Observed => {
    const found = plan.states.get(id)?.live;
    assert(found !== undefined, `${id} lives`);
    return found;
  };
  const text = (value: unknown, what: string): string => {
    assert(typeof value === 'string', what);
    return value;
  };
  const out = (id: string, output: string): string => text(live(id).outputs[output], `${output} of ${id}`);
  const prop = (id: string, name: string): string => text(live(id).props[name], `${name} of ${id}`);
  const rule = (name: string) => ({
    GroupId: prop(`SecurityGroupRule/${name}`, 'groupId'),
    id: out(`SecurityGroupRule/${name}`, 'ruleId'),
  });
  const open = (GroupId: string) =>
    new AuthorizeSecurityGroupIngressCommand({
      GroupId,
      IpPermissions: [{ IpProtocol: 'tcp', FromPort: 5432, ToPort: 5432, IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
    });
  const document = (Action: string) =>
    JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource: '*' }] });

  return [
    {
      what: 'a rule is deleted',
      answer: 'create SecurityGroupRule/registry-from-alb-80',
      act: () =>
        ec2.send(
          new RevokeSecurityGroupIngressCommand({
            GroupId: rule('registry-from-alb-80').GroupId,
            SecurityGroupRuleIds: [rule('registry-from-alb-80').id],
          }),
        ),
    },
    {
      what: 'the database is opened to the world',
      answer: 'delete SecurityGroupRule/keycloak-db/',
      act: () => ec2.send(open(out('SecurityGroup/keycloak-db', 'groupId'))),
    },
    {
      what: 'a rule lets more ports in',
      answer: 'update SecurityGroupRule/auth-from-alb-8888',
      act: () =>
        ec2.send(
          new ModifySecurityGroupRulesCommand({
            GroupId: rule('auth-from-alb-8888').GroupId,
            SecurityGroupRules: [
              {
                SecurityGroupRuleId: rule('auth-from-alb-8888').id,
                SecurityGroupRule: {
                  IpProtocol: 'tcp',
                  FromPort: 1,
                  ToPort: 65535,
                  ReferencedGroupId: prop('SecurityGroupRule/auth-from-alb-8888', 'peerGroupId'),
                },
              },
            ],
          }),
        ),
    },
    {
      what: 'host names are switched off',
      answer: 'update Vpc/main',
      act: () =>
        ec2.send(
          new ModifyVpcAttributeCommand({ VpcId: out('Vpc/main', 'vpcId'), EnableDnsHostnames: { Value: false } }),
        ),
    },
    {
      what: 'the default group gets a rule',
      answer: 'update DefaultSecurityGroup/main',
      act: () => ec2.send(open(out('DefaultSecurityGroup/main', 'groupId'))),
    },
    {
      what: 'subnets without a route table of their own get a way to the internet',
      answer: 'update DefaultRouteTable/main',
      act: () =>
        ec2.send(
          new CreateRouteCommand({
            RouteTableId: out('DefaultRouteTable/main', 'routeTableId'),
            DestinationCidrBlock: '0.0.0.0/0',
            GatewayId: out('InternetGateway/main', 'internetGatewayId'),
          }),
        ),
    },
    {
      what: 'every subnet is cut off',
      answer: 'update DefaultNetworkAcl/main',
      act: () =>
        ec2.send(
          new CreateNetworkAclEntryCommand({
            NetworkAclId: out('DefaultNetworkAcl/main', 'networkAclId'),
            RuleNumber: 1,
            Egress: true,
            Protocol: '-1',
            RuleAction: 'deny',
            CidrBlock: '0.0.0.0/0',
          }),
        ),
    },
    {
      what: 'the way out is deleted',
      answer: 'update RouteTable/public',
      act: () =>
        ec2.send(
          new DeleteRouteCommand({
            RouteTableId: out('RouteTable/public', 'routeTableId'),
            DestinationCidrBlock: '0.0.0.0/0',
          }),
        ),
    },
    {
      what: 'an endpoint loses its private name',
      answer: 'update VpcEndpoint/sts',
      act: () =>
        ec2.send(
          new ModifyVpcEndpointCommand({
            VpcEndpointId: out('VpcEndpoint/sts', 'endpointId'),
            PrivateDnsEnabled: false,
          }),
        ),
    },
    {
      what: 'a subnet is renamed',
      answer: 'update Subnet/private-a',
      act: () =>
        ec2.send(
          new CreateTagsCommand({
            Resources: [out('Subnet/private-a', 'subnetId')],
            Tags: [{ Key: 'Name', Value: 'mine' }],
          }),
        ),
    },

    {
      what: 'a role may do everything',
      answer: 'update Role/registry-task',
      act: () =>
        iam.send(
          new PutRolePolicyCommand({
            RoleName: prop('Role/registry-task', 'roleName'),
            PolicyName: 'more',
            PolicyDocument: document('*'),
          }),
        ),
    },
    {
      what: 'a role is made an administrator',
      answer: 'update Role/auth-task',
      act: () =>
        iam.send(
          new AttachRolePolicyCommand({
            RoleName: prop('Role/auth-task', 'roleName'),
            PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess',
          }),
        ),
    },
    {
      what: 'anyone may take a role on',
      answer: 'update Role/auth-exec',
      act: () =>
        iam.send(
          new UpdateAssumeRolePolicyCommand({
            RoleName: prop('Role/auth-exec', 'roleName'),
            PolicyDocument: JSON.stringify({
              Version: '2012-10-17',
              Statement: [
                { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
              ],
            }),
          }),
        ),
    },
    {
      what: 'a key is not rotated any more',
      answer: 'update KmsKey/rds',
      act: () => new KMSClient(config).send(new DisableKeyRotationCommand({ KeyId: out('KmsKey/rds', 'keyId') })),
    },
    {
      what: 'a parameter points elsewhere',
      answer: 'update SsmParameter/documentdb-endpoint',
      act: () =>
        new SSMClient(config).send(
          new PutParameterCommand({
            Name: '/mcp-gateway/documentdb/endpoint',
            Value: 'elsewhere',
            Type: 'String',
            Overwrite: true,
          }),
        ),
    },

    {
      what: 'backups are kept for a day',
      answer: 'update AuroraCluster/keycloak',
      act: () =>
        rds.send(
          new ModifyDBClusterCommand({
            DBClusterIdentifier: out('AuroraCluster/keycloak', 'dbClusterIdentifier'),
            BackupRetentionPeriod: 1,
            ApplyImmediately: true,
          }),
        ),
    },
    {
      what: 'a database loses its protection',
      answer: 'update DocumentDbCluster/registry',
      act: () =>
        rds.send(
          new ModifyDBClusterCommand({
            DBClusterIdentifier: out('DocumentDbCluster/registry', 'dbClusterIdentifier'),
            DeletionProtection: false,
            ApplyImmediately: true,
          }),
        ),
    },
    {
      what: 'TLS is not wanted any more',
      answer: 'update ClusterParameterGroup/registry',
      act: () =>
        rds.send(
          new ModifyDBClusterParameterGroupCommand({
            DBClusterParameterGroupName: out('ClusterParameterGroup/registry', 'dbClusterParameterGroupName'),
            Parameters: [{ ParameterName: 'tls', ParameterValue: 'disabled', ApplyMethod: 'pending-reboot' }],
          }),
        ),
    },
    {
      what: 'the proxy takes clients without TLS',
      answer: 'update DbProxy/keycloak',
      act: () =>
        rds.send(new ModifyDBProxyCommand({ DBProxyName: prop('DbProxy/keycloak', 'dbProxyName'), RequireTLS: false })),
    },
    {
      what: 'files may be mounted in the clear',
      answer: 'update FileSystem/main',
      act: () =>
        new EFSClient(config).send(
          new DeleteFileSystemPolicyCommand({ FileSystemId: out('FileSystem/main', 'fileSystemId') }),
        ),
    },
    {
      what: 'a mount target gets another group',
      answer: 'update MountTarget/private-a',
      act: () =>
        new EFSClient(config).send(
          new ModifyMountTargetSecurityGroupsCommand({
            MountTargetId: out('MountTarget/private-a', 'mountTargetId'),
            SecurityGroups: [out('SecurityGroup/registry', 'groupId')],
          }),
        ),
    },

    {
      what: 'a health check asks for another page',
      answer: 'update TargetGroup/registry',
      act: () =>
        elb.send(
          new ModifyTargetGroupCommand({
            TargetGroupArn: out('TargetGroup/registry', 'targetGroupArn'),
            HealthCheckPath: '/nowhere',
          }),
        ),
    },
    {
      what: 'a listener is removed',
      answer: 'create Listener/registry-8888',
      act: () => elb.send(new DeleteListenerCommand({ ListenerArn: out('Listener/registry-8888', 'listenerArn') })),
    },
    {
      what: 'a listener sends to the wrong group',
      answer: 'update Listener/registry-80',
      act: () =>
        elb.send(
          new ModifyListenerCommand({
            ListenerArn: out('Listener/registry-80', 'listenerArn'),
            DefaultActions: [{ Type: 'forward', TargetGroupArn: out('TargetGroup/gradio', 'targetGroupArn') }],
          }),
        ),
    },
    {
      what: 'bad headers come through',
      answer: 'update LoadBalancer/registry',
      act: () =>
        elb.send(
          new ModifyLoadBalancerAttributesCommand({
            LoadBalancerArn: out('LoadBalancer/registry', 'loadBalancerArn'),
            Attributes: [{ Key: 'routing.http.drop_invalid_header_fields.enabled', Value: 'false' }],
          }),
        ),
    },
    {
      what: 'a load balancer gets another group',
      answer: 'update LoadBalancer/keycloak',
      act: () =>
        elb.send(
          new SetSecurityGroupsCommand({
            LoadBalancerArn: out('LoadBalancer/keycloak', 'loadBalancerArn'),
            SecurityGroups: [out('SecurityGroup/alb', 'groupId')],
          }),
        ),
    },
    {
      what: 'a distribution answers in the clear',
      answer: 'update Distribution/registry',
      act: () => answerInTheClear(new CloudFrontClient(config), out('Distribution/registry', 'distributionId')),
    },

    {
      what: 'insights are switched off',
      answer: 'update Cluster/main',
      act: () =>
        ecs.send(
          new UpdateClusterCommand({
            cluster: out('Cluster/main', 'clusterArn'),
            settings: [{ name: 'containerInsights', value: 'disabled' }],
          }),
        ),
    },
    {
      what: 'a service rolls out without its brake',
      answer: 'update Service/auth',
      act: () =>
        ecs.send(
          new UpdateServiceCommand({
            cluster: out('Cluster/main', 'clusterArn'),
            service: prop('Service/auth', 'serviceName'),
            deploymentConfiguration: {
              maximumPercent: 200,
              minimumHealthyPercent: 66,
              deploymentCircuitBreaker: { enable: false, rollback: false },
            },
          }),
        ),
    },
    {
      what: 'shells are forbidden',
      answer: 'update Service/registry',
      act: () =>
        ecs.send(
          new UpdateServiceCommand({
            cluster: out('Cluster/main', 'clusterArn'),
            service: prop('Service/registry', 'serviceName'),
            enableExecuteCommand: false,
          }),
        ),
    },
    {
      what: 'a service may grow further',
      answer: 'update ScalableTarget/mcpgw',
      act: () =>
        new ApplicationAutoScalingClient(config).send(
          new RegisterScalableTargetCommand({
            ServiceNamespace: 'ecs',
            ResourceId: out('Service/mcpgw', 'resourceId'),
            ScalableDimension: 'ecs:service:DesiredCount',
            MaxCapacity: 40,
          }),
        ),
    },
    {
      what: 'a scaling policy is deleted',
      answer: 'create ScalingPolicy/auth-cpu',
      act: () =>
        new ApplicationAutoScalingClient(config).send(
          new DeleteScalingPolicyCommand({
            ServiceNamespace: 'ecs',
            ResourceId: out('Service/auth', 'resourceId'),
            ScalableDimension: 'ecs:service:DesiredCount',
            PolicyName: prop('ScalingPolicy/auth-cpu', 'policyName'),
          }),
        ),
    },
    {
      what: 'images are kept for ever',
      answer: 'create LifecyclePolicy/keycloak',
      act: () =>
        new ECRClient(config).send(
          new DeleteLifecyclePolicyCommand({ repositoryName: out('Repository/keycloak', 'repositoryName') }),
        ),
    },

    {
      what: 'logs are kept for a day',
      answer: 'update LogGroup/registry',
      act: () =>
        new CloudWatchLogsClient(config).send(
          new PutRetentionPolicyCommand({
            logGroupName: prop('LogGroup/registry', 'logGroupName'),
            retentionInDays: 1,
          }),
        ),
    },
    {
      what: 'a log group is deleted',
      answer: 'create LogGroup/mcpgw',
      act: () =>
        new CloudWatchLogsClient(config).send(
          new DeleteLogGroupCommand({ logGroupName: prop('LogGroup/mcpgw', 'logGroupName') }),
        ),
    },
    {
      what: 'an alarm is made deaf',
      answer: 'update MetricAlarm/registry-cpu',
      act: () => raise(new CloudWatchClient(config), prop('MetricAlarm/registry-cpu', 'alarmName')),
    },
    {
      what: 'an alarm is deleted',
      answer: 'create MetricAlarm/response-time',
      act: () =>
        new CloudWatchClient(config).send(
          new DeleteAlarmsCommand({ AlarmNames: [prop('MetricAlarm/response-time', 'alarmName')] }),
        ),
    },
  ];
}

async function answerInTheClear(cloudfront: CloudFrontClient, Id: string): Promise<void> {
  const { DistributionConfig, ETag } = await cloudfront.send(new GetDistributionConfigCommand({ Id }));
  assert(DistributionConfig?.DefaultCacheBehavior !== undefined);
  const DefaultCacheBehavior = {
    ...DistributionConfig.DefaultCacheBehavior,
    ViewerProtocolPolicy: 'allow-all' as const,
  };
  await cloudfront.send(
    new UpdateDistributionCommand({
      Id,
      IfMatch: ETag,
      DistributionConfig: { ...DistributionConfig, DefaultCacheBehavior },
    }),
  );
}

async function raise(cloudwatch: CloudWatchClient, name: string): Promise<void> {
  const { MetricAlarms } = await cloudwatch.send(new DescribeAlarmsCommand({ AlarmNames: [name] }));
  const { AlarmName, Namespace, MetricName, Dimensions, Statistic, Period, EvaluationPeriods, ComparisonOperator } =
    MetricAlarms?.[0] ?? {};
  await cloudwatch.send(
    new PutMetricAlarmCommand({
      AlarmName,
      Namespace,
      MetricName,
      Dimensions,
      Statistic,
      Period,
      EvaluationPeriods,
      ComparisonOperator,
      Threshold: 100,
    }),
  );
}
