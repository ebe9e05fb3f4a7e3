import type { Subscription } from '@aws-sdk/client-sns';
import type { Aws, AwsKind } from '../../aws/aws.ts';
import { ignoreGone, orUndefined } from '../../aws/errors.ts';
import { collect } from '../../aws/pages.ts';
import { fromTags, toTags } from '../../aws/tags.ts';
import { shortHash } from '../../engine/graph.ts';
import type { Observed } from '../../engine/kind.ts';
import { known } from '../../engine/ref.ts';
import { topic } from './topic.ts';

export interface SubscriptionProps {
  readonly topicArn: string;
  readonly endpoint: string;
  /** Its owner got the mail, and no second one is sent unasked. The topic remembers it. */
  readonly asked: true;
}

export interface SubscriptionOutputs {
  readonly subscriptionArn: string;
}

const PENDING = 'PendingConfirmation';
/** On the topic: stands for the address that was asked last. */
const ASKED_TAG = 'mcpgw:asked';

/**
 * An e-mail address that a topic tells. Its owner confirms it by a link that is good for two days; when nobody does,
 * the subscription vanishes within another.
 */
export const subscription: AwsKind<SubscriptionProps, SubscriptionOutputs> = {
  name: 'Subscription',
  parent: 'topicArn',
  immutable: ['topicArn', 'endpoint'],
  replace: 'delete-first',
  identifies: [],
  takes: { create: 1, update: 1, delete: 1 },
  actions: {
    read: ['sns:ListSubscriptionsByTopic', 'sns:ListTagsForResource'],
    write: ['sns:Subscribe', 'sns:TagResource', 'sns:Unsubscribe'],
  },

  async observe({ env: aws, nodes, live }) {
    const sns = await aws.sns();
    const topics = (await live(topic)).map((item) => item.outputs.topicArn).filter((arn) => arn !== undefined);
    const lists = topics.map((TopicArn) =>
      collect(sns.paginateListSubscriptionsByTopic({ client: sns.client }, { TopicArn }), (page) => page.Subscriptions),
    );
    const listed = (await Promise.all(lists)).flat().filter((item) => item.Protocol === 'email');
    const own = nodes.map(async ({ name, props }) => {
      const endpoint = known<string>(props.endpoint);
      const at = known<string>(props.topicArn);
      const same = listed.filter((item) => item.Endpoint === endpoint);
      const found = same.find((item) => item.TopicArn === at) ?? same[0];
      const topicArn = found?.TopicArn ?? at ?? topics[0];
      if (endpoint === undefined || topicArn === undefined) return [];
      const asked = isConfirmed(found) || (await askedOf(aws, topicArn)) === shortHash(endpoint);
      return found === undefined && !asked ? [] : [toObserved(name, { topicArn, endpoint, asked }, found)];
    });
    // Who is told is what the manifest says. What is subscribed by another protocol is its owner's; what nobody wants
    // and nobody has confirmed cannot be taken off, and vanishes by itself.
    const wanted = new Set(nodes.map((node) => known<string>(node.props.endpoint)));
    const others = listed
      .filter((item) => isConfirmed(item) && !wanted.has(item.Endpoint))
      .map((item) =>
        toObserved(item.SubscriptionArn ?? '', { topicArn: item.TopicArn, endpoint: item.Endpoint, asked: true }, item),
      );
    return [...(await Promise.all(own)).flat(), ...others];
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
    const made = toObserved(node.name, { topicArn, endpoint, asked: false }, { SubscriptionArn: PENDING });
    return { ...made, outputs: { subscriptionArn: SubscriptionArn } };
  },

  async update({ env: aws }, _live, { topicArn, endpoint }) {
    const sns = await aws.sns();
    const Tags = fromTags({ [ASKED_TAG]: shortHash(endpoint) });
    await sns.send(new sns.TagResourceCommand({ ResourceArn: topicArn, Tags }));
  },

  // One that is not confirmed yet has no ARN to be taken off by; it goes with its topic.
  async delete({ env: aws }, live) {
    const { subscriptionArn: SubscriptionArn } = live.outputs;
    if (SubscriptionArn === undefined) return;
    const sns = await aws.sns();
    await ignoreGone(sns.send(new sns.UnsubscribeCommand({ SubscriptionArn })));
  },
};

const isConfirmed = (item: Subscription | undefined): boolean =>
  item?.SubscriptionArn !== undefined && item.SubscriptionArn !== PENDING;

/** What stands for the address that this topic asked last. The tagging API would tell of it too late. */
async function askedOf(aws: Aws, ResourceArn: string): Promise<string | undefined> {
  const sns = await aws.sns();
  const answer = await orUndefined(sns.send(new sns.ListTagsForResourceCommand({ ResourceArn })));
  return toTags(answer?.Tags)[ASKED_TAG];
}

function noteOf(endpoint: string | undefined, item: Subscription | undefined): string | undefined {
  if (isConfirmed(item)) return undefined;
  return item === undefined
    ? `${endpoint ?? ''} has not confirmed in time, or has unsubscribed, and is told nothing: to ask again, take spec.observability.alarms.email out, apply, and put it back`
    : `${endpoint ?? ''} has to confirm by the link in the e-mail from AWS`;
}

function toObserved(
  name: string,
  { topicArn, endpoint, asked }: { topicArn: string | undefined; endpoint: string | undefined; asked: boolean },
  item: Subscription | undefined,
): Observed<SubscriptionProps, SubscriptionOutputs> {
  return {
    name,
    phase: 'ready',
    because: noteOf(endpoint, item),
    props: { topicArn, endpoint, asked: asked || undefined },
    outputs: { subscriptionArn: isConfirmed(item) ? item?.SubscriptionArn : undefined },
  };
}
