import type { Service } from '@aws-sdk/client-ecs';
import type { Aws } from '../../aws/aws.ts';
import { orUndefined } from '../../aws/errors.ts';
import { chunks, collect } from '../../aws/pages.ts';
import { isOurs } from '../../aws/tags.ts';
import type { Observed } from '../../engine/kind.ts';
import type { ClusterOutputs, ClusterProps } from './cluster.ts';

const MOST_SERVICES = 10;

/** The services of our clusters; those of these names also while they are on their way out. */
export async function servicesIn(
  aws: Aws,
  clusters: readonly Observed<ClusterProps, ClusterOutputs>[],
  names: readonly string[],
): Promise<readonly Service[]> {
  const ours = clusters.filter((item) => isOurs(aws, item.tags ?? {})).flatMap((item) => item.outputs.clusterArn ?? []);
  return (await Promise.all(ours.map((arn) => servicesOf(aws, arn, names)))).flat();
}

/** The list leaves out those whose tasks are still stopping; asked for by name they are there. */
async function servicesOf(aws: Aws, clusterArn: string, names: readonly string[]): Promise<readonly Service[]> {
  const ecs = await aws.ecs();
  const pages = ecs.paginateListServices({ client: ecs.client, pageSize: 100 }, { cluster: clusterArn });
  const listed = (await orUndefined(collect(pages, (page) => page.serviceArns))) ?? [];
  const all = [...new Set([...listed.map((arn) => arn.split('/').pop() ?? ''), ...names])];
  const answers = await Promise.all(
    chunks(all, MOST_SERVICES).map((part) =>
      orUndefined(
        ecs.send(new ecs.DescribeServicesCommand({ cluster: clusterArn, services: [...part], include: ['TAGS'] })),
      ),
    ),
  );
  return answers.flatMap((answer) => answer?.services ?? []).filter((item) => item.status !== 'INACTIVE');
}
