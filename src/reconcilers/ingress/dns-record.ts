import type { Change, ResourceRecordSet } from '@aws-sdk/client-route-53';
import type { Aws, AwsKind } from '../../aws/aws.ts';
import { orUndefined } from '../../aws/errors.ts';
import { must } from '../../engine/errors.ts';
import type { Observed } from '../../engine/kind.ts';
import { known } from '../../engine/ref.ts';
import { aliasOf, foreignMark, isMark, leading, markOf, targetOf } from './dns-record-form.ts';
import { changeRecords, recordsAt, recordsOf } from './zone-records.ts';

/** A host name that leads to a load balancer or a distribution, with a mark beside it that says whose it is. */
export interface DnsRecordProps {
  readonly hostedZoneId: string;
  readonly name: string;
  /** A DNS name in lower case, without a final dot. */
  readonly target: string;
  readonly targetZoneId: string;
  readonly evaluateTargetHealth: boolean;
}

export interface DnsRecordOutputs {
  readonly hostedZoneId: string;
  readonly name: string;
  readonly target: string;
}

/** Changes of this process that name servers may not know yet, by zone and name. */
const underway = new Map<string, string>();

export const dnsRecord: AwsKind<DnsRecordProps, DnsRecordOutputs> = {
  name: 'DnsRecord',
  immutable: ['hostedZoneId', 'name'],
  replace: 'new-first',
  identifies: [],
  identity: ['hostedZoneId', 'name'],
  takes: { create: 60, update: 60, delete: 5 },
  moves: (fields) => (fields.includes('target') ? ['target'] : []),
  actions: {
    read: ['route53:ListResourceRecordSets', 'route53:GetChange'],
    write: ['route53:ChangeResourceRecordSets'],
  },

  async observe(look) {
    const { env: aws } = look;
    const found = await recordsAt(look);
    const all = await Promise.all(
      found.map(async ({ host, hostedZoneId, records }) => {
        const [record] = leading(records, host);
        const mark = records.find((item) => isMark(item, host));
        if (record === undefined && mark === undefined) return [];
        const name = look.nodes.find(({ props }) => known<string>(props.name) === host)?.name ?? host;
        const everywhere = await isEverywhere(aws, hostedZoneId, host);
        const observed = toObserved(host, hostedZoneId, record, everywhere);
        return [{ ...observed, name, foreign: foreignMark(aws, record, mark) }];
      }),
    );
    return all.flat();
  },

  async create({ env: aws, node }, props) {
    // CREATE and not UPSERT: what somebody made a moment ago stays.
    await change(aws, props, [
      { Action: 'CREATE', ResourceRecordSet: aliasOf(props) },
      { Action: 'UPSERT', ResourceRecordSet: markOf(aws, props.name) },
    ]);
    return { ...toObserved(props.name, props.hostedZoneId, aliasOf(props), false), name: node.name };
  },

  async update({ env: aws }, _live, props) {
    const { hostedZoneId, name } = props;
    // Beside a CNAME, or beside records of which Route 53 chooses one, ours could not stand.
    const others = leading(await recordsOf(aws, hostedZoneId, name), name).filter(
      (item) => item.Type === 'CNAME' || item.SetIdentifier !== undefined,
    );
    await change(aws, props, [
      ...others.map((ResourceRecordSet) => ({ Action: 'DELETE' as const, ResourceRecordSet })),
      { Action: 'UPSERT', ResourceRecordSet: aliasOf(props) },
      { Action: 'UPSERT', ResourceRecordSet: markOf(aws, name) },
    ]);
  },

  async delete({ env: aws }, { props }) {
    const name = must(props.name, 'name');
    const hostedZoneId = must(props.hostedZoneId, 'hostedZoneId');
    // Only what is sent back exactly as it stands is deleted.
    const records = await recordsOf(aws, hostedZoneId, name);
    const ours = records.filter((item) => isMark(item, name) || (item.Type === 'A' && item.Name === `${name}.`));
    const changes = ours.map((ResourceRecordSet) => ({ Action: 'DELETE' as const, ResourceRecordSet }));
    if (changes.length > 0) await changeRecords(aws, hostedZoneId, changes);
    underway.delete(`${hostedZoneId} ${name}`);
  },
};

async function change(
  aws: Aws,
  { hostedZoneId, name }: Pick<DnsRecordProps, 'hostedZoneId' | 'name'>,
  Changes: Change[],
): Promise<void> {
  const id = await changeRecords(aws, hostedZoneId, Changes);
  if (id !== undefined) underway.set(`${hostedZoneId} ${name}`, id);
}

/** Whether all name servers know the last change that this process made. */
async function isEverywhere(aws: Aws, hostedZoneId: string, name: string): Promise<boolean> {
  const key = `${hostedZoneId} ${name}`;
  const Id = underway.get(key);
  if (Id === undefined) return true;
  const route53 = await aws.route53();
  const answer = await orUndefined(route53.send(new route53.GetChangeCommand({ Id })));
  if (answer?.ChangeInfo?.Status !== 'INSYNC') return false;
  underway.delete(key);
  return true;
}

function toObserved(
  name: string,
  hostedZoneId: string,
  record: ResourceRecordSet | undefined,
  everywhere: boolean,
): Observed<DnsRecordProps, DnsRecordOutputs> {
  const alias = record?.AliasTarget;
  const target = record && targetOf(record);
  return {
    name,
    phase: everywhere ? 'ready' : 'pending',
    because: everywhere ? undefined : 'not all name servers of Route 53 know it yet, which takes about a minute',
    props: {
      hostedZoneId,
      name,
      target,
      targetZoneId: alias?.HostedZoneId,
      evaluateTargetHealth: alias?.EvaluateTargetHealth,
    },
    outputs: { hostedZoneId, name, target },
  };
}
