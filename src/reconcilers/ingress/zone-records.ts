import type {
  Change,
  ListResourceRecordSetsRequest,
  ListResourceRecordSetsResponse,
  ResourceRecordSet,
} from '@aws-sdk/client-route-53';
import type { Aws } from '../../aws/aws.ts';
import { orUndefined } from '../../aws/errors.ts';
import type { Look } from '../../engine/kind.ts';
import { hostedZone } from './hosted-zone.ts';

/** A host name of ours with everything that stands at it and below it. */
export interface HostRecords {
  readonly host: string;
  readonly hostedZoneId: string;
  readonly records: readonly ResourceRecordSet[];
}

/** What a look has read, by its `live`: kinds of one look share it. */
const read = new WeakMap<object, Promise<readonly HostRecords[]>>();

/** What stands at the names of ours in the zones of a look: one call a name, whichever kind asks first. */
export function recordsAt({ env, live }: Pick<Look<Aws>, 'env' | 'live'>): Promise<readonly HostRecords[]> {
  const found = read.get(live) ?? readAll(env, live);
  read.set(live, found);
  return found;
}

async function readAll(aws: Aws, live: Look<Aws>['live']): Promise<readonly HostRecords[]> {
  const places = (await live(hostedZone)).flatMap(({ props, outputs: { hostedZoneId } }) =>
    hostedZoneId === undefined ? [] : (props.hosts ?? []).map((host) => ({ host, hostedZoneId })),
  );
  return Promise.all(
    places.map(async (place) => ({ ...place, records: await recordsOf(aws, place.hostedZoneId, place.host) })),
  );
}

// A zone may be a whole company's. What stands below a name is listed right after it.
const NEAR = 100;

/** What stands at a name and below it. */
export async function recordsOf(aws: Aws, HostedZoneId: string, host: string): Promise<readonly ResourceRecordSet[]> {
  const route53 = await aws.route53();
  const isBelow = (name = ''): boolean => name === `${host}.` || name.endsWith(`.${host}.`);
  const found: ResourceRecordSet[] = [];
  let next: Omit<ListResourceRecordSetsRequest, 'HostedZoneId'> | undefined = { StartRecordName: host };
  while (next !== undefined) {
    // A zone that has gone has no records.
    const page: ListResourceRecordSetsResponse | undefined = await orUndefined(
      route53.send(new route53.ListResourceRecordSetsCommand({ HostedZoneId, MaxItems: NEAR, ...next })),
    );
    if (page === undefined) return [];
    found.push(...(page.ResourceRecordSets ?? []).filter(({ Name }) => isBelow(Name)));
    next = isBelow(page.NextRecordName)
      ? { StartRecordName: page.NextRecordName, StartRecordType: page.NextRecordType }
      : undefined;
  }
  return found;
}

/** All of it or nothing. Returns what to ask by whether every name server knows it. */
export async function changeRecords(aws: Aws, HostedZoneId: string, Changes: Change[]): Promise<string | undefined> {
  const route53 = await aws.route53();
  const { ChangeInfo } = await route53.send(
    new route53.ChangeResourceRecordSetsCommand({ HostedZoneId, ChangeBatch: { Changes } }),
  );
  return ChangeInfo?.Id;
}

/** A DNS name without its final dot. */
export const plain = (name = ''): string => name.replace(/\.$/, '');
