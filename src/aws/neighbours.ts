import { OWNER_TAG } from '../engine/graph.ts';
import type { Aws } from './aws.ts';
import { collect } from './pages.ts';
import { toTags } from './tags.ts';

/**
 * The other gateways of this account and region, `<region>/<name>`. The tagging API goes on naming what was deleted a
 * while ago, and not everybody may ask it: good for a remark, and never a reason to fail.
 */
export async function neighboursOf(aws: Aws): Promise<readonly string[]> {
  const tagging = await aws.tagging();
  const pages = tagging.paginateGetResources(
    { client: tagging.client, pageSize: 100 },
    // Every gateway has some.
    { ResourceTypeFilters: ['ecs:cluster'], TagFilters: [{ Key: OWNER_TAG }] },
  );
  try {
    const found = await collect(pages, (page) => page.ResourceTagMappingList);
    const owners = new Set(found.flatMap((item) => toTags(item.Tags)[OWNER_TAG] ?? []));
    return [...owners].filter((owner) => owner !== aws.owner).sort();
  } catch {
    return [];
  }
}
