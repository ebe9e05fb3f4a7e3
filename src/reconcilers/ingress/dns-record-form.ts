import type { ResourceRecordSet } from '@aws-sdk/client-route-53';
import type { Aws } from '../../aws/aws.ts';
import type { DnsRecordProps } from './dns-record.ts';
import { plain } from './zone-records.ts';

export const aliasOf = (props: DnsRecordProps): ResourceRecordSet => ({
  Name: props.name,
  Type: 'A',
  AliasTarget: {
    DNSName: props.target,
    HostedZoneId: props.targetZoneId,
    EvaluateTargetHealth: props.evaluateTargetHealth,
  },
});

/** The records that say where a name leads. */
export const leading = (records: readonly ResourceRecordSet[], name: string): readonly ResourceRecordSet[] =>
  records.filter(({ Name, Type }) => Name === `${name}.` && LEADING.has(Type));

const LEADING: ReadonlySet<string | undefined> = new Set(['A', 'AAAA', 'CNAME']);

export function targetOf(record: ResourceRecordSet): string {
  const target = record.AliasTarget?.DNSName ?? record.ResourceRecords?.map(({ Value }) => Value).join(', ') ?? '';
  // Aliases that the console makes lead to both address families by another name.
  return plain(target.toLowerCase()).replace(/^dualstack\./, '');
}

/** Records have no tags: a record beside one says whose it is. */
export const markOf = (aws: Aws, name: string): ResourceRecordSet => ({
  Name: markName(name),
  Type: 'TXT',
  TTL: 300,
  ResourceRecords: [{ Value: markText(aws) }],
});

export const isMark = (item: ResourceRecordSet, name: string): boolean =>
  item.Type === 'TXT' && item.Name === `${markName(name)}.`;

/** Whose a name is when it is not this gateway's. */
export function foreignMark(
  aws: Aws,
  record: ResourceRecordSet | undefined,
  mark: ResourceRecordSet | undefined,
): string | undefined {
  const text = mark?.ResourceRecords?.[0]?.Value;
  if (text === markText(aws)) return undefined;
  if (text !== undefined) return `the gateway ${text.replaceAll('"', '').replace(MARK, '')}`;
  const target = record === undefined ? 'nothing' : targetOf(record);
  return `somebody else: it leads to ${target} and carries no mark of a gateway; delete it, or choose another name under spec.ingress.domain`;
}

const MARK = 'mcpgw:gateway=';
const markName = (name: string): string => `_mcpgw.${name}`;
const markText = (aws: Aws): string => `"${MARK}${aws.owner}"`;
