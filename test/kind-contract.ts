import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { before as beforeAll, describe, test } from 'node:test';
import type { Aws } from '../src/aws/aws.ts';
import type { Call } from '../src/aws/middleware.ts';
import { must } from '../src/engine/errors.ts';
import { NODE_TAG, OWNER_TAG, type GraphBuilder } from '../src/engine/graph.ts';
import { idOf, type Act, type AnyKind, type Kind, type Observed } from '../src/engine/kind.ts';
import { foreignOwner } from '../src/engine/match.ts';
import { makePlan } from '../src/engine/plan.ts';
import { openSecrets, refsOf, resolve, type Input, type NodeId } from '../src/engine/ref.ts';
import { liveOf, type Snapshot } from '../src/engine/snapshot.ts';
import { actionOf } from './iam-actions.ts';
import { awsOf, openAccount, refused, type SandboxAccount } from './sandbox-account.ts';
import { assertEmpty, printPlan, SandboxGateway, type Declared } from './sandbox-gateway.ts';
import { watched } from './watched-kind.ts';

type Wanted<Props> = { readonly [K in keyof Props]?: Input<Props[K]> | undefined };

// The bound keeps literals from widening in functions that return props.
type Values<Props> = { readonly [K in keyof Props]: string | number | boolean | object | null | undefined };

/** One kind's test. Names and other things that may not stand twice follow from `name`, which is the gateway's. */
export interface KindCase<Props> {
  /** What the test is called when a kind has several. */
  readonly title?: string;
  /** The node's name, for kinds that are named by their place. */
  readonly name?: string;
  /** Ids of nodes that come first although no prop refers to them. */
  readonly after?: readonly NodeId[];
  /** Declares what the thing needs and returns the props that come from it. */
  readonly needs?: (graph: GraphBuilder, name: string) => Wanted<Props>;
  readonly props: Wanted<Props> | ((name: string) => Wanted<Props>);
  /** Changes made in place, one after the other, each on top of the last. */
  readonly updates?: readonly Wanted<Props>[];
  /** Changes carried out by a new thing. Every immutable prop is planned as one anyway, with a value made up. */
  readonly replacements?: readonly Wanted<Props>[];
  /** AWS calls that one look at this kind may take. */
  readonly observeBudget: number;
  /** What somebody does behind our back, by name: each is seen as an update and put right. May return how to tidy up. */
  readonly outside?: Readonly<Record<string, (aws: Aws, live: Observed) => Promise<void | (() => Promise<unknown>)>>>;
  /** Declared actions that none of this reaches. */
  readonly uncalled?: readonly string[];
  /** Kinds to look at although `needs` declares no node of them. */
  readonly also?: readonly AnyKind[];
}

