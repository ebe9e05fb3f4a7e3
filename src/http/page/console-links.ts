import type { GatewayReport, NodeReport } from '../../daemon/board.ts';

/**
 * Where the AWS console shows a thing, by kind: what follows the console's host. `{output}` is one of its outputs,
 * `{output:6}` and `{output/1}` a part of it, `{output$}` the form in which CloudWatch wants names of log groups.
 */
const PAGES: Readonly<Record<string, string>> = {
  Vpc: 'vpcconsole/home?region={region}#VpcDetails:VpcId={vpcId}',
  Subnet: 'vpcconsole/home?region={region}#SubnetDetails:subnetId={subnetId}',
  RouteTable: 'vpcconsole/home?region={region}#RouteTableDetails:RouteTableId={routeTableId}',
  InternetGateway: 'vpcconsole/home?region={region}#InternetGateway:internetGatewayId={internetGatewayId}',
  NatGateway: 'vpcconsole/home?region={region}#NatGatewayDetails:natGatewayId={natGatewayId}',
  VpcEndpoint: 'vpcconsole/home?region={region}#EndpointDetails:vpcEndpointId={endpointId}',
  SecurityGroup: 'ec2/home?region={region}#SecurityGroup:groupId={groupId}',
  ElasticIp: 'ec2/home?region={region}#ElasticIpDetails:AllocationId={allocationId}',
  LoadBalancer: 'ec2/home?region={region}#LoadBalancer:loadBalancerArn={loadBalancerArn}',
  TargetGroup: 'ec2/home?region={region}#TargetGroup:targetGroupArn={targetGroupArn}',
  Distribution: 'cloudfront/v4/home#/distributions/{distributionId}',
  Certificate: 'acm/home?region={region}#/certificates/{certificateArn/1}',
  Cluster: 'ecs/v2/clusters/{clusterName}/services?region={region}',
  Service: 'ecs/v2/clusters/{serviceArn/1}/services/{serviceName}/health?region={region}',
  TaskDefinition: 'ecs/v2/task-definitions/{family}?region={region}',
  Repository: 'ecr/repositories/private/{account}/{repositoryName}?region={region}',
  AuroraCluster: 'rds/home?region={region}#database:id={dbClusterIdentifier};is-cluster=true',
  AuroraInstance: 'rds/home?region={region}#database:id={dbInstanceIdentifier};is-cluster=false',
  DbProxy: 'rds/home?region={region}#proxy:id={dbProxyName}',
  DocumentDbCluster: 'docdb/home?region={region}#cluster-details/{dbClusterIdentifier}',
  DocumentDbInstance: 'docdb/home?region={region}#instance-details/{dbInstanceIdentifier}',
  FileSystem: 'efs/home?region={region}#/file-systems/{fileSystemId}',
  Role: 'iam/home#/roles/details/{roleName}',
  ManagedPolicy: 'iam/home#/policies/details/{policyArn}',
  KmsKey: 'kms/home?region={region}#/kms/keys/{keyId}',
  Secret: 'secretsmanager/secret?name={name}&region={region}',
  SsmParameter: 'systems-manager/parameters{parameterName}/description?region={region}',
  LogGroup: 'cloudwatch/home?region={region}#logsV2:log-groups/log-group/{logGroupName$}',
  MetricAlarm: 'cloudwatch/home?region={region}#alarmsV2:alarm/{alarmArn:6}',
  Topic: 'sns/v3/home?region={region}#/topic/{topicArn}',
  Workspace: 'prometheus/home?region={region}#/workspaces/workspaceId/{workspaceId}',
};

/** The console's address of a thing; undefined where there is none, or while what it is made of is not known. */
export function consoleLink(
  { kind, outputs }: Pick<NodeReport, 'kind' | 'outputs'>,
  { region, accountId }: Pick<GatewayReport, 'region' | 'accountId'>,
): string | undefined {
  const page = PAGES[kind];
  if (page === undefined) return undefined;
  const values: Readonly<Record<string, unknown>> = { ...outputs, region, account: accountId };
  let isWhole = true;
  const path = page.replace(/\{(\w+)([:/$]?)(\d*)\}/g, (_hole, name: string, mark: string, index: string) => {
    const value = values[name];
    const part = mark === ':' || mark === '/' ? String(value).split(mark)[Number(index)] : value;
    if (typeof part !== 'string' || part === '') isWhole = false;
    const encoded = encodeURIComponent(String(part));
    return mark === '$'
      ? encodeURIComponent(encoded).replaceAll('%', '$')
      : encoded.replaceAll('%3A', ':').replaceAll('%2F', '/');
  });
  return isWhole ? `https://${hostIn(region)}/${path}` : undefined;
}

function hostIn(region: string): string {
  if (region.startsWith('cn-')) return 'console.amazonaws.cn';
  if (region.startsWith('us-gov-')) return 'console.amazonaws-us-gov.com';
  return `${region}.console.aws.amazon.com`;
}
