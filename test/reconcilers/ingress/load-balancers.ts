import type { GraphBuilder, Handle } from '../../../src/engine/graph.ts';
import type { Input } from '../../../src/engine/ref.ts';
import { loadBalancersMayWrite } from '../../../src/reconcilers/ingress/access-logs.ts';
import { bucket } from '../../../src/reconcilers/ingress/bucket.ts';
import { loadBalancer, type LoadBalancerOutputs } from '../../../src/reconcilers/ingress/load-balancer.ts';
import { targetGroup, type TargetGroupOutputs } from '../../../src/reconcilers/ingress/target-group.ts';
import { internetGateway } from '../../../src/reconcilers/network/internet-gateway.ts';
import { securityGroup } from '../../../src/reconcilers/network/security-group.ts';
import { subnet } from '../../../src/reconcilers/network/subnet.ts';
import { addSubnets, addVpc } from '../network/networks.ts';

/** A network for load balancers: three subnets of which two are used, a way out and two groups. */
export function addSurroundings(graph: GraphBuilder) {
  const main = addVpc(graph);
  const vpcId = main.ref('vpcId');
  graph.add(internetGateway, 'main', { vpcId });
  graph.add(subnet, 'private-c', {
    vpcId,
    cidrBlock: '10.0.2.0/24',
    availabilityZone: 'us-east-1c',
    mapPublicIpOnLaunch: false,
    subnetType: 'private',
  });
  const addGroup = (name: string): Input<string> =>
    graph.add(securityGroup, name, { vpcId, groupName: name, description: name }).ref('groupId');
  return {
    vpcId,
    subnetIds: addSubnets(graph, main).map(({ ref }) => ref('subnetId')),
    securityGroupIds: [addGroup('entry'), addGroup('cloudfront')],
  };
}

export const loadBalancerProps = (name: string) => ({
  name: `${name}-alb`,
  scheme: 'internet-facing' as const,
  deletionProtection: false,
  dropInvalidHeaderFields: true,
  idleTimeout: 60,
  forwardedFor: 'append' as const,
  accessLogs: null,
});

export const targetGroupProps = (name: string) => ({
  name: `${name}-web`,
  port: 80,
  healthCheck: {
    path: '/health',
    port: '7860',
    matcher: '200',
    interval: 30,
    timeout: 5,
    healthyThreshold: 2,
    unhealthyThreshold: 2,
  },
  deregistrationDelay: 5,
  stickiness: 0,
});

/** A load balancer and two target groups for what stands between them. */
export function addEnds(
  graph: GraphBuilder,
  gateway: string,
): {
  readonly balancer: Handle<LoadBalancerOutputs>;
  readonly web: Handle<TargetGroupOutputs>;
  readonly other: Handle<TargetGroupOutputs>;
} {
  const around = addSurroundings(graph);
  const add = (name: string): Handle<TargetGroupOutputs> =>
    graph.add(targetGroup, name, { ...targetGroupProps(gateway), vpcId: around.vpcId, name: `${gateway}-${name}` });
  return {
    balancer: graph.add(
      loadBalancer,
      'main',
      { ...loadBalancerProps(gateway), ...around },
      { after: [{ id: 'InternetGateway/main' }] },
    ),
    web: add('web'),
    other: add('other'),
  };
}

/** A load balancer without public addresses. */
export const addInternal = (graph: GraphBuilder, gateway: string): Handle<LoadBalancerOutputs> =>
  graph.add(
    loadBalancer,
    'main',
    { ...loadBalancerProps(gateway), ...addSurroundings(graph), scheme: 'internal' },
    { after: [{ id: 'InternetGateway/main' }] },
  );

/** A bucket that load balancers may write to, and by its access lists CloudFront. */
export function addLogBucket(
  graph: GraphBuilder,
  gateway: string,
  ownership: 'BucketOwnerEnforced' | 'BucketOwnerPreferred' = 'BucketOwnerEnforced',
): void {
  const bucketName = `${gateway}-${ownership.toLowerCase()}-alb-logs`;
  graph.add(bucket, 'logs', {
    bucketName,
    ownership,
    versioned: true,
    encryption: 'AES256',
    publicAccessBlocked: true,
    lifecycle: { expireAfter: 90, versionsExpireAfter: 90, abortUploadsAfter: 7 },
    policy: loadBalancersMayWrite(`arn:aws:s3:::${bucketName}`),
  });
}
