import assert from 'node:assert/strict';
import test from 'node:test';
import { diff } from '../../src/engine/diff.ts';
import type { AnyKind } from '../../src/engine/kind.ts';
import { leaveChanges } from '../../src/engine/leave.ts';
import type { Step } from '../../src/engine/step.ts';

type Props = Readonly<Record<string, unknown>>;

const kind = {
  name: 'Toy',
  immutable: [],
  replace: 'refuse',
  identifies: [],
  unordered: ['list'],
} as unknown as AnyKind;

function update(live: Props, props: Props): Step {
  const found = { name: 'one', phase: 'ready' as const, props: live, outputs: {} };
  return {
    node: 'Toy/one',
    kind: 'Toy',
    domain: 'toys',
    action: 'update',
    verb: 'update',
    changes: diff(kind, props, found),
    waitsFor: [],
    blockedBy: [],
    props,
    tags: {},
    live: found,
  };
}

/** What is set, and what is still changed, when these paths are left alone. */
function leaving(live: Props, props: Props, paths: readonly string[]): readonly [Props, readonly string[]] {
  const { step, open, left } = leaveChanges(update(live, props), (_step, change) =>
    change !== undefined && paths.includes(change.path) ? 'because' : undefined,
  );
  assert.equal(left === undefined, paths.length === 0);
  return [step.props, open.map(({ path }) => path)];
}

test('where nothing is left, a step is as it was', () => {
  const step = update({ a: 1 }, { a: 2 });
  assert.equal(leaveChanges(step, () => undefined).step, step);
});

test('a field that is left is set to what lives, whatever else is changed with it', () => {
  assert.deepEqual(leaving({ a: 1, b: 1 }, { a: 2, b: 2 }, ['/a']), [{ a: 1, b: 2 }, ['/b']]);
});

test('one key of an object can be left while another is changed', () => {
  const live = { environment: { A: '1', B: '1', X: 'outside' } };
  const wanted = { environment: { A: '2', B: '2' } };
  assert.deepEqual(leaving(live, wanted, ['/environment/A', '/environment/X']), [
    { environment: { A: '1', B: '2', X: 'outside' } },
    ['/environment/B'],
  ]);
});

test('what is not there stays away', () => {
  assert.deepEqual(leaving({ a: { x: 1 } }, { a: { x: 1, y: 1 } }, ['/a/y']), [{ a: { x: 1 } }, []]);
});

test('a list is left as a whole', () => {
  const live = { list: [{ n: 1 }, { n: 2 }], b: 1 };
  const wanted = { list: [{ n: 1 }, { n: 3 }], b: 2 };
  assert.deepEqual(leaving(live, wanted, ['/list/1/n']), [{ list: live.list, b: 2 }, ['/b']]);
});
