import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { diff, equal, fieldsOf, withHash } from '../../src/engine/diff.ts';
import type { AnyKind, Observed } from '../../src/engine/kind.ts';
import { Secret } from '../../src/engine/secret.ts';
import { toyKind } from './toy-platform.ts';

const kind = (more: Partial<AnyKind> = {}): AnyKind => ({
  ...toyKind('Thing'),
  immutable: ['shape'],
  unordered: ['ids'],
  ...more,
});
const live = (props: Record<string, unknown>): Observed => ({ name: 'a', phase: 'ready', props, outputs: {} });

test('only what is wanted is compared', () => {
  assert.deepEqual(diff(kind(), { size: 1 }, live({ size: 1, colour: 'red' })), []);
});

test('absent, undefined and null are one', () => {
  assert.deepEqual(diff(kind(), { size: null, ids: undefined }, live({})), []);
  assert.equal(diff(kind(), { size: null }, live({ size: 1 })).length, 1);
});

test('a change deep inside is named by its pointer', () => {
  const changes = diff(kind(), { policy: { 'a/b': [{ x: 1 }] } }, live({ policy: { 'a/b': [{ x: 2 }] } }));
  assert.deepEqual(changes, [{ path: '/policy/a~1b/0/x', from: 2, to: 1, replaces: false }]);
  assert.deepEqual([...fieldsOf(changes)], ['policy']);
});

test('something added inside a document is a difference', () => {
  assert.equal(diff(kind(), { policy: { a: 1 } }, live({ policy: { a: 1, b: 2 } })).length, 1);
});

test('the order of a set means nothing', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string()), (ids) => {
      assert.deepEqual(diff(kind(), { ids }, live({ ids: [...ids].reverse() })), []);
    }),
  );
});

test('a value equals itself, whatever it is', () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => assert(equal(value, structuredClone(value)))));
});

test('an immutable field replaces', () => {
  assert.deepEqual(
    diff(kind(), { shape: 'square' }, live({ shape: 'round' })).map((change) => change.replaces),
    [true],
  );
});

test('what the platform may move is tolerated', () => {
  const tolerant = kind({ tolerates: { size: (found: number | undefined) => found !== undefined && found < 5 } });
  assert.deepEqual(diff(tolerant, { size: 1 }, live({ size: 4 })), []);
  assert.equal(diff(tolerant, { size: 1 }, live({ size: 6 })).length, 1);
});

test('a name that carries the hash of a replacement is the name', () => {
  const unique = kind({ unique: { field: 'name', limit: 12 } });
  assert.deepEqual(diff(unique, { name: 'keycloak-alb' }, live({ name: withHash('keycloak-alb', 'a1b2c3', 12) })), []);
  assert.equal(diff(unique, { name: 'keycloak-alb' }, live({ name: 'other-a1b2c3' })).length, 1);
});

test('a secret is never compared and never shown', () => {
  assert.deepEqual(diff(kind(), { password: new Secret('canary'), size: 1 }, live({ size: 1 })), []);
});
