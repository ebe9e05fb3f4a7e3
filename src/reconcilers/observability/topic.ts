import type { Aws, AwsKind } from '../../aws/aws.ts';
import { ignoreGone, orUndefined } from '../../aws/errors.ts';
import { ownedTags, tagsOf } from '../../aws/owned-tags.ts';
import { foreignMark, fromTags, nodeName, toTags } from '../../aws/tags.ts';
import { must } from '../../engine/errors.ts';
import type { Observed, Tags } from '../../engine/kind.ts';
import { known } from '../../engine/ref.ts';

export interface TopicProps {
  readonly topicName: string;
}

export interface TopicOutputs {
  readonly topicArn: string;
}

/** An SNS topic with the policy that AWS gives it: its own account may publish. */
export const topic: AwsKind<TopicProps, TopicOutputs> = {
  name: 'Topic',
  immutable: ['topicName'],
  replace: 'new-first',
  // It goes before what mentions it: alarms do not mind, and an unconfirmed subscription goes only with its topic.
  identifies: [],
  identity: ['topicArn'],
  takes: { create: 1, delete: 1 },
  actions: {
    read: ['sns:GetTopicAttributes', 'sns:ListTagsForResource', 'tag:GetResources'],
    write: ['sns:CreateTopic', 'sns:DeleteTopic', 'sns:TagResource'],
  },

  async observe({ env: aws, nodes }) {
    const sns = await aws.sns();
    const wanted = new Map(nodes.map((node) => [arnOf(aws, known<string>(node.props.topicName) ?? ''), node.name]));
    const owned = await ownedTags(aws, 'sns');
    const found = [...new Set([...wanted.keys(), ...owned.keys()])].map(async (TopicArn) => {
      const attributes = await orUndefined(sns.send(new sns.GetTopicAttributesCommand({ TopicArn })));
      if (attributes === undefined) return [];
      const tags = await tagsOf(owned, TopicArn, () => readTags(aws, TopicArn));
      return [toObserved(TopicArn, tags, wanted.get(TopicArn))];
    });
    return (await Promise.all(found)).flat();
  },

  async create({ env: aws, node }, { topicName }) {
    const sns = await aws.sns();
    const { TopicArn } = await sns.send(new sns.CreateTopicCommand({ Name: topicName, Tags: fromTags(node.tags) }));
    return toObserved(must(TopicArn, 'TopicArn'), node.tags, node.name);
  },

  async retag({ env: aws }, live, tags) {
    const sns = await aws.sns();
    await sns.send(new sns.TagResourceCommand({ ResourceArn: live.outputs.topicArn, Tags: fromTags(tags) }));
  },

  async delete({ env: aws }, live) {
    const sns = await aws.sns();
    await ignoreGone(sns.send(new sns.DeleteTopicCommand({ TopicArn: live.outputs.topicArn })));
  },
};

async function readTags(aws: Aws, ResourceArn: string): Promise<Tags> {
  const sns = await aws.sns();
  return toTags((await sns.send(new sns.ListTagsForResourceCommand({ ResourceArn }))).Tags);
}

const arnOf = (aws: Aws, name: string): string => `arn:${aws.partition}:sns:${aws.region}:${aws.accountId}:${name}`;

function toObserved(topicArn: string, tags: Tags, wanted: string | undefined): Observed<TopicProps, TopicOutputs> {
  const topicName = topicArn.slice(topicArn.lastIndexOf(':') + 1);
  return {
    name: nodeName('Topic', tags) ?? wanted ?? topicName,
    phase: 'ready',
    props: { topicName },
    outputs: { topicArn },
    tags,
    foreign: foreignMark(tags),
  };
}
