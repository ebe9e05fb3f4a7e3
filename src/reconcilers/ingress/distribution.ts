import type { DistributionConfig } from '@aws-sdk/client-cloudfront';
import type { Aws, AwsKind } from '../../aws/aws.ts';
import { ignoreGone, orUndefined } from '../../aws/errors.ts';
import { originIds } from '../../aws/names.ts';
import { collect } from '../../aws/pages.ts';
import { fromTags, isOurs, nodeName, toTags } from '../../aws/tags.ts';
import { must, waiting } from '../../engine/errors.ts';
import type { Observed, Tags } from '../../engine/kind.ts';
import { saysWhoHasAlias } from './alias-conflict.ts';
import {
  canonical,
  NO_LOGGING,
  toConfig,
  toProps,
  type DistributionProps,
  type LiveConfig,
} from './distribution-form.ts';

export interface DistributionOutputs {
  readonly distributionId: string;
  readonly distributionArn: string;
  /** Final from the first answer on, long before it answers everywhere. */
  readonly domainName: string;
}

/** A distribution of CloudFront. It is never replaced: its host name is what people know. */
export const distribution: AwsKind<DistributionProps, DistributionOutputs> = {
  name: 'Distribution',
  immutable: [],
  replace: 'refuse',
  refusal: 'its host name is the address of the gateway',
  identifies: ['distributionId'],
  nameless: true,
  canonical,
  takes: { create: 300, update: 300, delete: 600 },
  interrupts: (fields) =>
    fields.includes('origin') ? 'requests at some edges, until all of them know the new origin' : undefined,
  actions: {
    read: [
      'cloudfront:ListDistributions',
      'cloudfront:ListTagsForResource',
      'cloudfront:GetDistribution',
      'cloudfront:GetDistributionConfig',
    ],
    write: [
      'cloudfront:CreateDistribution',
      'cloudfront:UpdateDistribution',
      'cloudfront:DeleteDistribution',
      'cloudfront:TagResource',
    ],
    // CloudFront lets itself in where it is to write log files.
    implied: ['s3:GetBucketAcl', 's3:PutBucketAcl'],
  },

  async observe({ env: aws, nodes }) {
    const cloudfront = await aws.cloudfront();
    const all = await collect(
      cloudfront.paginateListDistributions({ client: cloudfront.client }, {}),
      (page) => page.DistributionList?.Items,
    );
    // The tags of each are a call of their own: they are fetched for those alone that look like ours.
    const candidates = all.filter((item) => looksLikeOurs(aws, item));
    const tagged = await Promise.all(candidates.map(async (item) => ({ item, tags: await tagsOf(aws, item.ARN) })));
    const ours = tagged.filter(({ tags }) => isOurs(aws, tags));
    // The list says nothing of logging, and asking for it is a call for each.
    const isAsked = nodes.some(({ props }) => props.logging !== null);
    return Promise.all(
      ours.map(async ({ item, tags }) => {
        const Logging = isAsked || LOGGED_TAG in tags ? await loggingOf(aws, item.Id) : undefined;
        return toObserved(item, { ...item, Logging }, tags);
      }),
    );
  },

  async create({ env: aws, node, token }, props) {
    const cloudfront = await aws.cloudfront();
    const tags = props.logging === null ? node.tags : { ...node.tags, ...LOGGED };
    const { Distribution } = await saysWhoHasAlias(
      aws,
      props.aliases,
      cloudfront.send(
        new cloudfront.CreateDistributionWithTagsCommand({
          DistributionConfigWithTags: {
            DistributionConfig: toConfig(props, { CallerReference: token }),
            Tags: { Items: fromTags(tags) },
          },
        }),
      ),
    );
    const item = must(Distribution, 'Distribution');
    return toObserved(item, item.DistributionConfig ?? {}, tags);
  },

  async update({ env: aws }, live, props, changed) {
    const cloudfront = await aws.cloudfront();
    const { distributionId: Id, distributionArn: Resource } = live.outputs;
    const { DistributionConfig, ETag } = await cloudfront.send(new cloudfront.GetDistributionConfigCommand({ Id }));
    const before = must(DistributionConfig, 'DistributionConfig');
    if (changed.has('logging') && props.logging !== null)
      await cloudfront.send(new cloudfront.TagResourceCommand({ Resource, Tags: { Items: fromTags(LOGGED) } }));
    await saysWhoHasAlias(
      aws,
      props.aliases,
      cloudfront.send(
        new cloudfront.UpdateDistributionCommand({
          Id,
          IfMatch: ETag,
          DistributionConfig: toConfig(props, changed.has('logging') ? { ...before, Logging: NO_LOGGING } : before),
        }),
      ),
    );
  },

  async retag({ env: aws }, live, tags) {
    const cloudfront = await aws.cloudfront();
    await cloudfront.send(
      new cloudfront.TagResourceCommand({ Resource: live.outputs.distributionArn, Tags: { Items: fromTags(tags) } }),
    );
  },

  async delete({ env: aws }, live) {
    const cloudfront = await aws.cloudfront();
    const Id = live.outputs.distributionId;
    const answer = await orUndefined(cloudfront.send(new cloudfront.GetDistributionCommand({ Id })));
    if (answer === undefined) return undefined;
    const { Distribution, ETag: IfMatch } = answer;
    const config = must(Distribution?.DistributionConfig, 'DistributionConfig');
    if (config.Enabled === true) {
      // Switched off it would go on holding its host names and its certificate.
      const freed = { Aliases: { Quantity: 0 }, ViewerCertificate: { CloudFrontDefaultCertificate: true } };
      const DistributionConfig: DistributionConfig = { ...config, ...freed, Enabled: false };
      await cloudfront.send(new cloudfront.UpdateDistributionCommand({ Id, IfMatch, DistributionConfig }));
      return 'again';
    }
    if (Distribution?.Status !== 'Deployed')
      throw waiting(
        'DistributionInProgress',
        'CloudFront is still switching it off at its edges, which takes some minutes',
      );
    await ignoreGone(cloudfront.send(new cloudfront.DeleteDistributionCommand({ Id, IfMatch })));
    return undefined;
  },
};

