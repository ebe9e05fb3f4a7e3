import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isLaterMinor, isMajorChange } from '../../../src/reconcilers/data/engine-version.ts';
import { phaseOf } from '../../../src/reconcilers/data/rds-status.ts';

test('a cluster that is backed up serves, one that is modified is underway, one that was stopped needs a person', () => {
  assert.deepEqual(phaseOf('backing-up'), { phase: 'ready' });
  assert.equal(phaseOf('resetting-master-credentials').phase, 'pending');
  assert.deepEqual(phaseOf('deleting'), { phase: 'deleting' });
  const { phase, because } = phaseOf('stopped');
  assert.equal(phase, 'failed');
  assert.match(because ?? '', /start-db-cluster/);
});

test('a status that nobody has heard of is a failure, told in the words of AWS', () => {
  assert.deepEqual(phaseOf('cloning-failed'), { phase: 'failed', because: 'AWS says cloning-failed' });
});

test('a later minor version is as good as the wanted one, an earlier one and another major are not', () => {
  assert.ok(isLaterMinor('16.10', '16.8'));
  assert.ok(isLaterMinor('5.0.2', '5.0.0'));
  assert.ok(!isLaterMinor('16.6', '16.8'));
  assert.ok(!isLaterMinor('17.4', '16.8'));
  assert.ok(!isLaterMinor(undefined, '16.8'));
  assert.ok(isMajorChange('5.0.0', '8.0.0'));
  assert.ok(!isMajorChange('16.6', '16.8'));
});
