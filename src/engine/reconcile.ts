import { applyStep, type Applied } from './apply.ts';
import { Beliefs, type Belief } from './beliefs.ts';
import { fieldsOf } from './diff.ts';
import { ReconcileError } from './errors.ts';
import { Failures, keyOf, type Failure } from './failures.ts';
import type { Graph } from './graph.ts';
import type { AnyKind, Kinds } from './kind.ts';
import { allKinds, look } from './look.ts';
import { Pace } from './pace.ts';
import { makePlan, type Plan } from './plan.ts';
import type { Step } from './step.ts';
import type { NodeId, SecretRef } from './ref.ts';
import type { Secret } from './secret.ts';
import type { Snapshot } from './snapshot.ts';
import type { Clock, Timing } from './timing.ts';

export interface ReconcileInput<Env> {
  readonly env: Env;
  readonly graph: Graph;
  readonly kinds: Kinds;
  readonly clock: Clock;
  readonly timing: Timing;
  /** 0 to 1; jitter of the back-off. */
  readonly random: () => number;
  readonly openSecret: (ref: SecretRef) => Promise<Secret>;
  /** Turns what a kind throws into an error that says what happens next. */
  readonly classify: (error: unknown) => ReconcileError;
  /** What was seen a moment ago; without it the run begins with a look at everything. */
  readonly snapshot?: Snapshot;
  /** True to remove everything that the graph names. */
  readonly destroy?: boolean;
  readonly allowData?: boolean;
  readonly only?: ReadonlySet<NodeId>;
  /** False to stop when nothing can be begun, without waiting for what is underway. */
  readonly wait?: boolean;
  /** Milliseconds for the whole run. */
  readonly timeout?: number;
  /** True when nothing says that the last run ended well: it may have made things that no list shows yet. */
  readonly unclean?: boolean;
  readonly signal?: AbortSignal;
  /** Asked before every change; throws when this process may not write any more. */
  readonly fence?: () => void;
  readonly onProgress?: (progress: Progress) => void;
  readonly onStep?: (event: StepEvent) => void;
}

/** Where a run stands. */
export interface Progress {
  readonly plan: Plan;
  readonly running: readonly Step[];
  readonly failures: readonly Failure[];
  /** Since when each node has been underway. */
  readonly pendingSince: ReadonlyMap<NodeId, number>;
}

export interface StepEvent {
  readonly step: Step;
  readonly at: number;
  readonly ms: number;
  readonly error?: ReconcileError;
}

export interface Outcome {
  readonly result: 'converged' | 'pending' | 'failed' | 'interrupted';
  readonly plan: Plan;
  readonly snapshot: Snapshot;
  readonly failures: readonly Failure[];
  /** True when the time for the whole run ran out. */
  readonly timedOut: boolean;
  /** Steps that went through, in order. */
  readonly done: readonly Step[];
}

/** How often a thing that ends up failed is made again in one run. */
const REMAKES = 3;

/** Compares and acts, again and again, until nothing is left to do, nothing can be done, or the signal fires. */
export function reconcile<Env>(input: ReconcileInput<Env>): Promise<Outcome> {
  return new Run(input).go();
}

/** Nothing wanted: what `destroy` compares with. */
export const emptied = (graph: Graph): Graph => ({ owner: graph.owner, nodes: new Map() });

class Run<Env> {
  readonly #input: ReconcileInput<Env>;
  readonly #wanted: Graph;
  readonly #kinds: ReadonlyMap<string, AnyKind>;
  readonly #beliefs = new Beliefs();
  readonly #failures: Failures;
  readonly #running = new Map<string, Step>();
  readonly #pace: Pace;
  /** Accepted changes that no list has shown, by what they set: the same again is a fight with ourselves. */
  readonly #accepted = new Set<string>();
  readonly #remakes = new Map<NodeId, number>();
  readonly #done: Step[] = [];
  #snapshot: Snapshot;
  #wake: () => void = () => undefined;

  constructor(input: ReconcileInput<Env>) {
    this.#input = input;
    this.#wanted = input.destroy === true ? emptied(input.graph) : input.graph;
    this.#kinds = new Map(Object.values(input.kinds).flatMap((list) => list.map((kind) => [kind.name, kind] as const)));
    this.#failures = new Failures(input.timing, input.random);
    this.#pace = new Pace(input.timing, input.random);
    this.#snapshot = input.snapshot ?? new Map();
  }

