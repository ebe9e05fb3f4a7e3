import { OWNER_TAG } from '../engine/graph.ts';
import type { Tags } from '../engine/kind.ts';
import type { Aws } from './aws.ts';
import { collect } from './pages.ts';
import { toTags } from './tags.ts';

/**
 * The tags of this gateway's things of one type, by ARN, in one call a hundred. It lags behind and goes on naming
 * what was deleted: it says whose a thing is that another list shows, never whether there is one.
 *
 * @param type as the tagging API writes it: `logs:log-group`
 */
export async function ownedTags(aws: Aws, type: string): Promise<ReadonlyMap<string, Tags>> {
  const tagging = await aws.tagging();
  const found = await collect(
    tagging.paginateGetResources(
      { client: tagging.client, pageSize: 100 },
      { ResourceTypeFilters: [type], TagFilters: [{ Key: OWNER_TAG, Values: [aws.owner] }] },
    ),
    (page) => page.ResourceTagMappingList,
  );
  return new Map(found.map((item) => [item.ResourceARN ?? '', toTags(item.Tags)]));
}

/** The tags of one thing: as the bulk answer has them, else asked for by ARN where the thing must be ours or nobody's. */
export async function tagsOf(owned: ReadonlyMap<string, Tags>, arn: string, ask: () => Promise<Tags>): Promise<Tags> {
  return owned.get(arn) ?? ask();
}