/** Holds a kind to the rules that every kind keeps, over HTTP, with the real SDK and the real engine. */
export function testKind<Props extends Values<Props>, Outputs>(
  kind: Kind<Props, Outputs, Aws>,
  given: KindCase<NoInfer<Props>>,
): void {
  const name = given.name ?? 'subject';
  const id = idOf(kind.name, name);
  const read: Call[] = [];
  const written: Call[] = [];
  const created: Observed[] = [];
  let account: SandboxAccount;
  let own: SandboxGateway;
  let other: SandboxGateway;
  let subject: AnyKind;
  let wanted: Wanted<Props> = {};

  /** The graph of one gateway: what the thing needs, and the thing. */
  const declare = (gateway: SandboxGateway, change: Wanted<Props> = {}): Declared =>
    gateway.declare(
      (graph) => {
        const props = typeof given.props === 'function' ? given.props(gateway.name) : given.props;
        const needs = given.needs?.(graph, gateway.name);
        const after = (given.after ?? []).map((node) => ({ id: node }));
        graph.add(gateway === own ? subject : kind, name, { ...needs, ...props, ...change }, { after });
      },
      [...(given.also ?? []), gateway === own ? subject : kind],
    );
  const declared = (): Declared => declare(own, wanted);
  const subjectOf = (snapshot: Snapshot): Observed =>
    must(
      liveOf(snapshot, kind.name).find((live) => live.name === name && live.phase !== 'deleting'),
      id,
    );
  const look = async (): Promise<Observed> => subjectOf(await own.look(declared()));
  const baseProps = (): Readonly<Record<string, unknown>> => must(declared().graph.nodes.get(id), id).props;

  describe(given.title ?? kind.name, () => {
    beforeAll(async () => {
      account = await openAccount();
      own = new SandboxGateway(account, { name: 'own' });
      other = new SandboxGateway(account, { name: 'other' });
      subject = watched(kind, {
        read: awsOf(account, { name: 'own', onCall: (call) => read.push(call) }),
        written: awsOf(account, { name: 'own', onCall: (call) => written.push(call) }),
        created,
      });
    });

    test('is made, and then there is nothing to do', async () => {
      await own.apply(declared());
      assertEmpty(await own.plan(declared()));
      const live = await look();
      assert.equal(live.name, name);
      const [made] = created;
      if (made !== undefined)
        for (const output of kind.identifies)
          assert.equal(made.outputs[output], live.outputs[output], `create returned another ${output}`);
    });

    test(`is seen with at most ${given.observeBudget} calls, all of them reads`, async () => {
      const known = await own.look(declared());
      read.length = 0;
      await own.look(declared(), known, new Set([kind.name]));
      const actions = read.map(actionOf);
      assert.ok(actions.length <= given.observeBudget, `${actions.length} calls: ${actions.join(', ')}`);
      for (const action of actions)
        assert.ok(kind.actions.read.includes(action), `${action} is not among the declared reads`);
      for (const action of kind.actions.read)
        assert.match(action, /^[a-z0-9-]+:(Describe|Get|List|BatchGet|Search|Lookup|Head)/);
    });

    for (const change of given.updates ?? []) {
      test(`${Object.keys(change).join(', ')}: changes in place`, async () => {
        wanted = { ...wanted, ...change };
        const plan = await own.plan(declared());
        const step = plan.steps.find((item) => item.node === id);
        assert.equal(step?.action, 'update', printPlan(plan));
        assert.deepEqual(
          plan.steps.map((item) => item.node),
          [id],
          printPlan(plan),
        );
        const createdBefore = created.length;
        await own.apply(declared());
        assertEmpty(await own.plan(declared()));
        assert.equal(created.length, createdBefore, 'it became another thing');
      });
    }

    for (const field of kind.immutable) {
      test(`${field}: ${kind.replace === 'refuse' ? 'a change is refused' : 'a change needs a new one'}`, async () => {
        const example = (given.replacements ?? []).find((change) => field in change)?.[field];
        const change = { [field]: example ?? another(baseProps()[field]) };
        const plan = makePlan({
          ...declare(own, { ...wanted, ...change }),
          snapshot: await own.look(declared()),
        });
        const step = plan.steps.find((item) => item.node === id && item.action !== 'delete');
        assert.equal(step?.action, kind.replace === 'refuse' ? 'refuse' : 'replace', printPlan(plan));
        assert.ok(
          step?.changes.some((item) => item.replaces && item.path.startsWith(`/${field}`)),
          printPlan(plan),
        );
      });
    }

    for (const change of kind.replace === 'refuse' ? [] : (given.replacements ?? [])) {
      test(`${Object.keys(change).join(', ')}: a new one takes its place`, async () => {
        const before = await look();
        wanted = { ...wanted, ...change };
        await own.apply(declared());
        assertEmpty(await own.plan(declared()));
        const after = await look();
        if (kind.replace === 'new-first' && kind.unique === undefined)
          assert.notDeepEqual(identity(kind, after), identity(kind, before), 'it is the same thing');
      });
    }

    if (kind.retag !== undefined && kind.scope === undefined)
      test('a tag that somebody changed is put right', async () => {
        await kind.retag?.(actOf(own, {}), (await look()) as never, { Name: 'changed outside' });
        const plan = await own.plan(declared());
        assert.deepEqual(
          plan.steps.map((step) => [step.node, step.action, step.changes.map((item) => item.path)]),
          [[id, 'update', ['/tags/Name']]],
          printPlan(plan),
        );
        await own.apply(declared());
        assertEmpty(await own.plan(declared()));
      });

    for (const [what, change] of Object.entries(given.outside ?? {}))
      test(`${what}: is seen and put right`, async () => {
        const tidyUp = await change(own.aws, await look());
        const plan = await own.plan(declared());
        assert.deepEqual(
          plan.steps.map((step) => [step.node, step.action]),
          [[id, 'update']],
          printPlan(plan),
        );
        await own.apply(declared());
        assertEmpty(await own.plan(declared()));
        await tidyUp?.();
      });

    if (kind.exclusive === true && kind.create !== undefined)
      test('what somebody put beside it is removed', async () => {
        await createUntagged(own);
        const plan = await own.plan(declared());
        assert.deepEqual(
          plan.steps.map((step) => [step.action, step.because]),
          [['delete', 'made outside']],
          printPlan(plan),
        );
        await own.apply(declared());
        assertEmpty(await own.plan(declared()));
      });

    for (const error of ['AccessDenied', 'ThrottlingException'])
      test(`a list that fails with ${error} is unknown, and nothing is done on it`, async () => {
        const known = await own.look(declared());
        const blind = watched(kind, {
          read: awsOf(refused(account, error), { name: 'own' }),
          written: own.aws,
          created: [],
        });
        const kinds = { test: [...(declared().kinds['test'] ?? []).filter((item) => item.name !== kind.name), blind] };
        const snapshot = await own.look({ ...declared(), kinds }, known, new Set([kind.name]));
        const plan = makePlan({ ...declared(), snapshot });
        assert.deepEqual([...plan.unknown.keys()], [kind.name]);
        assert.equal(plan.states.get(id)?.phase, 'unknown');
        assert.deepEqual(
          plan.steps.filter((step) => step.kind === kind.name),
          [],
        );
      });

    test("another gateway's are not seen, nor touched by a removal", async () => {
      const theirs = declare(other);
      await other.apply(theirs);
      // Without tags a thing belongs to whom its parent belongs to.
      const isMarked =
        kind.delete !== undefined && kind.retag !== undefined && kind.exclusive !== true && kind.scope === undefined;
      const stranger = isMarked ? await createUntagged(other) : undefined;
      const seen = liveOf(await own.look(declared()), kind.name);
      assert.deepEqual(
        seen.filter((live) => foreignOwner(declared().graph, kind, live) !== undefined),
        [],
      );
      assertEmpty(await own.plan(declared()));

      const live = await look();
      await subject.holders?.(actOf(own, {}), live);
      await own.destroy(declared());
      if (kind.scope === undefined && kind.delete !== undefined)
        assert.deepEqual(
          liveOf(await own.look(declared()), kind.name).filter((item) => item.phase !== 'deleting'),
          [],
        );
      assertEmpty(await other.plan(theirs));

      if (stranger !== undefined) {
        // It is still there when it can be marked and is then found by its mark.
        await kind.retag?.(actOf(other, {}), stranger as never, {
          [OWNER_TAG]: other.aws.owner,
          [NODE_TAG]: idOf(kind.name, 'stranger'),
        });
        const found = liveOf(await other.look(theirs), kind.name).map((item) => item.name);
        assert.ok(found.includes('stranger'), `found ${found.join(', ')}`);
      }
      await other.destroy(theirs);

      if (kind.scope === undefined && kind.restore === undefined)
        for (let stage = 0; stage < 3 && kind.delete !== undefined; stage += 1)
          await kind.delete(actOf(own, {}), live as never);
    });

    test('calls what it declares and nothing else', () => {
      const called = new Set([...read, ...written].map(actionOf));
      const allowed = [...kind.actions.read, ...kind.actions.write];
      assert.deepEqual(
        [...called].filter((action) => !allowed.includes(action)),
        [],
        'called but not declared',
      );
      const reachable = allowed.filter((action) => !(given.uncalled ?? []).includes(action));
      assert.deepEqual(
        reachable.filter((action) => !called.has(action)),
        [],
        'declared but never called',
      );
    });
  });

  /** Makes one like it beside it, as somebody would who knows nothing of gateways. */
  async function createUntagged(gateway: SandboxGateway): Promise<Observed> {
    const there = declare(gateway, gateway === own ? wanted : {});
    const snapshot = await gateway.look(there);
    const valueOf = ({ $ref, output }: { readonly $ref: string; readonly output: string }): unknown => {
      const [kindName = '', ...rest] = $ref.split('/');
      return liveOf(snapshot, kindName).find((live) => live.name === rest.join('/'))?.outputs[output];
    };
    const node = must(there.graph.nodes.get(id), id);
    const changed = typeof given.props === 'function' ? given.props('stranger') : {};
    const props = await openSecrets(resolve({ ...node.props, ...changed }, valueOf), (ref) => gateway.openSecret(ref));
    return must(kind.create, 'create')(actOf(gateway, { Name: 'stranger' }, snapshot), props as Props);
  }
}

function actOf(
  gateway: SandboxGateway,
  tags: Readonly<Record<string, string>>,
  snapshot: Snapshot = new Map(),
): Act<Aws> {
  return {
    env: gateway.aws,
    node: { id: 'Test/stranger', name: 'stranger', tags },
    token: randomBytes(16).toString('hex'),
    live: (kind) => liveOf(snapshot, kind.name) as never,
  };
}

const identity = (kind: AnyKind, live: Observed): readonly unknown[] =>
  (kind.identity ?? kind.identifies).map((output) => live.outputs[output]);

/** Any other value of the same form, for plans that nobody carries out. */
function another(value: unknown): unknown {
  if (typeof value === 'string') return `${value}x`;
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'boolean') return !value;
  if (value === undefined || value === null) return 'another';
  if (refsOf(value).length > 0) return Array.isArray(value) ? ['another'] : 'another';
  if (Array.isArray(value)) return [...value.slice(1), another(value[0])];
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, another(item)]));
}
