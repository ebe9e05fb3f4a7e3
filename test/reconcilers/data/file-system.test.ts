import { policy } from '../../../src/aws/policy.ts';
import { fileSystem } from '../../../src/reconcilers/data/file-system.ts';
import { testKind } from '../../kind-contract.ts';
import { securePolicy } from './file-systems.ts';

const open = policy({ Effect: 'Allow', Principal: { AWS: '*' }, Action: ['elasticfilesystem:ClientMount'] });

testKind(fileSystem, {
  props: (name) => ({
    creationToken: `${name}-files`,
    performanceMode: 'generalPurpose',
    encrypted: true,
    throughputMode: 'bursting',
    policy: securePolicy,
    automaticBackups: true,
  }),
  updates: [
    { policy: open },
    { throughputMode: 'provisioned', provisionedThroughputInMibps: 100 },
    { automaticBackups: false },
  ],
  outside: {
    'backups that somebody switched on': async (aws, live) => {
      const efs = await aws.efs();
      const FileSystemId = String(live.outputs['fileSystemId']);
      await efs.send(new efs.PutBackupPolicyCommand({ FileSystemId, BackupPolicy: { Status: 'ENABLED' } }));
    },
  },
  observeBudget: 3,
});
