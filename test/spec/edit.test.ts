import assert from 'node:assert/strict';
import test from 'node:test';
import { editManifest } from '../../src/spec/edit.ts';

const MANIFEST = `# Ours.
apiVersion: mcpgw.io/v1alpha1
kind: Gateway
metadata: { name: one }   # the first
spec:
  accountId: '123456789012'
  services:
    auth:   { cpu: 512,   memory: 1024 } # small
    # not yet
    registry:
      cpu: 1024 # enough
---
kind: Gateway
metadata:
  name: two
spec: {}
`;

const edit = (...path: readonly string[]): { path: readonly string[]; value: number } => ({ path, value: 2048 });

test('a value that stands there is exchanged, and not a blank beside it moves', () => {
  assert.equal(
    editManifest(MANIFEST, 'one', [edit('spec', 'services', 'registry', 'cpu')]),
    MANIFEST.replace('cpu: 1024 # enough', 'cpu: 2048 # enough'),
  );
  assert.equal(
    editManifest(MANIFEST, 'one', [edit('spec', 'services', 'auth', 'cpu')]),
    MANIFEST.replace('cpu: 512, ', 'cpu: 2048, '),
  );
});

test('a field that is not there is added, and comments stay', () => {
  const edited = editManifest(MANIFEST, 'one', [edit('spec', 'services', 'registry', 'memory')]) ?? '';
  assert.match(edited, /cpu: 1024 # enough\n {6}memory: 2048\n/);
  for (const comment of ['# Ours.', '# the first', '# small', '# not yet'])
    assert.ok(edited.includes(comment), comment);
  assert.match(edited, /accountId: '123456789012'/);
  assert.match(edited, /name: two/);
});

test('the gateway that is named is edited, and no other', () => {
  const edited = editManifest(MANIFEST, 'two', [edit('spec', 'files', 'size')]) ?? '';
  const [first = '', second = ''] = edited.split('---');
  assert.ok(!first.includes('2048'));
  assert.ok(second.includes('2048'));
  assert.equal(editManifest(MANIFEST, 'three', [edit('spec', 'files')]), undefined);
});

test('a text is written as a text', () => {
  const edited = editManifest(MANIFEST, 'one', [{ path: ['spec', 'accountId'], value: '012345678901' }]) ?? '';
  assert.match(edited, /accountId: "012345678901"/);
});
