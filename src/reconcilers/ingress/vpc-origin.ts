import type { OriginProtocolPolicy, SslProtocol, VpcOrigin } from '@aws-sdk/client-cloudfront';
import type { Aws, AwsKind } from '../../aws/aws.ts';
import { ignoreGone, orUndefined } from '../../aws/errors.ts';
import { collect, pagesOf } from '../../aws/pages.ts';
import { fromTags, isOurs, nodeName, toTags } from '../../aws/tags.ts';
import { must, waiting } from '../../engine/errors.ts';
import type { Observed, Tags } from '../../engine/kind.ts';
import { list } from './distribution-origin.ts';

/** CloudFront's own way to a load balancer that has no public address. */
export interface VpcOriginProps {
  readonly name: string;
  readonly loadBalancerArn: string;
  readonly protocolPolicy: OriginProtocolPolicy;
  readonly httpPort: number;
  readonly httpsPort: number;
  readonly sslProtocols: readonly SslProtocol[];
}

export interface VpcOriginOutputs {
  readonly vpcOriginId: string;
  readonly vpcOriginArn: string;
}

export const vpcOrigin: AwsKind<VpcOriginProps, VpcOriginOutputs> = {
  name: 'VpcOrigin',
  // CloudFront changes none that a distribution uses.
  immutable: ['name', 'loadBalancerArn', 'protocolPolicy', 'httpPort', 'httpsPort', 'sslProtocols'],
  replace: 'new-first',
  unique: { field: 'name', limit: 64 },
  identifies: ['vpcOriginId'],
  remake: true,
  unordered: ['sslProtocols'],
  takes: { create: 600, delete: 600 },
  actions: {
    read: ['cloudfront:ListVpcOrigins', 'cloudfront:GetVpcOrigin', 'cloudfront:ListTagsForResource'],
    write: ['cloudfront:CreateVpcOrigin', 'cloudfront:DeleteVpcOrigin', 'cloudfront:TagResource'],
    implied: [
      'ec2:DescribeInternetGateways',
      'ec2:DescribeSecurityGroups',
      'ec2:DescribeSubnets',
      'ec2:DescribeInstances',
      'elasticloadbalancing:DescribeListeners',
      'elasticloadbalancing:DescribeLoadBalancers',
      'iam:CreateServiceLinkedRole',
    ],
  },

  async observe({ env: aws }) {
    const cloudfront = await aws.cloudfront();
    const all = await collect(
      pagesOf(
        (Marker) => cloudfront.send(new cloudfront.ListVpcOriginsCommand({ Marker })),
        (page) => page.VpcOriginList?.NextMarker,
      ),
      (page) => page.VpcOriginList?.Items,
    );
    // An account may have 25 of them: each is asked for its tags.
    const found = await Promise.all(all.map(async ({ Id, Arn }) => observeOne(aws, Id, await tagsOf(aws, Arn))));
    return found.filter((item) => item !== undefined);
  },

  async create({ env: aws, node }, props) {
    const cloudfront = await aws.cloudfront();
    const { VpcOrigin } = await cloudfront.send(
      new cloudfront.CreateVpcOriginCommand({
        VpcOriginEndpointConfig: {
          Name: props.name,
          Arn: props.loadBalancerArn,
          HTTPPort: props.httpPort,
          HTTPSPort: props.httpsPort,
          OriginProtocolPolicy: props.protocolPolicy,
          OriginSslProtocols: list([...props.sslProtocols]),
        },
        Tags: { Items: fromTags(node.tags) },
      }),
    );
    return toObserved(must(VpcOrigin, 'VpcOrigin'), node.tags);
  },

  async retag({ env: aws }, live, tags) {
    const cloudfront = await aws.cloudfront();
    await cloudfront.send(
      new cloudfront.TagResourceCommand({ Resource: live.outputs.vpcOriginArn, Tags: { Items: fromTags(tags) } }),
    );
  },

  async delete({ env: aws }, live) {
    const cloudfront = await aws.cloudfront();
    const Id = live.outputs.vpcOriginId;
    const answer = await orUndefined(cloudfront.send(new cloudfront.GetVpcOriginCommand({ Id })));
    if (answer === undefined) return;
    if (answer.VpcOrigin?.Status === 'Deploying')
      throw waiting('VpcOriginInProgress', 'CloudFront is still carrying it to its edges, which takes some minutes');
    await ignoreGone(cloudfront.send(new cloudfront.DeleteVpcOriginCommand({ Id, IfMatch: answer.ETag })));
  },
};

async function tagsOf(aws: Aws, Resource: string | undefined): Promise<Tags> {
  const cloudfront = await aws.cloudfront();
  // It may have gone since the list was made.
  const answer = await orUndefined(cloudfront.send(new cloudfront.ListTagsForResourceCommand({ Resource })));
  return toTags(answer?.Tags?.Items);
}

/** The list does not say by which ports; undefined for what is not ours. */
async function observeOne(
  aws: Aws,
  Id: string | undefined,
  tags: Tags,
): Promise<Observed<VpcOriginProps, VpcOriginOutputs> | undefined> {
  if (!isOurs(aws, tags)) return undefined;
  const cloudfront = await aws.cloudfront();
  const answer = await orUndefined(cloudfront.send(new cloudfront.GetVpcOriginCommand({ Id })));
  return answer?.VpcOrigin && toObserved(answer.VpcOrigin, tags);
}

const PHASES: Readonly<Record<string, 'ready' | 'pending' | 'deleting' | 'failed'>> = {
  Deployed: 'ready',
  Deploying: 'pending',
  Deleting: 'deleting',
  Failed: 'failed',
};

function toObserved(item: VpcOrigin, tags: Tags): Observed<VpcOriginProps, VpcOriginOutputs> {
  const { VpcOriginEndpointConfig: config, Status = 'Deploying' } = item;
  const phase = PHASES[Status] ?? 'pending';
  const saying = {
    ready: undefined,
    deleting: undefined,
    pending: 'CloudFront is making its way into the VPC, which takes up to a quarter of an hour',
    failed: `CloudFront says ${Status}: the VPC needs an internet gateway, and its private subnets free addresses`,
  };
  return {
    name: nodeName('VpcOrigin', tags) ?? must(item.Id, 'Id'),
    phase,
    because: saying[phase],
    props: {
      name: config?.Name,
      loadBalancerArn: config?.Arn,
      protocolPolicy: config?.OriginProtocolPolicy,
      httpPort: config?.HTTPPort,
      httpsPort: config?.HTTPSPort,
      sslProtocols: config?.OriginSslProtocols?.Items ?? [],
    },
    outputs: { vpcOriginId: item.Id, vpcOriginArn: item.Arn },
    tags,
    createdAt: item.CreatedTime?.getTime(),
  };
}
