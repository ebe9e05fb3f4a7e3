import assert from 'node:assert/strict';
import test from 'node:test';
import type { Change } from '../../src/engine/diff.ts';
import type { Step } from '../../src/engine/step.ts';
import { leaveBy, whoseIs, type Grounds } from '../../src/daemon/policy.ts';
import { Flips } from '../../src/daemon/flips.ts';
import { hashOf } from '../../src/state/applied.ts';
import type { Policy } from '../../src/spec/gateway.ts';

const correct: Policy = {
  drift: 'correct',
  dataDrift: 'warn',
  domains: {},
  rules: [],
  ignore: [],
  destroyBudget: 3,
};

/** An update of one field that was 1 when it was last applied. */
function update(field: string, live: number, wanted: number, kind = 'Service', domain = 'ecs'): [Step, Change] {
  const change = { path: `/${field}`, from: live, to: wanted, replaces: false };
  const step: Step = {
    node: `${kind}/one`,
    kind,
    domain,
    action: 'update',
    verb: 'update',
    changes: [change],
    waitsFor: [],
    blockedBy: [],
    props: { [field]: wanted },
    tags: {},
    live: { name: 'one', phase: 'ready', props: { [field]: live }, outputs: {} },
  };
  return [step, change];
}

const grounds = (policy: Partial<Policy>, more: Partial<Grounds> = {}): Grounds => ({
  policy: { ...correct, ...policy },
  applied: {
    'Service/one': { count: [hashOf(1), hashOf(1)] },
    'Database/one': { count: [hashOf(1), hashOf(1)] },
  },
  data: new Set(['Database']),
  making: new Set(),
  flipping: () => undefined,
  ...more,
});

const isLeft = (policy: Partial<Policy>, [step, change]: [Step, Change], more: Partial<Grounds> = {}): boolean =>
  leaveBy(grounds(policy, more))(step, change) !== undefined;

const outside = update('count', 2, 1);
const manifest = update('count', 1, 2);

test('what was changed outside is corrected, left, or only looked at', () => {
  assert.equal(isLeft({}, outside), false);
  assert.equal(isLeft({ drift: 'warn' }, outside), true);
  assert.equal(isLeft({ drift: 'observe' }, outside), true);
});

test('what the manifest asks for is done, but where only looking is allowed', () => {
  assert.equal(isLeft({ drift: 'warn' }, manifest), false);
  assert.equal(isLeft({ drift: 'observe' }, manifest), true);
});

test('data is warned of by default, and by its own word', () => {
  const data = update('count', 2, 1, 'Database', 'data');
  assert.equal(isLeft({}, data), true);
  assert.equal(isLeft({ dataDrift: 'correct' }, data), false);
  assert.equal(isLeft({ drift: 'warn', dataDrift: 'correct' }, data), false);
});

test('a rule goes before a domain, a domain before all, the last rule before the others', () => {
  assert.equal(isLeft({ domains: { ecs: 'warn' } }, outside), true);
  assert.equal(isLeft({ domains: { ecs: 'warn' }, rules: [{ node: 'Service/*', drift: 'correct' }] }, outside), false);
  const rules = [
    { node: 'Service/one', path: '/count', drift: 'warn' as const },
    { node: '*', drift: 'correct' as const },
  ];
  assert.equal(isLeft({ rules }, outside), false);
  assert.equal(isLeft({ rules: [...rules].reverse() }, outside), true);
});

test('a rule for a field means what lies below it, and no other field', () => {
  const rules = [{ node: 'Service/*', path: '/cou', drift: 'warn' as const }];
  assert.equal(isLeft({ rules }, outside), false);
  const [step, change] = outside;
  const below: Change = { ...change, path: '/count/max' };
  assert.equal(isLeft({ rules: [{ node: 'Service/*', path: '/count', drift: 'warn' }] }, [step, below]), true);
});

test('an ignored field is left, whoever changed it', () => {
  assert.equal(isLeft({ ignore: [{ node: 'Service/*', path: '/count' }] }, manifest), true);
});

test('where nobody remembers who changed it, data is left and the rest corrected', () => {
  const lost = { applied: {} };
  assert.equal(isLeft({}, outside, lost), false);
  assert.equal(isLeft({ dataDrift: 'correct' }, update('count', 2, 1, 'Database', 'data'), lost), true);
  assert.equal(isLeft({ drift: 'warn' }, outside, lost), true);
});

test('what is still being made is the manifest’s', () => {
  const making = { applied: {}, making: new Set(['Database/one']) };
  const [step, change] = update('count', 2, 1, 'Database', 'data');
  assert.equal(isLeft({}, [step, change], making), false);
  assert.equal(whoseIs(grounds({}, making), step, change), 'manifest');
});

test('a field that flips for the third time within the hour is left alone until somebody asks', () => {
  const flips = new Flips(3_600_000);
  const [step, change] = outside;
  assert.equal(flips.note(step, change, 0), false);
  assert.equal(flips.note(step, change, 1000), false, 'seen again before it was corrected: the same flip');
  flips.corrected(step);
  assert.equal(flips.note(step, change, 2000), false);
  flips.corrected(step);
  assert.equal(flips.note(step, change, 3000), true);
  assert.match(flips.reasonFor(step, change) ?? '', /left alone/);
  assert.equal(isLeft({}, outside, { flipping: (...of) => flips.reasonFor(...of) }), true);
  flips.forgive();
  assert.equal(flips.reasonFor(step, change), undefined);
});

test('flips that lie further apart are no fight, and a new process knows of the old ones', () => {
  const [step, change] = outside;
  const flips = new Flips(3_600_000);
  for (const hour of [0, 0.9, 1.8, 2.7]) {
    assert.equal(flips.note(step, change, hour * 3_600_000), false);
    flips.corrected(step);
  }
  const next = new Flips(3_600_000, flips.all);
  assert.equal(next.note(step, change, 2.75 * 3_600_000), true);
});
