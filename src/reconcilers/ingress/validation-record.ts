import type { AwsKind } from '../../aws/aws.ts';
import type { Observed } from '../../engine/kind.ts';
import { known } from '../../engine/ref.ts';
import { certificate } from './certificate.ts';
import { changeRecords, plain, recordsAt } from './zone-records.ts';

/** The record by which ACM sees that a name is ours. */
export interface ValidationRecordProps {
  readonly hostedZoneId: string;
  /** The name that it proves. */
  readonly host: string;
  readonly recordName: string;
  readonly value: string;
}

export interface ValidationRecordOutputs {
  readonly recordName: string;
}

/** One record proves a name for every certificate of an account: it is nobody's, and goes with the last of them. */
export const validationRecord: AwsKind<ValidationRecordProps, ValidationRecordOutputs> = {
  name: 'ValidationRecord',
  scope: 'account',
  immutable: [],
  replace: 'new-first',
  identifies: [],
  identity: ['recordName'],
  takes: { create: 5 },
  actions: { read: ['route53:ListResourceRecordSets'], write: ['route53:ChangeResourceRecordSets'] },

  async observe(look) {
    const { nodes } = look;
    if (nodes.length === 0) return [];
    const [found, certificates] = await Promise.all([recordsAt(look), look.live(certificate)]);
    return nodes.flatMap(({ name, props }) => {
      const host = known<string>(props.host);
      const wanted = certificates.map(({ outputs }) => ({
        recordName: outputs[`validationName:${host}`],
        value: outputs[`validationValue:${host}`],
      }));
      const at = found.find((place) => place.host === host);
      const stands = at?.records.filter(({ Type }) => Type === 'CNAME') ?? [];
      // A record that proves something else is as good as none.
      const proof = wanted.find(({ recordName, value }) =>
        stands.some((item) => plain(item.Name) === recordName && plain(item.ResourceRecords?.[0]?.Value) === value),
      );
      return proof === undefined ? [] : [toObserved(name, { hostedZoneId: at?.hostedZoneId, host, ...proof })];
    });
  },

  async create({ env: aws, node }, props) {
    const record = {
      Name: props.recordName,
      Type: 'CNAME' as const,
      TTL: 60,
      ResourceRecords: [{ Value: props.value }],
    };
    await changeRecords(aws, props.hostedZoneId, [{ Action: 'UPSERT', ResourceRecordSet: record }]);
    return toObserved(node.name, props);
  },
};

function toObserved(
  name: string,
  props: { readonly [K in keyof ValidationRecordProps]: string | undefined },
): Observed<ValidationRecordProps, ValidationRecordOutputs> {
  return { name, phase: 'ready', props, outputs: { recordName: props.recordName } };
}
