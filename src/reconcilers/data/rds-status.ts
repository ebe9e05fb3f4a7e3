import type { Phase } from '../../engine/kind.ts';

const USABLE = new Set(['available', 'backing-up', 'storage-optimization', 'maintenance', 'failing-over']);
const UNDERWAY = new Set([
  'creating',
  'modifying',
  'upgrading',
  'renaming',
  'rebooting',
  'promoting',
  'starting',
  'stopping',
  'scaling-compute',
  'scaling-storage',
  'migrating',
  'preparing-data-migration',
  'resetting-master-credentials',
  'moving-to-vpc',
  'configuring-enhanced-monitoring',
  'configuring-iam-database-auth',
  'configuring-log-exports',
  'configuring-associated-roles',
  'update-iam-db-auth',
  'update-storage-encryption',
  'delete-precheck',
  'converting-to-vpc',
  'reactivating',
]);
const ADVICE: Readonly<Record<string, string>> = {
  stopped: 'it was stopped; start it again (aws rds start-db-cluster)',
  'inaccessible-encryption-credentials': 'its KMS key cannot be used; enable the key, or call its deletion off',
  'inaccessible-encryption-credentials-recoverable':
    'its KMS key cannot be used; enable the key, then start the cluster (aws rds start-db-cluster)',
  'insufficient-capacity': 'AWS has no room for this class here; choose another instance class',
  'incompatible-network': 'its subnets have no free addresses, or the network was changed under it',
  'incompatible-parameters': 'its parameters do not fit its version; see its parameter group',
};

/** What a cluster's or an instance's status means. AWS refuses changes and deletion in all but `available`. */
export function phaseOf(status: string | undefined): { readonly phase: Phase; readonly because?: string } {
  if (status === undefined || UNDERWAY.has(status))
    return { phase: 'pending', because: `AWS says ${status ?? 'nothing yet'}` };
  if (USABLE.has(status)) return { phase: 'ready' };
  if (status === 'deleting') return { phase: 'deleting' };
  return { phase: 'failed', because: ADVICE[status] ?? `AWS says ${status}` };
}
