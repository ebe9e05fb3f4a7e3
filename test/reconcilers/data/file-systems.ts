import { policy } from '../../../src/aws/policy.ts';
import type { GraphBuilder, Handle } from '../../../src/engine/graph.ts';
import { fileSystem, type FileSystemOutputs } from '../../../src/reconcilers/data/file-system.ts';

export const securePolicy = policy({
  Effect: 'Deny',
  Principal: { AWS: '*' },
  Action: '*',
  Condition: { Bool: { 'aws:SecureTransport': 'false' } },
});

/** A file system for what needs one. */
export const addFileSystem = (graph: GraphBuilder, name: string): Handle<FileSystemOutputs> =>
  graph.add(fileSystem, 'files', {
    creationToken: `${name}-files`,
    performanceMode: 'generalPurpose',
    encrypted: true,
    throughputMode: 'bursting',
    policy: securePolicy,
    automaticBackups: true,
  });
