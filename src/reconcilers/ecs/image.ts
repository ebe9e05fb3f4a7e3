import type { Aws, AwsKind } from '../../aws/aws.ts';
import { orUndefined } from '../../aws/errors.ts';
import { chunks } from '../../aws/pages.ts';
import type { Observed } from '../../engine/kind.ts';
import { known } from '../../engine/ref.ts';

export interface ImageProps {
  /** As a person writes it: registry, repository and tag. */
  readonly reference: string;
}

export interface ImageOutputs {
  /** By its digest where that is known, so that a task started tomorrow runs what was deployed today. */
  readonly image: string;
}

/** An image in the caller's own ECR. */
interface OwnImage {
  readonly registry: string;
  readonly repository: string;
  readonly tag: string;
}

const MOST_IMAGES = 100;

/** Looks images up in the caller's own ECR. Those elsewhere, and those given by digest, are used as written. */
export const image: AwsKind<ImageProps, ImageOutputs> = {
  name: 'Image',
  immutable: [],
  replace: 'new-first',
  identifies: [],
  actions: { read: ['ecr:BatchGetImage'], write: [] },

  async observe({ env: aws, nodes }) {
    const wanted = nodes.map((node) => {
      const reference = known<string>(node.props.reference) ?? '';
      return { name: node.name, reference, own: toOwnImage(reference, aws) };
    });
    const tags = new Map<string, Set<string>>();
    for (const { own } of wanted)
      if (own !== undefined) tags.set(own.repository, (tags.get(own.repository) ?? new Set()).add(own.tag));
    const found = new Map(
      await Promise.all(
        [...tags].map(async ([repository, list]) => [repository, await digestsOf(aws, repository, [...list])] as const),
      ),
    );
    return wanted.map(({ name, reference, own }) => {
      if (own === undefined) return toObserved(name, reference, reference);
      const digests = found.get(own.repository);
      const digest = digests?.get(own.tag);
      if (digest !== undefined) return toObserved(name, reference, `${own.registry}/${own.repository}@${digest}`);
      return {
        ...toObserved(name, reference, undefined),
        phase: 'failed',
        because: howToPush(aws, own, digests !== undefined),
      };
    });
  },
};

function toOwnImage(reference: string, aws: Aws): OwnImage | undefined {
  const own =
    /^(?<registry>(?<account>\d{12})\.dkr\.ecr\.(?<region>[a-z0-9-]+)\.amazonaws\.com(?:\.cn)?)\/(?<repository>[^:@]+)(?::(?<tag>[^@]+))?$/;
  const { registry, account, region, repository, tag } = own.exec(reference)?.groups ?? {};
  if (registry === undefined || repository === undefined || account !== aws.accountId || region !== aws.region)
    return undefined;
  return { registry, repository, tag: tag ?? 'latest' };
}

/** Digests by tag; undefined when there is no such repository. An image for several platforms has that of its index. */
async function digestsOf(
  aws: Aws,
  repositoryName: string,
  tags: readonly string[],
): Promise<ReadonlyMap<string, string> | undefined> {
  const ecr = await aws.ecr();
  const answers = await Promise.all(
    chunks(tags, MOST_IMAGES).map((part) =>
      // Unlike DescribeImages it answers for those that are there although others are missing.
      orUndefined(
        ecr.send(new ecr.BatchGetImageCommand({ repositoryName, imageIds: part.map((imageTag) => ({ imageTag })) })),
      ),
    ),
  );
  if (answers.includes(undefined)) return undefined;
  const images = answers.flatMap((answer) => answer?.images ?? []);
  return new Map(
    images.flatMap(({ imageId }) =>
      imageId?.imageTag && imageId.imageDigest ? [[imageId.imageTag, imageId.imageDigest]] : [],
    ),
  );
}

function howToPush(aws: Aws, { registry, repository, tag }: OwnImage, hasRepository: boolean): string {
  const name = `${registry}/${repository}:${tag}`;
  return [
    `${name} is not in ECR. Build it for linux/amd64 as ${repository}:${tag}, then:`,
    ...(hasRepository ? [] : [`  aws ecr create-repository --region ${aws.region} --repository-name ${repository}`]),
    `  aws ecr get-login-password --region ${aws.region} | docker login --username AWS --password-stdin ${registry}`,
    `  docker tag ${repository}:${tag} ${name}`,
    `  docker push ${name}`,
  ].join('\n');
}

function toObserved(name: string, reference: string, found: string | undefined): Observed<ImageProps, ImageOutputs> {
  return { name, phase: 'ready', props: { reference }, outputs: { image: found } };
}
