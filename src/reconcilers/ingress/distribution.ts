import type { DistributionConfig } from '@aws-sdk/client-cloudfront';
import type { Aws, AwsKind } from '../../aws/aws.ts';
import { ignoreGone, orUndefined } from '../../aws/errors.ts';
import { originIds } from '../../aws/names.ts';
import { collect } from '../../aws/pages.ts';
import { fromTags, isOurs, nodeName, toTags } from '../../aws/tags.ts';
import { must, waiting } from '../../engine/errors.ts';
import type { Observed, Tags } from '../../engine/kind.ts';
import { canonical, toConfig, toProps, type DistributionProps, type LiveConfig } from './distribution-form.ts';

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
  },

  async observe({ env: aws }) {
    const cloudfront = await aws.cloudfront();
    const all = await collect(
      cloudfront.paginateListDistributions({ client: cloudfront.client }, {}),
      (page) => page.DistributionList?.Items,
    );
    // The tags of each are a call of their own: they are fetched for those alone that look like ours.
    const candidates = all.filter((item) => looksLikeOurs(aws, item));
    const tagged = await Promise.all(candidates.map(async (item) => ({ item, tags: await tagsOf(aws, item.ARN) })));
    return tagged.filter(({ tags }) => isOurs(aws, tags)).map(({ item, tags }) => toObserved(item, item, tags));
  },

  async create({ env: aws, node, token }, props) {
    const cloudfront = await aws.cloudfront();
    const { Distribution } = await cloudfront.send(
      new cloudfront.CreateDistributionWithTagsCommand({
        DistributionConfigWithTags: {
          DistributionConfig: toConfig(props, { CallerReference: token }),
          Tags: { Items: fromTags(node.tags) },
        },
      }),
    );
    const item = must(Distribution, 'Distribution');
    return toObserved(item, item.DistributionConfig ?? {}, node.tags);
  },

  async update({ env: aws }, live, props) {
    const cloudfront = await aws.cloudfront();
    const Id = live.outputs.distributionId;
    const { DistributionConfig, ETag } = await cloudfront.send(new cloudfront.GetDistributionConfigCommand({ Id }));
    await cloudfront.send(
      new cloudfront.UpdateDistributionCommand({
        Id,
        IfMatch: ETag,
        DistributionConfig: toConfig(props, must(DistributionConfig, 'DistributionConfig')),
      }),
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
      const DistributionConfig: DistributionConfig = { ...config, Enabled: false };
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
