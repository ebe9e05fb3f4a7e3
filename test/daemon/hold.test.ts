import assert from 'node:assert/strict';
import test from 'node:test';
import type { AnyKind, Observed } from '../../src/engine/kind.ts';
import type { Plan } from '../../src/engine/plan.ts';
import type { Node } from '../../src/engine/graph.ts';
import type { Action, Step } from '../../src/engine/step.ts';
import { isApproved } from '../../src/daemon/approvals.ts';
import { holdOf, type Hold, type HoldInput } from '../../src/daemon/hold.ts';

const kind = (name: string, more: object = {}): AnyKind =>
  ({ name, immutable: [], replace: 'refuse', identifies: ['id'], ...more }) as unknown as AnyKind;

const kinds = {
  all: [
    kind('Box'),
    kind('Lid', { parent: 'box' }),
    kind('Database', { stateful: true }),
    kind('Reader', { stateful: true }),
  ],
};

function step(node: string, action: Action, more: Partial<Step> = {}): Step {
  const [name = ''] = node.split('/');
  const live: Observed = { name: node, phase: 'ready', props: {}, outputs: { id: node } };
  return {
    node,
    kind: name,
    domain: 'all',
    action,
    verb: action === 'delete' ? 'delete' : 'create',
    changes: [],
    waitsFor: [],
    blockedBy: [],
    props: {},
    tags: {},
    ...(action !== 'create' && { live }),
    ...(action === 'delete' && { because: 'no longer wanted' }),
    ...more,
  };
}

function hold(steps: readonly Step[], more: Partial<HoldInput> = {}): Hold | undefined {
  const plan: Plan = { id: 'abc', owner: '', steps, states: new Map(), kept: [], unknown: new Map() };
  return holdOf({
    plan,
    graph: { owner: '', nodes: new Map() },
    kinds,
    data: new Set(['Database', 'Reader']),
    applied: {},
    making: new Set(),
    switching: new Set(),
    destroyBudget: 3,
    ...more,
  });
}

const boxes = (count: number): readonly Step[] => Array.from({ length: count }, (_, i) => step(`Box/${i}`, 'delete'));

test('as many deletions as the budget go, one more waits', () => {
  assert.equal(hold(boxes(3)), undefined);
  assert.deepEqual(hold(boxes(4))?.deletes, ['Box/0', 'Box/1', 'Box/2', 'Box/3']);
  assert.equal(hold(boxes(4), { destroyBudget: 4 }), undefined);
  assert.ok(hold(boxes(1), { destroyBudget: 0 }));
});

test('children, corrections, doubles and the old way in of a switch go uncounted', () => {
  const lids = Array.from({ length: 5 }, (_, i) => {
    const lid = step(`Lid/${i}`, 'delete');
    return { ...lid, live: { name: lid.node, phase: 'ready' as const, props: { box: 'Box/0' }, outputs: {} } };
  });
  assert.equal(hold([...boxes(1), ...lids]), undefined);
  assert.ok(hold(lids), 'without their parent they are given up themselves');
  assert.equal(hold(boxes(9).map((one) => ({ ...one, because: 'made outside' }))), undefined);
  assert.equal(hold(boxes(9).map((one) => ({ ...one, because: 'another one took its place' }))), undefined);
  assert.equal(hold(boxes(9), { switching: new Set(boxes(9).map(({ node }) => node)) }), undefined);
});

test('data that the manifest wanted and gives up is asked about, however little it is', () => {
  const steps = [step('Database/one', 'delete')];
  assert.deepEqual(hold(steps, { applied: { 'Database/one': {} } })?.deletes, ['Database/one']);
  assert.equal(hold(steps), undefined, 'what nobody remembers is kept by the plan itself');
});

test('a replacement of data is asked about', () => {
  assert.match(hold([step('Database/one', 'replace')])?.why ?? '', /would be replaced/);
});

test('a database that vanished is asked about; a new one is made', () => {
  const steps = [step('Database/one', 'create')];
  assert.equal(hold(steps), undefined);
  assert.match(hold(steps, { applied: { 'Database/one': {} } })?.why ?? '', /vanished/);
  assert.equal(hold(steps, { applied: { 'Database/one': {} }, making: new Set(['Database/one']) }), undefined);
});

test('when all memory is lost, what was made for a database tells that there was one', () => {
  const reader: Node = {
    id: 'Reader/one',
    kind: 'Reader',
    name: 'one',
    props: { of: { $ref: 'Database/one', output: 'id' } },
    tags: {},
    after: [],
    formerly: [],
  };
  const steps = [step('Database/one', 'create')];
  const live: Observed = { name: 'one', phase: 'ready', props: {}, outputs: {} };
  const plan = (isThere: boolean): Plan => ({
    id: 'abc',
    owner: '',
    steps,
    kept: [],
    unknown: new Map(),
    states: new Map([['Reader/one', { id: 'Reader/one', domain: 'all', phase: 'ready', ...(isThere && { live }) }]]),
  });
  const graph = { owner: '', nodes: new Map([[reader.id, reader]]) };
  assert.ok(hold(steps, { plan: plan(true), graph }));
  assert.equal(hold(steps, { plan: plan(false), graph }), undefined);
});

test('an approval is for one plan at one revision; once begun it covers what is left of it', () => {
  const held: Hold = { planId: 'p1', why: '', nodes: ['Box/1', 'Box/2'], deletes: [] };
  const approval = { planId: 'p1', by: 'ops', nodes: held.nodes, revision: 'r1', begun: false };
  assert.ok(isApproved(held, approval, 'r1'));
  assert.ok(!isApproved(held, approval, 'r2'));
  assert.ok(!isApproved(held, undefined, 'r1'));
  const rest = { ...held, planId: 'p2', nodes: ['Box/2'] };
  assert.ok(!isApproved(rest, approval, 'r1'), 'the plan changed before it began');
  assert.ok(isApproved(rest, { ...approval, begun: true }, 'r1'));
  assert.ok(!isApproved({ ...rest, nodes: ['Box/3'] }, { ...approval, begun: true }, 'r1'));
});
