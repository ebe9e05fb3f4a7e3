import type { LogGroup } from '@aws-sdk/client-cloudwatch-logs';
import type { Aws, AwsKind } from '../../aws/aws.ts';
import { ignoreGone } from '../../aws/errors.ts';
import { ownedTags, tagsOf } from '../../aws/owned-tags.ts';
import { collect } from '../../aws/pages.ts';
import { foreignMark, nodeName } from '../../aws/tags.ts';
import { must } from '../../engine/errors.ts';
import type { Observed, Tags } from '../../engine/kind.ts';
import { known } from '../../engine/ref.ts';

export interface LogGroupProps {
  readonly logGroupName: string;
  readonly retentionInDays: number;
}

export interface LogGroupOutputs {
  readonly logGroupName: string;
  /** Without the `:*` that DescribeLogGroups puts behind it. */
  readonly arn: string;
}

export const logGroup: AwsKind<LogGroupProps, LogGroupOutputs> = {
  name: 'LogGroup',
  immutable: ['logGroupName'],
  replace: 'new-first',
  identifies: ['logGroupName'],
  // DocumentDB and Container Insights make groups under names that are known beforehand.
  adopts: true,
  takes: { create: 1, delete: 1 },
  actions: {
    read: ['logs:DescribeLogGroups', 'logs:ListTagsForResource', 'tag:GetResources'],
    write: ['logs:CreateLogGroup', 'logs:PutRetentionPolicy', 'logs:DeleteLogGroup', 'logs:TagResource'],
  },

  async observe({ env: aws, nodes }) {
    const wanted = new Map(nodes.map((node) => [known<string>(node.props.logGroupName) ?? '', node]));
    const logs = await aws.logs();
    const list = (logGroupNamePrefix: string): Promise<readonly LogGroup[]> =>
      collect(
        logs.paginateDescribeLogGroups({ client: logs.client }, { logGroupNamePrefix }),
        (page) => page.logGroups,
      );
    const folders = foldersOf(wanted.keys());
    const [owned, ...lists] = await Promise.all([ownedTags(aws, 'logs:log-group'), ...folders.map(list)]);
    // What nobody asks for any more may be the last of its folder.
    const others = foldersOf([...owned.keys()].map(nameOf)).filter((folder) => !folders.includes(folder));
    lists.push(...(await Promise.all(others.map(list))));
    const ours = lists.flat().filter((item) => wanted.has(item.logGroupName ?? '') || owned.has(arnOf(item)));
    return Promise.all(
      ours.map(async (item) => {
        const tags = await tagsOf(owned, arnOf(item), () => readTags(aws, arnOf(item)));
        const node = wanted.get(item.logGroupName ?? '');
        const own = toObserved(item, tags, node?.name);
        if (item.retentionPolicyName === undefined) return own;
        // The account's policy stands above the group's own days, and AWS shows its days whatever we set.
        const days = item.retentionInDays === undefined ? 'for ever' : `for ${item.retentionInDays} days`;
        const because = `its lines are kept ${days}, as the account's policy ${item.retentionPolicyName} says`;
        const retentionInDays = known<number>(node?.props.retentionInDays);
        return { ...own, because, props: { ...own.props, retentionInDays } };
      }),
    );
  },

  // Retention is not part of the create call.
  async create({ env: aws, node }, { logGroupName }) {
    const logs = await aws.logs();
    await logs.send(new logs.CreateLogGroupCommand({ logGroupName, tags: { ...node.tags } }));
    const arn = `arn:${aws.partition}:logs:${aws.region}:${aws.accountId}:log-group:${logGroupName}`;
    return toObserved({ logGroupName, logGroupArn: arn }, node.tags, node.name);
  },

  async update({ env: aws }, _live, { logGroupName, retentionInDays }) {
    const logs = await aws.logs();
    await logs.send(new logs.PutRetentionPolicyCommand({ logGroupName, retentionInDays }));
  },

  async retag({ env: aws }, live, tags) {
    const logs = await aws.logs();
    await logs.send(new logs.TagResourceCommand({ resourceArn: must(live.outputs.arn, 'arn'), tags: { ...tags } }));
  },

  async delete({ env: aws }, live) {
    const logs = await aws.logs();
    await ignoreGone(logs.send(new logs.DeleteLogGroupCommand({ logGroupName: live.outputs.logGroupName })));
  },
};

/** Up to the last slash, or the whole of a name without one. */
const foldersOf = (names: Iterable<string>): readonly string[] => [
  ...new Set([...names].map((name) => name.slice(0, name.lastIndexOf('/') + 1) || name)),
];

const nameOf = (arn: string): string => arn.split(':log-group:')[1] ?? '';

const arnOf = (item: LogGroup): string => item.logGroupArn ?? item.arn?.replace(/:\*$/, '') ?? '';

async function readTags(aws: Aws, resourceArn: string): Promise<Tags> {
  const logs = await aws.logs();
  return (await logs.send(new logs.ListTagsForResourceCommand({ resourceArn }))).tags ?? {};
}

function toObserved(item: LogGroup, tags: Tags, wanted: string | undefined): Observed<LogGroupProps, LogGroupOutputs> {
  return {
    name: nodeName('LogGroup', tags) ?? wanted ?? must(item.logGroupName, 'logGroupName'),
    phase: 'ready',
    props: { logGroupName: item.logGroupName, retentionInDays: item.retentionInDays },
    outputs: { logGroupName: item.logGroupName, arn: arnOf(item) },
    tags,
    foreign: foreignMark(tags),
  };
}
