import type { ParameterMetadata, ParameterStringFilter } from '@aws-sdk/client-ssm';
import type { Aws } from '../../aws/aws.ts';
import { chunks, collect } from '../../aws/pages.ts';
import { toTags } from '../../aws/tags.ts';
import { OWNER_TAG } from '../../engine/graph.ts';
import type { Tags } from '../../engine/kind.ts';

export const listOwn = (aws: Aws): Promise<readonly ParameterMetadata[]> =>
  describe(aws, { Key: `tag:${OWNER_TAG}`, Values: [aws.owner] });

/** Those of these names, whosever they are. */
export async function listNamed(aws: Aws, names: readonly string[]): Promise<readonly ParameterMetadata[]> {
  const filters = chunks(names, 50).map((Values) => ({ Key: 'Name', Option: 'Equals', Values: [...Values] }));
  return (await Promise.all(filters.map((filter) => describe(aws, filter)))).flat();
}

async function describe(aws: Aws, filter: ParameterStringFilter): Promise<readonly ParameterMetadata[]> {
  const ssm = await aws.ssm();
  const pages = ssm.paginateDescribeParameters({ client: ssm.client, pageSize: 50 }, { ParameterFilters: [filter] });
  return collect(pages, (page) => page.Parameters);
}

/** The values of these, in clear. */
export async function valuesOf(
  aws: Aws,
  names: readonly string[],
): Promise<ReadonlyMap<string | undefined, string | undefined>> {
  const ssm = await aws.ssm();
  const answers = await Promise.all(
    chunks(names, 10).map((Names) =>
      ssm.send(new ssm.GetParametersCommand({ Names: [...Names], WithDecryption: true })),
    ),
  );
  return new Map(answers.flatMap(({ Parameters }) => (Parameters ?? []).map((item) => [item.Name, item.Value])));
}

export async function tagsOf(aws: Aws, ResourceId: string | undefined): Promise<Tags> {
  const ssm = await aws.ssm();
  const { TagList } = await ssm.send(new ssm.ListTagsForResourceCommand({ ResourceType: 'Parameter', ResourceId }));
  return toTags(TagList);
}
