import type { Aws } from '../../aws/aws.ts';
import { codeOf } from '../../aws/errors.ts';
import type { Observed } from '../../engine/kind.ts';
import type { HostedZoneOutputs, HostedZoneProps } from './hosted-zone.ts';
import { changeRecords, plain, recordsOf } from './zone-records.ts';

/** A record by which ACM sees that a name is ours. */
export interface Proof {
  /** The name that it proves. */
  readonly host: string;
  readonly recordName: string;
}

/** Deletes the records of these names as they stand, in zones of ours. */
export async function deleteProofs(
  aws: Aws,
  zones: readonly Observed<HostedZoneProps, HostedZoneOutputs>[],
  proofs: readonly Proof[],
): Promise<void> {
  for (const { host, recordName } of proofs) {
    const hostedZoneId = zones.find(({ props }) => props.hosts?.includes(host))?.outputs.hostedZoneId;
    if (hostedZoneId === undefined) continue;
    const stands = (await recordsOf(aws, hostedZoneId, recordName)).filter(
      ({ Type, Name }) => Type === 'CNAME' && plain(Name) === recordName,
    );
    const changes = stands.map((ResourceRecordSet) => ({ Action: 'DELETE' as const, ResourceRecordSet }));
    if (changes.length > 0) await ignoreChanged(changeRecords(aws, hostedZoneId, changes));
  }
}

/** What is sent back as it stood is refused when somebody changed it meanwhile: then it is theirs. */
async function ignoreChanged(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (codeOf(error) !== 'InvalidChangeBatch') throw error;
  }
}
