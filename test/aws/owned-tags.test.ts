import assert from 'node:assert/strict';
import test from 'node:test';
import type { Aws } from '../../src/aws/aws.ts';
import { ownedTags } from '../../src/aws/owned-tags.ts';
import { OWNER_TAG } from '../../src/engine/graph.ts';

interface Asked {
  readonly ResourceTypeFilters: readonly string[];
  readonly TagFilters: readonly { readonly Key: string; readonly Values: readonly string[] }[];
}

const arnOf = (rest: string): string => `arn:aws:${rest}`;
const AT = 'eu-west-1:123456789012';

const ARNS = {
  'cloudwatch:alarm': [arnOf(`cloudwatch:${AT}:alarm:one-5xx`), arnOf(`cloudwatch:${AT}:alarm:sns: a/b`)],
  'ecs:cluster': [arnOf(`ecs:${AT}:cluster/one`)],
  'events:rule': [arnOf(`events:${AT}:rule/one`), arnOf(`events:${AT}:rule/a-bus/one`)],
  'kms:key': [arnOf(`kms:${AT}:key/1234-5678`)],
  'logs:log-group': [
    arnOf(`logs:${AT}:log-group:one`),
    arnOf(`logs:${AT}:log-group:/ecs/one/registry`),
    arnOf(`logs:${AT}:log-group:/aws/ecs:two:*`),
  ],
  sns: [arnOf(`sns:${AT}:one-alarms`)],
  sqs: [arnOf(`sqs:${AT}:one-queue`)],
  'ssm:parameter': [arnOf(`ssm:${AT}:parameter/one/key`)],
} as const;
type Type = keyof typeof ARNS;
const TYPES = Object.keys(ARNS) as Type[];

/** What the tagging API has, two things a page. It answers when `answer` says so, as it then is. */
function tagging(arns: readonly string[] = Object.values(ARNS).flat(), owner = 'eu-west-1/one') {
  const asked: Asked[] = [];
  let answer: () => void = () => undefined;
  let fault: Error | undefined;
  const client = { name: 'a client' };
  async function* paginateGetResources(config: { readonly client: unknown }, input: Asked) {
    assert.equal(config.client, client);
    asked.push(input);
    await new Promise<void>((resolve) => (answer = resolve));
    if (fault !== undefined) throw fault;
    for (let i = 0; i < arns.length; i += 2)
      yield {
        ResourceTagMappingList: arns
          .slice(i, i + 2)
          .map((ResourceARN) => ({ ResourceARN, Tags: [{ Key: 'of', Value: ResourceARN }] })),
      };
  }
  return {
    aws: { owner, tagging: async () => ({ client, paginateGetResources }) } as unknown as Aws,
    asked,
    async answers(error?: Error): Promise<void> {
      fault = error;
      await new Promise(setImmediate);
      answer();
    },
  };
}

/** The tags of these ARNs, as they are expected. */
const tagsOf = (arns: readonly string[]) => new Map(arns.map((arn) => [arn, { of: arn }]));

test('who asks at the same time shares one call, and gets the things of one type with their tags', async () => {
  const { aws, asked, answers } = tagging();
  const answer = Promise.all(TYPES.map(async (type) => [type, await ownedTags(aws, type)] as const));
  await answers();
  for (const [type, found] of await answer) assert.deepEqual(found, tagsOf(ARNS[type]), type);
  assert.equal(asked.length, 1);
  assert.deepEqual([...(asked[0]?.ResourceTypeFilters ?? [])].sort(), [...TYPES].sort());
  assert.deepEqual(asked[0]?.TagFilters, [{ Key: OWNER_TAG, Values: ['eu-west-1/one'] }]);
});

test('things of the same services that are of other types belong to no type', async () => {
  const { aws, answers } = tagging([
    arnOf(`ecs:${AT}:service/one/registry`),
    arnOf(`events:${AT}:event-bus/rule`),
    arnOf(`kms:${AT}:alias/key`),
    arnOf(`logs:${AT}:delivery:log-group`),
    arnOf(`ssm:${AT}:document/parameter`),
    arnOf(`cloudwatch:${AT}:dashboard/alarm`),
    arnOf(`s3:::sns`),
  ]);
  const answer = Promise.all(TYPES.map((type) => ownedTags(aws, type)));
  await answers();
  for (const found of await answer) assert.deepEqual(found, new Map());
});

test('who comes while an answer is underway gets that one, who comes later a new one', async () => {
  const things: string[] = [...ARNS.sns];
  const { aws, asked, answers } = tagging(things);
  const first = ownedTags(aws, 'sns');
  await new Promise(setImmediate);
  const second = ownedTags(aws, 'sqs');
  await answers();
  assert.deepEqual([await first, await second], [tagsOf(ARNS.sns), tagsOf([])]);
  assert.equal(asked.length, 1);

  things.push(...ARNS.sqs);
  const third = ownedTags(aws, 'sqs');
  await answers();
  assert.deepEqual(await third, tagsOf(ARNS.sqs));
  assert.equal(asked.length, 2);
});

test('a failure reaches all who asked and is forgotten', async () => {
  const { aws, asked, answers } = tagging();
  const answer = Promise.allSettled([ownedTags(aws, 'sns'), ownedTags(aws, 'kms:key'), ownedTags(aws, 'sns')]);
  await answers(new Error('slow down'));
  assert.deepEqual(
    (await answer).map((one) => (one.status === 'rejected' ? (one.reason as Error).message : one.status)),
    ['slow down', 'slow down', 'slow down'],
  );
  const again = ownedTags(aws, 'kms:key');
  await answers();
  assert.deepEqual(await again, tagsOf(ARNS['kms:key']));
  assert.equal(asked.length, 2);
});

test('each gateway asks for its own things', async () => {
  const [one, two] = [tagging(ARNS.sns), tagging(ARNS.sqs, 'eu-west-1/two')];
  const answer = Promise.all([ownedTags(one.aws, 'sns'), ownedTags(two.aws, 'sns')]);
  await Promise.all([one.answers(), two.answers()]);
  assert.deepEqual(await answer, [tagsOf(ARNS.sns), tagsOf([])]);
  assert.deepEqual(two.asked[0]?.TagFilters, [{ Key: OWNER_TAG, Values: ['eu-west-1/two'] }]);
});
