import { policy } from '../../aws/policy.ts';
import type { Handle } from '../../engine/graph.ts';
import type { Input } from '../../engine/ref.ts';
import type { FolderName } from '../../spec/releases/release.ts';
import type { Declaration } from '../declaration.ts';
import { accessPoint, type AccessPointOutputs } from './access-point.ts';
import type { Nodes, Surroundings } from './surroundings.ts';
import { fileSystem, type FileSystemOutputs } from './file-system.ts';
import { mountTarget } from './mount-target.ts';

export interface FilesPart {
  readonly fileSystemId: Input<string>;
  readonly fileSystem: Handle<FileSystemOutputs>;
  readonly accessPoints: Readonly<Record<FolderName, Handle<AccessPointOutputs>>>;
  /** What must stand before a task can mount a folder. */
  readonly ready: Nodes;
}

/** Who comes without TLS is turned away; who comes through a mount target may do everything in its folder. */
const secure = policy(
  {
    Sid: 'TlsOnly',
    Effect: 'Deny',
    Principal: { AWS: '*' },
    Action: '*',
    Condition: { Bool: { 'aws:SecureTransport': 'false' } },
  },
  {
    Sid: 'ThroughMountTargets',
    Effect: 'Allow',
    Principal: { AWS: '*' },
    Action: ['elasticfilesystem:ClientMount', 'elasticfilesystem:ClientRootAccess', 'elasticfilesystem:ClientWrite'],
    Condition: { Bool: { 'elasticfilesystem:AccessedViaMountTarget': 'true' } },
  },
);

// Whom the containers run as.
const USER = 1000;

export function declareFiles({ graph, gateway, names }: Declaration, { network, identity }: Surroundings): FilesPart {
  const { throughputMode, provisionedThroughput } = gateway.files;
  const system = graph.add(
    fileSystem,
    'main',
    {
      creationToken: names.fileSystem,
      performanceMode: 'generalPurpose',
      encrypted: true,
      throughputMode,
      provisionedThroughputInMibps: provisionedThroughput,
      policy: secure,
      automaticBackups: true,
    },
    { title: names.fileSystem, after: [identity.serviceLinkedRoles.elasticfilesystem] },
  );
  const mountTargets = network.privateSubnetIds.map((subnetId, i) =>
    graph.add(mountTarget, `private-${'abc'.charAt(i)}`, {
      fileSystemId: system.ref('fileSystemId', { when: 'ready' }),
      subnetId,
      securityGroups: [network.groups.efs.ref('groupId')],
    }),
  );
  const addFolder = (directory: string): Handle<AccessPointOutputs> => {
    const called = directory.replaceAll('_', '-');
    return graph.add(
      accessPoint,
      called,
      {
        fileSystemId: system.ref('fileSystemId', { when: 'ready' }),
        path: `/${directory}`,
        uid: USER,
        gid: USER,
        permissions: '755',
      },
      { title: names.accessPoint(called) },
    );
  };
  return {
    fileSystemId: system.ref('fileSystemId'),
    fileSystem: system,
    accessPoints: {
      servers: addFolder('servers'),
      models: addFolder('models'),
      logs: addFolder('logs'),
      agents: addFolder('agents'),
      authConfig: addFolder('auth_config'),
      mcpgwData: addFolder('mcpgw_data'),
    },
    ready: [system, ...mountTargets],
  };
}
