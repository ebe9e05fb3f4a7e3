import assert from 'node:assert/strict';
import test from 'node:test';
import { runtimeNote } from '../../src/doctor/runtime.ts';

test('an old Node.js is named, one that gets fixes is not', () => {
  assert.match(runtimeNote('20.20.2') ?? '', /^Node\.js 20\.20\.2 gets no fixes any more/);
  assert.equal(runtimeNote('22.0.0'), undefined);
  assert.equal(runtimeNote('24.11.1'), undefined);
});
