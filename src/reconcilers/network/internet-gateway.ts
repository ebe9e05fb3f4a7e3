import type { InternetGateway } from '@aws-sdk/client-ec2';
import type { AwsKind } from '../../aws/aws.ts';
import { retagEc2, specify } from '../../aws/ec2-tags.ts';
import { ignoreGone } from '../../aws/errors.ts';
import { collect } from '../../aws/pages.ts';
import { nodeName, ownerFilter, toTags } from '../../aws/tags.ts';
import { must } from '../../engine/errors.ts';
import type { Observed } from '../../engine/kind.ts';

export interface InternetGatewayProps {
  readonly vpcId: string;
}

export interface InternetGatewayOutputs {
  readonly internetGatewayId: string;
}

export const internetGateway: AwsKind<InternetGatewayProps, InternetGatewayOutputs> = {
  name: 'InternetGateway',
  immutable: [],
  replace: 'new-first',
  identifies: ['internetGatewayId'],
  nameless: true,
  takes: { create: 2, delete: 5 },
  actions: {
    read: ['ec2:DescribeInternetGateways'],
    write: [
      'ec2:CreateInternetGateway',
      'ec2:AttachInternetGateway',
      'ec2:DetachInternetGateway',
      'ec2:DeleteInternetGateway',
      'ec2:CreateTags',
    ],
  },
  interrupts: (fields) => (fields.includes('vpcId') ? 'all traffic from and to the internet' : undefined),

  async observe({ env: aws }) {
    const ec2 = await aws.ec2();
    const list = await collect(
      ec2.paginateDescribeInternetGateways({ client: ec2.client }, { Filters: ownerFilter(aws) }),
      (page) => page.InternetGateways,
    );
    return list.map(toObserved);
  },

  async create({ env: aws, node }) {
    const ec2 = await aws.ec2();
    const { InternetGateway } = await ec2.sendOnce(
      new ec2.CreateInternetGatewayCommand({ TagSpecifications: specify('internet-gateway', node.tags) }),
    );
    return toObserved(must(InternetGateway, 'InternetGateway'));
  },

  async update({ env: aws }, live, props) {
    const ec2 = await aws.ec2();
    const { internetGatewayId: InternetGatewayId } = live.outputs;
    if (live.props.vpcId !== undefined)
      await ec2.send(new ec2.DetachInternetGatewayCommand({ InternetGatewayId, VpcId: live.props.vpcId }));
    await ec2.send(new ec2.AttachInternetGatewayCommand({ InternetGatewayId, VpcId: props.vpcId }));
  },

  retag: (act, live, tags) => retagEc2(act.env, live.outputs.internetGatewayId, tags),

  async delete({ env: aws }, live) {
    const ec2 = await aws.ec2();
    const { internetGatewayId: InternetGatewayId } = live.outputs;
    // Refused with DependencyViolation while a NAT gateway, a load balancer or a task has a public address.
    if (live.props.vpcId !== undefined)
      await ignoreGone(ec2.send(new ec2.DetachInternetGatewayCommand({ InternetGatewayId, VpcId: live.props.vpcId })));
    await ignoreGone(ec2.send(new ec2.DeleteInternetGatewayCommand({ InternetGatewayId })));
  },
};

function toObserved(item: InternetGateway): Observed<InternetGatewayProps, InternetGatewayOutputs> {
  const tags = toTags(item.Tags);
  const attachment = item.Attachments?.[0];
  return {
    name: nodeName('InternetGateway', tags) ?? must(item.InternetGatewayId, 'InternetGatewayId'),
    // An attached gateway reads `available`, a word that the SDK's enum lacks.
    phase: attachment?.State === 'attaching' || attachment?.State === 'detaching' ? 'pending' : 'ready',
    props: { vpcId: attachment?.VpcId },
    outputs: { internetGatewayId: item.InternetGatewayId },
    tags,
  };
}
