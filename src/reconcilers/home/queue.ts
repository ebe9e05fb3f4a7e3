import type { Aws, AwsKind } from '../../aws/aws.ts';
import { ignoreGone, orUndefined } from '../../aws/errors.ts';
import { ownedTags, tagsOf } from '../../aws/owned-tags.ts';
import { canonicalPolicy } from '../../aws/policy.ts';
import { foreignMark, nodeName } from '../../aws/tags.ts';
import { must } from '../../engine/errors.ts';
import type { Observed, Tags } from '../../engine/kind.ts';
import { known } from '../../engine/ref.ts';
import { fromAttributes, toAttributes, type QueueSettings } from './queue-attributes.ts';

export interface QueueProps extends QueueSettings {
  readonly queueName: string;
}

export interface QueueOutputs {
  readonly queueArn: string;
  readonly queueUrl: string;
}

/** A standard SQS queue. */
export const queue: AwsKind<QueueProps, QueueOutputs> = {
  name: 'Queue',
  immutable: ['queueName'],
  replace: 'new-first',
  identifies: ['queueArn', 'queueUrl'],
  takes: { create: 2, update: 2, delete: 2 },
  canonical: ({ policy, ...props }) => ({ ...props, policy: canonicalPolicy(policy) }),
  actions: {
    read: ['sqs:GetQueueAttributes', 'sqs:GetQueueUrl', 'sqs:ListQueueTags', 'tag:GetResources'],
    write: ['sqs:CreateQueue', 'sqs:DeleteQueue', 'sqs:SetQueueAttributes', 'sqs:TagQueue'],
  },

  async observe({ env: aws, nodes }) {
    const wanted = new Map(nodes.map((node) => [arnOf(aws, known<string>(node.props.queueName) ?? ''), node.name]));
    const owned = await ownedTags(aws, 'sqs');
    const found = [...new Set([...wanted.keys(), ...owned.keys()])].map(async (queueArn) =>
      observeOne(aws, queueArn, owned, wanted.get(queueArn)),
    );
    return (await Promise.all(found)).filter((item) => item !== undefined);
  },

  async create({ env: aws, node }, props) {
    const sqs = await aws.sqs();
    const { QueueUrl } = await sqs.send(
      new sqs.CreateQueueCommand({
        QueueName: props.queueName,
        Attributes: toAttributes(props),
        tags: { ...node.tags },
      }),
    );
    return {
      name: node.name,
      phase: 'ready',
      props,
      outputs: { queueArn: arnOf(aws, props.queueName), queueUrl: must(QueueUrl, 'QueueUrl') },
      tags: node.tags,
    };
  },

  async update({ env: aws }, live, props, changed) {
    const sqs = await aws.sqs();
    const Attributes = {
      ...toAttributes(props, changed),
      // A key of KMS stands in the way of SQS's own.
      ...(changed.has('sse') && props.sse && { KmsMasterKeyId: '' }),
    };
    await sqs.send(new sqs.SetQueueAttributesCommand({ QueueUrl: live.outputs.queueUrl, Attributes }));
  },

  async retag({ env: aws }, live, tags) {
    const sqs = await aws.sqs();
    await sqs.send(new sqs.TagQueueCommand({ QueueUrl: live.outputs.queueUrl, Tags: { ...tags } }));
  },

  async delete({ env: aws }, live) {
    const sqs = await aws.sqs();
    await ignoreGone(sqs.send(new sqs.DeleteQueueCommand({ QueueUrl: live.outputs.queueUrl })));
  },
};

const arnOf = (aws: Aws, name: string): string => `arn:${aws.partition}:sqs:${aws.region}:${aws.accountId}:${name}`;

async function observeOne(
  aws: Aws,
  queueArn: string,
  owned: ReadonlyMap<string, Tags>,
  wanted: string | undefined,
): Promise<Observed<QueueProps, QueueOutputs> | undefined> {
  const sqs = await aws.sqs();
  const queueName = queueArn.slice(queueArn.lastIndexOf(':') + 1);
  const address = await orUndefined(sqs.send(new sqs.GetQueueUrlCommand({ QueueName: queueName })));
  if (address === undefined) return undefined;
  const queueUrl = must(address.QueueUrl, 'QueueUrl');
  const [answer, tags] = await Promise.all([
    orUndefined(sqs.send(new sqs.GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['All'] }))),
    tagsOf(owned, queueArn, () => readTags(aws, queueUrl)),
  ]);
  if (answer === undefined) return undefined;
  const found = answer.Attributes ?? {};
  return {
    name: nodeName('Queue', tags) ?? wanted ?? queueName,
    phase: 'ready',
    props: { queueName, ...fromAttributes(found) },
    outputs: { queueArn, queueUrl },
    tags,
    foreign: foreignMark(tags),
    createdAt: found.CreatedTimestamp === undefined ? undefined : Number(found.CreatedTimestamp) * 1000,
  };
}

async function readTags(aws: Aws, QueueUrl: string): Promise<Tags> {
  const sqs = await aws.sqs();
  return (await orUndefined(sqs.send(new sqs.ListQueueTagsCommand({ QueueUrl }))))?.Tags ?? {};
}