  async go(): Promise<Outcome> {
    const { clock, timing, signal, snapshot, unclean } = this.#input;
    const began = clock.now();
    const deadline = began + (this.#input.timeout ?? Infinity);
    if (snapshot === undefined) await this.#look(allKinds(this.#input.kinds));
    // What the plan could not read may have been throttled for a moment.
    for (const [kind, view] of this.#snapshot) if (view.status === 'unknown') this.#pace.end(kind, view, began);
    if (unclean === true && this.#makesNameless()) {
      await clock.sleep(timing.grace, signal);
      await this.#look(allKinds(this.#input.kinds));
    }
    for (;;) {
      const plan = this.#plan();
      this.#failures.settle(plan);
      const now = clock.now();
      this.#pace.note(plan, now);
      this.#input.onProgress?.({
        plan,
        running: [...this.#running.values()],
        failures: this.#failures.all,
        pendingSince: this.#pace.pendingSince,
      });
      if (signal?.aborted === true) return this.#stop();
      if (now >= deadline) return this.#end(plan, 'failed', true);

      const woken = new Promise<void>((resolve) => (this.#wake = resolve));
      for (const step of plan.steps) if (this.#canBegin(step, now)) this.#begin(step);
      const quiet = this.#running.size === 0;
      const looks = this.#pace.due(this.#beliefs.open, this.#failures.all, quiet, now);
      const due = new Set([...looks].filter(([, at]) => at <= now).map(([kind]) => kind));
      if (due.size > 0) void this.#look(due).then(() => this.#wake());

      const times = [...looks.values(), ...this.#retries(plan)].filter((at) => at > now);
      const busy = this.#running.size > 0 || this.#pace.isLooking;
      if (!busy && times.length === 0) return this.#end(plan, this.#verdict(plan), false);
      if (!busy && this.#input.wait === false && this.#retries(plan).length === 0)
        return this.#end(plan, 'pending', false);
      await this.#sleepUntil(Math.min(deadline, ...times), woken);
    }
  }

  #plan(): Plan {
    const settling = new Set(
      this.#beliefs.open.filter((belief) => belief.verb !== 'create').map((belief) => belief.node),
    );
    return makePlan({
      graph: this.#wanted,
      kinds: this.#input.kinds,
      snapshot: this.#beliefs.over(this.#snapshot),
      stuck: this.#failures.stuck,
      crowded: this.#failures.crowded,
      settling,
      ...(this.#input.allowData !== undefined && { allowData: this.#input.allowData }),
      ...(this.#input.only !== undefined && { only: this.#input.only }),
    });
  }

  async #sleepUntil(time: number, woken: Promise<void>): Promise<void> {
    const { clock, signal } = this.#input;
    const nap = new AbortController();
    const abort = (): void => nap.abort();
    signal?.addEventListener('abort', abort);
    await Promise.race([
      woken,
      clock.sleep(time === Infinity ? 2 ** 31 - 1 : Math.max(time - clock.now(), 0), nap.signal),
    ]);
    signal?.removeEventListener('abort', abort);
    nap.abort();
  }

  async #look(these: ReadonlySet<string>): Promise<void> {
    const { env, graph, kinds, clock, classify } = this.#input;
    const left = [...these].flatMap((name) => this.#kinds.get(name)?.leaves ?? []);
    const at = new Set([...these, ...left.filter((name) => this.#kinds.has(name))]);
    this.#pace.begin(at);
    const asked = clock.now();
    const known = this.#beliefs.over(this.#snapshot);
    const found = await look({ env, graph, kinds, at, known, classify });
    const merged = new Map(this.#snapshot);
    for (const kind of at) {
      const view = found.get(kind);
      if (view === undefined) continue;
      merged.set(kind, view);
      this.#pace.end(kind, view, clock.now());
      if (view.status !== 'known') continue;
      for (const shown of this.#beliefs.check(kind, view.live, asked)) this.#forget(shown);
    }
    this.#snapshot = merged;
  }

  #forget(shown: Belief): void {
    for (const key of this.#accepted) if (key.startsWith(`${shown.node} ${shown.verb} `)) this.#accepted.delete(key);
    if (shown.verb === 'delete') this.#failures.makeRoom(shown.kind.name);
  }

  #canBegin(step: Step, now: number): boolean {
    if (step.action === 'refuse' || step.waitsFor.length > 0 || step.blockedBy.length > 0) return false;
    if (this.#running.has(keyOf(step)) || (step.live?.phase === 'deleting' && step.verb !== 'restore')) return false;
    // What was accepted may still be being carried out.
    if (step.live?.phase === 'pending' && this.#accepted.has(wishOf(step))) return false;
    const failure = this.#failures.of(step);
    if (failure === undefined) return true;
    if (failure.retryAt === undefined || failure.retryAt > now) return false;
    // A call that failed may have been carried out all the same: only a later look says that it was not.
    return this.#pace.lookedAt(step.kind) >= failure.retryAt;
  }

  #begin(step: Step): void {
    const { clock, timing, env, graph, openSecret, fence, onStep, classify } = this.#input;
    const kind = this.#kinds.get(step.kind);
    if (kind === undefined) throw new Error(`no kind is called ${step.kind}`);
    const wish = wishOf(step);
    const at = clock.now();
    const finish = (error?: ReconcileError): void => {
      this.#running.delete(keyOf(step));
      onStep?.({ step, at, ms: clock.now() - at, ...(error !== undefined && { error }) });
      this.#wake();
    };
    if (this.#accepted.has(wish) && !this.#beliefs.open.some((belief) => belief.node === step.node)) {
      const fields = [...fieldsOf(step.changes)].join(', ');
      const named = fields === '' || step.verb === 'create' ? '' : `: ${fields}`;
      return this.#giveUp(step, 'NoEffect', `${step.verb} was accepted but did not take effect${named}`);
    }
    if (step.live?.phase === 'failed' && step.verb === 'delete') {
      const remakes = (this.#remakes.get(step.node) ?? 0) + 1;
      this.#remakes.set(step.node, remakes);
      const because = step.because ?? 'no reason is known';
      if (remakes > REMAKES)
        return this.#giveUp(step, 'RemadeInVain', `it was made ${remakes} times and failed each time: ${because}`);
    }
    this.#running.set(keyOf(step), step);
    const run = async (): Promise<Applied> => {
      fence?.();
      return applyStep(step, { env, graph, kind, snapshot: this.#beliefs.over(this.#snapshot), openSecret });
    };
    run().then(
      (applied) => {
        this.#failures.clear(step);
        this.#done.push(step);
        if (applied.again) return void this.#look(new Set([step.kind])).then(() => finish());
        this.#accepted.add(wish);
        const since = clock.now();
        const shows = since + (kind.slowToShow === true && step.verb === 'update' ? timing.notice : 0);
        const { live, props, tags } = applied;
        this.#beliefs.add({
          kind,
          node: step.node,
          verb: step.verb,
          since,
          shows,
          until: since + timing.settle,
          live,
          props,
          tags,
        });
        finish();
      },
      async (thrown: unknown) => {
        const error = await this.#explain(step, kind, classify(thrown));
        this.#failures.add(step, error, clock.now());
        finish(error);
      },
    );
  }

  #giveUp(step: Step, code: string, message: string): void {
    this.#failures.add(step, new ReconcileError('stalled', code, message), this.#input.clock.now());
    queueMicrotask(() => this.#wake());
  }

  /** Names what holds a thing that would not go: the platform never does. */
  async #explain(step: Step, kind: AnyKind, error: ReconcileError): Promise<ReconcileError> {
    if (
      step.verb !== 'delete' ||
      error.disposition !== 'waiting' ||
      kind.holders === undefined ||
      step.live === undefined
    )
      return error;
    const { env } = this.#input;
    const act = { env, node: { id: step.node, name: step.live.name, tags: {} }, token: '', live: () => [] };
    const holders: readonly string[] = await kind.holders(act, step.live).catch(() => []);
    if (holders.length === 0) return error;
    return new ReconcileError('waiting', error.code, `still held by ${holders.join(', ')}`, { cause: error });
  }

  #retries(plan: Plan): readonly number[] {
    return plan.steps.flatMap((step) => this.#failures.of(step)?.retryAt ?? []);
  }

  #makesNameless(): boolean {
    return this.#plan().steps.some((step) => step.verb === 'create' && this.#kinds.get(step.kind)?.nameless === true);
  }

  #verdict(plan: Plan): Outcome['result'] {
    const settled = [...plan.states.values()].every((state) => state.phase === 'ready');
    return plan.steps.length === 0 && plan.unknown.size === 0 && settled ? 'converged' : 'failed';
  }

  async #stop(): Promise<Outcome> {
    const { clock, timing } = this.#input;
    const end = clock.now() + timing.stop;
    while (this.#running.size > 0 && clock.now() < end) {
      const woken = new Promise<void>((resolve) => (this.#wake = resolve));
      await Promise.race([woken, clock.sleep(end - clock.now())]);
    }
    return this.#end(this.#plan(), 'interrupted', false);
  }

  #end(plan: Plan, result: Outcome['result'], timedOut: boolean): Outcome {
    return {
      result,
      plan,
      timedOut,
      done: this.#done,
      failures: this.#failures.all,
      snapshot: this.#beliefs.over(this.#snapshot),
    };
  }
}

/** What a step asks for, in one word: the same again after it was accepted is a fight. */
function wishOf(step: Step): string {
  return `${step.node} ${step.verb} ${JSON.stringify([step.changes.map((change) => [change.path, change.to]), step.verb === 'delete' ? step.live?.outputs : 0])}`;
}