interface Listed {
  readonly Id?: string | undefined;
  readonly ARN?: string | undefined;
  readonly Status?: string | undefined;
  readonly DomainName?: string | undefined;
}

/** On those that write logs, or did: only they are asked whether they still do. */
const LOGGED_TAG = 'mcpgw:logged';
const LOGGED = { [LOGGED_TAG]: 'yes' };

async function loggingOf(aws: Aws, Id: string | undefined): Promise<LiveConfig['Logging']> {
  const cloudfront = await aws.cloudfront();
  const answer = await orUndefined(cloudfront.send(new cloudfront.GetDistributionConfigCommand({ Id })));
  return answer?.DistributionConfig?.Logging;
}

const ORIGIN_IDS: ReadonlySet<string | undefined> = new Set(Object.values(originIds));

function looksLikeOurs({ owner }: Aws, item: LiveConfig): boolean {
  const isCommented = item.Comment?.startsWith(`${owner.split('/')[1] ?? ''} `) === true;
  return isCommented || (item.Origins?.Items ?? []).some(({ Id }) => ORIGIN_IDS.has(Id));
}

async function tagsOf(aws: Aws, Resource: string | undefined): Promise<Tags> {
  const cloudfront = await aws.cloudfront();
  // It may have gone since the list was made.
  const answer = await orUndefined(cloudfront.send(new cloudfront.ListTagsForResourceCommand({ Resource })));
  return toTags(answer?.Tags?.Items);
}

function toObserved(item: Listed, config: LiveConfig, tags: Tags): Observed<DistributionProps, DistributionOutputs> {
  const isDeployed = item.Status === 'Deployed';
  return {
    name: nodeName('Distribution', tags) ?? must(item.Id, 'Id'),
    phase: isDeployed ? 'ready' : 'pending',
    because: isDeployed ? undefined : 'CloudFront is carrying it to its edges, which takes some minutes',
    props: toProps(config),
    outputs: { distributionId: item.Id, distributionArn: item.ARN, domainName: item.DomainName },
    tags,
  };
}
