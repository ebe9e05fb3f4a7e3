import { OWNER_TAG } from '../engine/graph.ts';
import type { Tags } from '../engine/kind.ts';
import type { Aws } from './aws.ts';
import { collect } from './pages.ts';
import { toTags } from './tags.ts';

/** What is listed without its tags, as the tagging API writes it. */
const TYPES = [
  'cloudwatch:alarm',
  'ecs:cluster',
  'events:rule',
  'kms:key',
  'logs:log-group',
  'sns',
  'sqs',
  'ssm:parameter',
] as const;

type Type = (typeof TYPES)[number];

/** Answers that are underway. */
const asked = new WeakMap<Aws, Promise<ReadonlyMap<string, Tags>>>();

/**
 * The tags of this gateway's things of one type, by ARN, in one call a hundred for all types that are asked for at the
 * same time. It lags behind and goes on naming what was deleted: it says whose a thing is that another list shows,
 * never whether there is one.
 */
export async function ownedTags(aws: Aws, type: Type): Promise<ReadonlyMap<string, Tags>> {
  const answer = asked.get(aws) ?? listOwned(aws).finally(() => asked.delete(aws));
  asked.set(aws, answer);
  return new Map([...(await answer)].filter(([arn]) => isOf(arn, type)));
}

function isOf(arn: string, type: Type): boolean {
  const [service, resource = ''] = type.split(':');
  const [, , itsService, , , itsResource = ''] = arn.split(':');
  return service === itsService && itsResource.startsWith(resource);
}

async function listOwned(aws: Aws): Promise<ReadonlyMap<string, Tags>> {
  const tagging = await aws.tagging();
  const found = await collect(
    tagging.paginateGetResources(
      { client: tagging.client, pageSize: 100 },
      { ResourceTypeFilters: [...TYPES], TagFilters: [{ Key: OWNER_TAG, Values: [aws.owner] }] },
    ),
    (page) => page.ResourceTagMappingList,
  );
  return new Map(found.map((item) => [item.ResourceARN ?? '', toTags(item.Tags)]));
}

/** The tags of one thing: as the bulk answer has them, else asked for by ARN where the thing must be ours or nobody's. */
export async function tagsOf(owned: ReadonlyMap<string, Tags>, arn: string, ask: () => Promise<Tags>): Promise<Tags> {
  return owned.get(arn) ?? ask();
}
