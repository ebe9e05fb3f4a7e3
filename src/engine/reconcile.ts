import { Calls, type CallsInput } from './calls.ts';
import type { Failure, Failures } from './failures.ts';
import type { Graph } from './graph.ts';
import { kindsByName, type AnyKind } from './kind.ts';
import { allKinds } from './look.ts';
import { Memory } from './memory.ts';
import type { Pace } from './pace.ts';
import { Picture, type PictureInput } from './picture.ts';
import { makePlan, type Plan } from './plan.ts';
import type { Leave, Step } from './step.ts';
import type { NodeId } from './ref.ts';
import type { Snapshot } from './snapshot.ts';

/** Without a snapshot the run begins with a look at everything. */
export interface ReconcileInput<Env> extends PictureInput<Env>, CallsInput<Env> {
  /** 0 to 1; jitter of the back-off. */
  readonly random: () => number;
  /** True to remove everything that the graph names. */
  readonly destroy?: boolean;
  readonly allowData?: boolean;
  readonly only?: ReadonlySet<NodeId>;
  /**
   * False to stop when nothing can be begun, without waiting for what is underway; with a memory also without
   * waiting until what failed may be tried again.
   */
  readonly wait?: boolean;
  /** Of the runs before this one, if it goes on with their work. */
  readonly memory?: Memory;
  readonly leave?: Leave;
  /** Milliseconds for the whole run. */
  readonly timeout?: number;
  /** True when nothing says that the last run ended well: it may have made things that no list shows yet. */
  readonly unclean?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

/** Where a run stands. */
export interface Progress {
  readonly plan: Plan;
  readonly running: readonly Step[];
  readonly failures: readonly Failure[];
  /** Since when each node has been underway. */
  readonly pendingSince: ReadonlyMap<NodeId, number>;
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
  /** When something is to be looked at or tried again; undefined: nothing is. */
  readonly nextAt?: number;
}

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
  readonly #memory: Memory;
  readonly #failures: Failures;
  readonly #pace: Pace;
  readonly #picture: Picture<Env>;
  readonly #calls: Calls<Env>;
  #wake: () => void = () => undefined;

  constructor(input: ReconcileInput<Env>) {
    this.#input = input;
    this.#wanted = input.destroy === true ? emptied(input.graph) : input.graph;
    this.#kinds = kindsByName(input.kinds);
    this.#memory = input.memory ?? new Memory(input.timing, input.random);
    this.#failures = this.#memory.failures;
    this.#pace = this.#memory.pace;
    this.#picture = new Picture(input, this.#memory);
    this.#calls = new Calls(input, {
      kinds: this.#kinds,
      picture: this.#picture,
      memory: this.#memory,
      wake: () => this.#wake(),
    });
  }

  async go(): Promise<Outcome> {
    const { clock, timing, signal, snapshot, unclean, kinds } = this.#input;
    const began = clock.now();
    const deadline = began + (this.#input.timeout ?? Infinity);
    if (snapshot === undefined) await this.#picture.look(allKinds(kinds));
    // What the plan could not read may have been throttled for a moment.
    for (const [kind, view] of this.#picture.snapshot) if (view.status === 'unknown') this.#pace.end(kind, view, began);
    if (unclean === true && this.#makesNameless()) {
      await clock.sleep(timing.grace, signal);
      await this.#picture.look(allKinds(kinds));
    }
    for (;;) {
      const plan = this.#plan();
      this.#failures.settle(plan);
      const now = clock.now();
      this.#pace.note(plan, now);
      this.#input.onProgress?.({
        plan,
        running: this.#calls.running,
        failures: this.#failures.all,
        pendingSince: this.#pace.pendingSince,
      });
      if (signal?.aborted === true) return this.#stop();
      if (now >= deadline) return this.#end(plan, 'failed', true);

      const woken = this.#woken();
      for (const step of plan.steps) if (this.#calls.canBegin(step, now)) this.#calls.begin(step);
      const quiet = this.#calls.running.length === 0;
      const looks = this.#pace.due(this.#picture.beliefs, this.#failures.all, quiet, now);
      const due = new Set([...looks].filter(([, at]) => at <= now).map(([kind]) => kind));
      if (due.size > 0) void this.#picture.look(due).then(() => this.#wake());

      const retries = plan.steps.flatMap((step) => this.#failures.of(step)?.retryAt ?? []);
      const times = [...looks.values(), ...retries].filter((at) => at > now);
      const busy = this.#calls.running.length > 0 || this.#pace.isLooking;
      if (!busy && times.length === 0) return this.#end(plan, verdictOn(plan), false);
      if (!busy && this.#input.wait === false && (this.#input.memory !== undefined || retries.length === 0))
        return this.#end(plan, 'pending', false, Math.min(...times));
      await this.#sleepUntil(Math.min(deadline, ...times), woken);
    }
  }

  #plan(): Plan {
    const { kinds, allowData, only, leave } = this.#input;
    const changed = this.#picture.beliefs.filter((belief) => belief.verb !== 'create');
    return makePlan({
      graph: this.#wanted,
      kinds,
      snapshot: this.#picture.snapshot,
      stuck: this.#failures.stuck,
      crowded: this.#failures.crowded,
      settling: new Set(changed.map((belief) => belief.node)),
      ...(allowData !== undefined && { allowData }),
      ...(only !== undefined && { only }),
      ...(leave !== undefined && { leave }),
    });
  }

  #woken(): Promise<void> {
    return new Promise((resolve) => (this.#wake = resolve));
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

  #makesNameless(): boolean {
    return this.#plan().steps.some((step) => step.verb === 'create' && this.#kinds.get(step.kind)?.nameless === true);
  }

  async #stop(): Promise<Outcome> {
    const { clock, timing } = this.#input;
    const end = clock.now() + timing.stop;
    while (this.#calls.running.length > 0 && clock.now() < end)
      await Promise.race([this.#woken(), clock.sleep(end - clock.now())]);
    return this.#end(this.#plan(), 'interrupted', false);
  }

  #end(plan: Plan, result: Outcome['result'], timedOut: boolean, nextAt?: number): Outcome {
    const { snapshot } = this.#picture;
    const { done, running } = this.#calls;
    this.#memory.warm = running.length === 0;
    const ended = { result, plan, timedOut, done, failures: this.#failures.all, snapshot };
    return { ...ended, ...(nextAt !== undefined && { nextAt }) };
  }
}

function verdictOn(plan: Plan): Outcome['result'] {
  const settled = [...plan.states.values()].every((state) => state.phase === 'ready');
  return plan.steps.length === 0 && plan.unknown.size === 0 && settled ? 'converged' : 'failed';
}
