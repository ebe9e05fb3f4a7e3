import type { Aws } from '../../aws/aws.ts';
import { ignoreGone, orUndefined } from '../../aws/errors.ts';
import { fromTags } from '../../aws/tags.ts';
import { must, stalled, waiting } from '../../engine/errors.ts';
import { OWNER_TAG } from '../../engine/graph.ts';
import type { Tags } from '../../engine/kind.ts';
import type { DBClusterSnapshot } from '@aws-sdk/client-rds';
import { retagRds } from './rds-tags.ts';

/**
 * Names the final snapshot of a deletion that has begun, so that a later process goes on with it. A cluster that is
 * wanted again loses the tag: its next deletion makes a new snapshot and never trusts an old one.
 */
export const FINAL_SNAPSHOT_TAG = 'mcpgw:final-snapshot';

const LONGEST = 63;

interface Doomed {
  readonly props: {
    readonly deletionProtection: boolean | undefined;
    readonly finalSnapshotIdentifier: string | undefined;
  };
  readonly outputs: { readonly dbClusterIdentifier: string | undefined; readonly dbClusterArn: string | undefined };
  readonly tags?: Tags | undefined;
}

/**
 * Deletes a cluster, a stage a call: protection off, the snapshot's name noted, the snapshot made, seen available,
 * the cluster deleted. Its instances have gone by then, so that nothing is written after the snapshot.
 */
export async function deleteWithSnapshot(
  aws: Aws,
  live: Doomed,
  token: string,
  options: { readonly DeleteAutomatedBackups?: boolean } = {},
): Promise<void | 'again'> {
  const rds = await aws.rds();
  const DBClusterIdentifier = must(live.outputs.dbClusterIdentifier, 'dbClusterIdentifier');
  if (live.props.deletionProtection === true) {
    await ignoreGone(
      rds.send(
        new rds.ModifyDBClusterCommand({ DBClusterIdentifier, DeletionProtection: false, ApplyImmediately: true }),
      ),
    );
    return 'again';
  }
  const name = live.props.finalSnapshotIdentifier ?? '';
  if (name === '') {
    const end = `-final-${token.slice(0, 8)}`;
    const fresh = `${DBClusterIdentifier.slice(0, LONGEST - end.length)}${end}`;
    await ignoreGone(retagRds(aws, live.outputs.dbClusterArn, { [FINAL_SNAPSHOT_TAG]: fresh }));
    return 'again';
  }
  const snapshot = await snapshotNamed(aws, name);
  if (snapshot === undefined) {
    await ignoreGone(
      rds.send(
        new rds.CreateDBClusterSnapshotCommand({
          DBClusterIdentifier,
          DBClusterSnapshotIdentifier: name,
          Tags: fromTags({ Name: name, [OWNER_TAG]: aws.owner }),
        }),
      ),
    );
    return 'again';
  }
  if (snapshot.Status === 'failed')
    throw stalled(
      'SnapshotFailed',
      `the final snapshot ${name} failed, so the cluster stays; delete that snapshot and try again`,
    );
  if (snapshot.Status !== 'available')
    throw waiting(
      'SnapshotNotAvailable',
      `the final snapshot ${name} is ${snapshot.Status ?? 'not known'}, ${snapshot.PercentProgress ?? 0}% done`,
    );
  await ignoreGone(
    rds.send(new rds.DeleteDBClusterCommand({ DBClusterIdentifier, SkipFinalSnapshot: true, ...options })),
  );
}

async function snapshotNamed(aws: Aws, name: string): Promise<DBClusterSnapshot | undefined> {
  const rds = await aws.rds();
  const found = await orUndefined(
    rds.send(new rds.DescribeDBClusterSnapshotsCommand({ DBClusterSnapshotIdentifier: name })),
  );
  return found?.DBClusterSnapshots?.[0];
}
