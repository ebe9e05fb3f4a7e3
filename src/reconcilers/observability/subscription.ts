import type { AwsKind } from '../../aws/aws.ts';
import { ignoreGone } from '../../aws/errors.ts';
import { collect } from '../../aws/pages.ts';
import type { Observed } from '../../engine/kind.ts';
import { known } from '../../engine/ref.ts';
import { topic } from './topic.ts';

export interface SubscriptionProps {
  readonly topicArn: string;
  readonly endpoint: string;
}

export interface SubscriptionOutputs {
  readonly subscriptionArn: string;
}

const PENDING = 'PendingConfirmation';

/** An e-mail address that a topic tells. Its owner confirms it by a link that is good for two days. */
export const subscription: AwsKind<SubscriptionProps, SubscriptionOutputs> = {
  name: 'Subscription',
  parent: 'topicArn',
  immutable: ['topicArn', 'endpoint'],
  replace: 'delete-first',
  identifies: [],
  takes: { create: 1, delete: 1 },
  actions: { read: ['sns:ListSubscriptionsByTopic'], write: ['sns:Subscribe', 'sns:Unsubscribe'] },

  async observe({ env: aws, nodes, live }) {
    const sns = await aws.sns();
    const topics = (await live(topic)).map((item) => item.outputs.topicArn).filter((arn) => arn !== undefined);
    const lists = topics.map((TopicArn) =>
      collect(sns.paginateListSubscriptionsByTopic({ client: sns.client }, { TopicArn }), (page) => page.Subscriptions),
    );
    const addresses = (await Promise.all(lists)).flat().filter((item) => item.Protocol === 'email');
    // Who is told is what the manifest says. What is subscribed by another protocol is its owner's; what nobody wants
    // and nobody has confirmed cannot be taken off, and vanishes by itself.
    return addresses.flatMap(({ TopicArn, Endpoint, SubscriptionArn = '' }) => {
      const node = nodes.find((wanted) => known<string>(wanted.props.endpoint) === Endpoint);
      if (node === undefined && SubscriptionArn === PENDING) return [];
      return [toObserved(node?.name ?? SubscriptionArn, TopicArn, Endpoint, SubscriptionArn)];
    });
  },

  async create({ env: aws, node }, { topicArn, endpoint }) {
    const sns = await aws.sns();
    const { SubscriptionArn } = await sns.send(
      new sns.SubscribeCommand({
        TopicArn: topicArn,
        Protocol: 'email',
        Endpoint: endpoint,
        ReturnSubscriptionArn: true,
      }),
    );
    return { ...toObserved(node.name, topicArn, endpoint, PENDING), outputs: { subscriptionArn: SubscriptionArn } };
  },

  // One that is not confirmed yet has no ARN to be taken off by; it goes with its topic.
  async delete({ env: aws }, live) {
    const { subscriptionArn: SubscriptionArn } = live.outputs;
    if (SubscriptionArn === undefined) return;
    const sns = await aws.sns();
    await ignoreGone(sns.send(new sns.UnsubscribeCommand({ SubscriptionArn })));
  },
};

function toObserved(
  name: string,
  topicArn: string | undefined,
  endpoint: string | undefined,
  arn: string | undefined,
): Observed<SubscriptionProps, SubscriptionOutputs> {
  const pending = arn === PENDING;
  return {
    name,
    phase: 'ready',
    because: pending ? `${endpoint ?? ''} has to confirm by the link in the e-mail from AWS` : undefined,
    props: { topicArn, endpoint },
    outputs: { subscriptionArn: pending ? undefined : arn },
  };
}
