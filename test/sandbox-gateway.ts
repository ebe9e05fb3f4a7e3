import assert from 'node:assert/strict';
import type { Aws } from '../src/aws/aws.ts';
import { toReconcileError } from '../src/aws/errors.ts';
import type { Call } from '../src/aws/middleware.ts';
import { member } from '../src/aws/secret-sources.ts';
import { must } from '../src/engine/errors.ts';
import { GraphBuilder, type Graph, type Handle, type NodeOptions } from '../src/engine/graph.ts';
import type { AnyKind, Kind, Kinds } from '../src/engine/kind.ts';
import { allKinds, look } from '../src/engine/look.ts';
import { makePlan, type Plan } from '../src/engine/plan.ts';
import { emptied, reconcile, type Outcome } from '../src/engine/reconcile.ts';
import type { Input, SecretRef } from '../src/engine/ref.ts';
import { Secret } from '../src/engine/secret.ts';
import type { Snapshot } from '../src/engine/snapshot.ts';
import { systemClock } from '../src/engine/timing.ts';
import type { Dns } from '../src/outside/dns.ts';
import type { Web } from '../src/outside/http.ts';
import { awsOf, REGION, testTiming, type SandboxAccount } from './sandbox-account.ts';

/** A graph builder that remembers the kinds it was given: just those are looked at. */
export class TestGraph extends GraphBuilder {
  readonly kindList = new Map<string, AnyKind>();

  override add<Props, Outputs, Env>(
    kind: Kind<Props, Outputs, Env>,
    name: string,
    props: { readonly [K in keyof Props]: Input<Props[K]> },
    options: NodeOptions = {},
  ): Handle<Outputs> {
    this.kindList.set(kind.name, kind);
    return super.add(kind, name, props, options);
  }
}

/** What a test declares, and the kinds that know about it. */
export interface Declared {
  readonly graph: Graph;
  readonly kinds: Kinds;
}

/** One gateway in a sandbox account: the real engine, the real SDK, no manifest. */
export class SandboxGateway {
  readonly calls: Call[] = [];
  readonly aws: Aws;
  readonly name: string;

  constructor(
    account: SandboxAccount,
    options: { readonly name?: string; readonly region?: string; readonly dns?: Dns; readonly web?: Web } = {},
  ) {
    const { name = 'own', region = REGION, dns, web } = options;
    this.name = name;
    const outside = { ...(dns && { dns }), ...(web && { web }) };
    this.aws = awsOf(account, { name, region, ...outside, onCall: (call) => this.calls.push(call) });
  }

  /** @param also kinds that no node may be of, and that are looked at all the same */
  declare(add: (graph: TestGraph) => void, also: readonly AnyKind[] = []): Declared {
    const builder = new TestGraph(this.aws.owner);
    add(builder);
    const kinds = new Map([...builder.kindList, ...also.map((kind) => [kind.name, kind] as const)]);
    return { graph: builder.build(), kinds: { test: [...kinds.values()] } };
  }

  /** Carries it out and insists that all of it was reached. */
  async apply(declared: Declared): Promise<Outcome> {
    return settled(await this.#reconcile(declared, false));
  }

  /** Carries out what can be, and tells how it ended. */
  async attempt(declared: Declared): Promise<Outcome> {
    return this.#reconcile(declared, false);
  }

  /** Removes everything, data too, and insists that nothing is left. */
  async destroy(declared: Declared): Promise<Outcome> {
    return settled(await this.#reconcile(declared, true));
  }

  async look(
    { graph, kinds }: Declared,
    known: Snapshot = new Map(),
    at: ReadonlySet<string> = allKinds(kinds),
  ): Promise<Snapshot> {
    return look({ env: this.aws, graph, kinds, at, known, classify: toReconcileError });
  }

  /** What would be done now. */
  async plan(declared: Declared): Promise<Plan> {
    return makePlan({ ...declared, snapshot: await this.look(declared), allowData: true });
  }

  /** What would be done now if nothing were wanted. */
  async planDestroy(declared: Declared): Promise<Plan> {
    return makePlan({
      ...declared,
      graph: emptied(declared.graph),
      snapshot: await this.look(declared),
      allowData: true,
    });
  }

  async openSecret({ $secret, key }: SecretRef): Promise<Secret> {
    assert(typeof $secret === 'string');
    const secrets = await this.aws.secretsmanager();
    const { SecretString } = await secrets.send(new secrets.GetSecretValueCommand({ SecretId: $secret }));
    const text = must(SecretString, 'SecretString');
    return new Secret(key === undefined ? text : member(text, key, $secret));
  }

  #reconcile(declared: Declared, destroy: boolean): Promise<Outcome> {
    return reconcile({
      ...declared,
      env: this.aws,
      clock: systemClock,
      timing: testTiming,
      random: Math.random,
      openSecret: (ref) => this.openSecret(ref),
      classify: toReconcileError,
      destroy,
      allowData: true,
      timeout: 180_000,
    });
  }
}

function settled(outcome: Outcome): Outcome {
  const failures = outcome.failures.map(({ node, verb, error }) => `${verb} ${node}: ${error.code}: ${error.message}`);
  assert.equal(outcome.result, 'converged', [printPlan(outcome.plan), ...failures].join('\n'));
  return outcome;
}

/** Insists that nothing is to be done and everything is ready. */
export function assertEmpty(plan: Plan): void {
  assert.equal(printPlan(plan), '');
}

/** What a plan does, a line a step, and which nodes are not ready. */
export function printPlan(plan: Plan): string {
  const steps = plan.steps.map(({ action, node, changes, because }) => {
    const values = changes.map(
      ({ path, from, to }) => `\n    ${path}: ${JSON.stringify(from)} -> ${JSON.stringify(to)}`,
    );
    return `${action} ${node}${because === undefined ? '' : ` (${because})`}${values.join('')}`;
  });
  const states = [...plan.states.values()]
    .filter((state) => state.phase !== 'ready')
    .map(({ id, phase, because }) => `${id} is ${phase}${because === undefined ? '' : `: ${because}`}`);
  const unknown = [...plan.unknown].map(([kind, because]) => `${kind} is unknown: ${because}`);
  return [...steps, ...states, ...unknown].join('\n');
}
