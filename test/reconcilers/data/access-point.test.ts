import { accessPoint } from '../../../src/reconcilers/data/access-point.ts';
import { testKind } from '../../kind-contract.ts';
import { addFileSystem } from './file-systems.ts';

testKind(accessPoint, {
  needs: (graph, name) => ({ fileSystemId: addFileSystem(graph, name).ref('fileSystemId', { when: 'ready' }) }),
  props: { path: '/models', uid: 1000, gid: 1000, permissions: '755' },
  replacements: [{ path: '/agents' }],
  observeBudget: 1,
});
