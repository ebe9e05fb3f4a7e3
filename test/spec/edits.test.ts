import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { editsOf } from '../../src/spec/edits.ts';

type Case = readonly [title: string, from: unknown, to: unknown, paths: readonly string[]];

const cases: readonly Case[] = [
  ['nothing', { a: { b: 1 }, c: [1, { d: 2 }] }, { a: { b: 1 }, c: [1, { d: 2 }] }, []],
  ['the smallest value', { a: { b: 1, c: 2 } }, { a: { b: 1, c: 3 } }, ['/a/c']],
  ['what came, as a whole and in parts', {}, { a: { b: 1, c: { d: 2 } } }, ['/a', '/a/b', '/a/c', '/a/c/d']],
  ['what went, as a whole and in parts', { a: { b: 1 } }, {}, ['/a', '/a/b']],
  ['an item of a list of the same length', { a: ['x', { b: 1 }] }, { a: ['x', { b: 2 }] }, ['/a/1/b']],
  ['what came into a list', { a: ['x', 'z'] }, { a: ['x', 'y', 'z', { b: 1 }] }, ['/a/1', '/a/3']],
  ['what was taken out of a list', { a: ['x', 'y'], b: ['x'] }, { a: ['y'], b: [] }, ['/a', '/b']],
  ['a value of another sort', { a: { b: 1 }, c: 'x' }, { a: 2, c: ['x'] }, ['/a', '/c']],
  ['a key with signs', { 'a/b': { '~': 1 } }, { 'a/b': { '~': 2 } }, ['/a~1b/~0']],
];

describe('the edits between two manifests', () => {
  for (const [title, from, to, paths] of cases)
    test(`are ${title}`, () => {
      const edits = editsOf(from, to);
      assert.deepEqual(
        edits.map(({ path }) => path),
        paths,
      );
      for (const { without, alone } of edits) {
        assert(editsOf(without(), to).length > 0);
        assert(editsOf(from, alone()).length > 0);
      }
      if (edits.length !== 1) return;
      assert.deepEqual(edits[0]?.without(), from);
      assert.deepEqual(edits[0]?.alone(), to);
    });

  test('are tried one by one', () => {
    const before = { a: { b: 1, c: 2 }, d: ['x'], e: { f: 1 } };
    const now = { a: { b: 9, c: 2, g: 3 }, d: ['w', 'x', 'y'] };
    const edits = editsOf(before, now);
    const tried = Object.fromEntries(edits.map(({ path, without, alone }) => [path, [without(), alone()]]));
    assert.deepEqual(tried, {
      '/a/b': [
        { ...now, a: { b: 1, c: 2, g: 3 } },
        { ...before, a: { b: 9, c: 2 } },
      ],
      '/a/g': [
        { ...now, a: { b: 9, c: 2 } },
        { ...before, a: { b: 1, c: 2, g: 3 } },
      ],
      '/d/0': [
        { ...now, d: ['x', 'y'] },
        { ...before, d: ['w', 'x'] },
      ],
      '/d/2': [
        { ...now, d: ['w', 'x'] },
        { ...before, d: ['x', 'y'] },
      ],
      '/e': [
        { ...now, e: { f: 1 } },
        { a: before.a, d: before.d },
      ],
      '/e/f': [
        { ...now, e: { f: 1 } },
        { ...before, e: {} },
      ],
    });
    assert.deepEqual(before, { a: { b: 1, c: 2 }, d: ['x'], e: { f: 1 } });
  });
});
