import { applyStep, type Applied } from './apply.ts';
import { fieldsOf } from './diff.ts';
import { ReconcileError } from './errors.ts';
import { keyOf } from './failures.ts';
import type { Graph } from './graph.ts';
import { kindOf, type AnyKind } from './kind.ts';
import type { Memory } from './memory.ts';
import type { Picture } from './picture.ts';
import { secretsOf, type SecretRef } from './ref.ts';
import type { Secret } from './secret.ts';
import type { Step, StepEvent } from './step.ts';
import type { Clock, Timing } from './timing.ts';

export interface CallsInput<Env> {
  readonly env: Env;
  readonly graph: Graph;
  readonly clock: Clock;
  readonly timing: Timing;
  readonly openSecret: (ref: SecretRef) => Promise<Secret>;
  readonly classify: (error: unknown) => ReconcileError;
  /** Asked before every change; throws when this process may not write any more. */
  readonly fence?: () => void;
  /** Called with each step and what carries it out, which it must call. */
  readonly around?: <T>(step: Step, act: () => Promise<T>) => Promise<T>;
  readonly onStep?: (event: StepEvent) => void;
}

/** What a run's calls share with the rest of it. */
export interface Around<Env> {
  readonly kinds: ReadonlyMap<string, AnyKind>;
  readonly picture: Picture<Env>;
  readonly memory: Memory;
  /** Told whenever something has come to an end. */
  readonly wake: () => void;
}

/** How often a thing that ends up failed is made again in one run. */
const REMAKES = 3;

/** Carries out steps, each node one at a time, and sees to it that none fights with itself. */
export class Calls<Env> {
  readonly #input: CallsInput<Env>;
  readonly #around: Around<Env>;
  readonly #running = new Map<string, Step>();
  readonly #done: Step[] = [];

  constructor(input: CallsInput<Env>, around: Around<Env>) {
    this.#input = input;
    this.#around = around;
  }

  get running(): readonly Step[] {
    return [...this.#running.values()];
  }

  /** Steps that went through, in order. */
  get done(): readonly Step[] {
    return this.#done;
  }

  canBegin(step: Step, now: number): boolean {
    const { failures, pace } = this.#around.memory;
    if (step.action === 'refuse' || step.waitsFor.length > 0 || step.blockedBy.length > 0) return false;
    if (this.#running.has(keyOf(step)) || (step.live?.phase === 'deleting' && step.verb !== 'restore')) return false;
    // What was accepted may still be being carried out.
    if (step.live?.phase === 'pending' && this.#around.memory.accepted.has(wishOf(step))) return false;
    const failure = failures.of(step);
    if (failure === undefined) return true;
    if (failure.retryAt === undefined || failure.retryAt > now) return false;
    // A call that failed may have been carried out all the same: only a later look says that it was not.
    return pace.lookedAt(step.kind) >= failure.retryAt;
  }

  begin(step: Step): void {
    const { clock, onStep } = this.#input;
    const { kinds, wake } = this.#around;
    const kind = kinds.get(step.kind);
    if (kind === undefined) throw new Error(`no kind is called ${step.kind}`);
    const vain = this.#vain(step);
    if (vain !== undefined) {
      this.#around.memory.failures.add(step, vain, clock.now());
      return queueMicrotask(wake);
    }
    const at = clock.now();
    this.#running.set(keyOf(step), step);
    const finish = (error?: ReconcileError): void => {
      this.#running.delete(keyOf(step));
      onStep?.({ step, at, ms: clock.now() - at, ...(error !== undefined && { error }) });
      wake();
    };
    const { around } = this.#input;
    const send = (): Promise<Applied> => this.#send(step, kind);
    (around === undefined ? send() : around(step, send)).then(
      async (applied) => {
        await this.#accept(step, kind, applied);
        finish();
      },
      async (thrown: unknown) => finish(await this.#fail(step, kind, thrown)),
    );
  }

  /** Why there is no sense in it any more. */
  #vain(step: Step): ReconcileError | undefined {
    const open = this.#around.picture.beliefs.some((belief) => belief.node === step.node);
    if (this.#around.memory.accepted.has(wishOf(step)) && !open) {
      const fields = [...fieldsOf(step.changes)].join(', ');
      const named = fields === '' || step.verb === 'create' ? '' : `: ${fields}`;
      return new ReconcileError('stalled', 'NoEffect', `${step.verb} was accepted but did not take effect${named}`);
    }
    if (step.live?.phase !== 'failed' || step.verb !== 'delete') return undefined;
    const remakes = (this.#around.memory.remakes.get(step.node) ?? 0) + 1;
    this.#around.memory.remakes.set(step.node, remakes);
    if (remakes <= REMAKES) return undefined;
    const because = step.because ?? 'no reason is known';
    const message = `it was made ${remakes} times and failed each time: ${because}`;
    return new ReconcileError('stalled', 'RemadeInVain', message);
  }

  async #send(step: Step, kind: AnyKind): Promise<Applied> {
    const { env, graph, openSecret, fence } = this.#input;
    fence?.();
    return applyStep(step, { env, graph, kind, snapshot: this.#around.picture.snapshot, openSecret });
  }

  async #accept(step: Step, kind: AnyKind, { again, live, props, tags }: Applied): Promise<void> {
    const { clock, timing } = this.#input;
    const { picture, memory } = this.#around;
    memory.failures.clear(step);
    this.#done.push(step);
    if (again) return picture.look(new Set([step.kind]));
    this.#around.memory.accepted.add(wishOf(step));
    const since = clock.now();
    const shows = since + (kind.slowToShow === true && step.verb === 'update' ? timing.notice : 0);
    const { node, verb } = step;
    picture.believe({ kind, node, verb, since, shows, until: since + timing.settle, live, props, tags });
  }

  async #fail(step: Step, kind: AnyKind, thrown: unknown): Promise<ReconcileError> {
    const { clock, graph, classify } = this.#input;
    const { picture, memory } = this.#around;
    const error = await this.#explain(step, kind, classify(thrown));
    memory.failures.add(step, error, clock.now());
    // What it was to be given may be going, which a list that lags behind does not show.
    const sources = new Set(secretsOf(graph.nodes.get(step.node)?.props).map(kindOf));
    if (error.disposition === 'waiting' && sources.size > 0) await picture.look(sources);
    return error;
  }

  /** Names what holds a thing that would not go: the platform never does. */
  async #explain(step: Step, kind: AnyKind, error: ReconcileError): Promise<ReconcileError> {
    const { env } = this.#input;
    const isHeld = step.verb === 'delete' && error.disposition === 'waiting';
    if (!isHeld || kind.holders === undefined || step.live === undefined) return error;
    const act = { env, node: { id: step.node, name: step.live.name, tags: {} }, token: '', live: () => [] };
    const holders: readonly string[] = await kind.holders(act, step.live).catch(() => []);
    if (holders.length === 0) return error;
    return new ReconcileError('waiting', error.code, `still held by ${holders.join(', ')}`, { cause: error });
  }
}

/** What a step asks for, in one word: the same again after it was accepted is a fight. */
function wishOf({ node, verb, changes, live }: Step): string {
  const wanted = changes.map((change) => [change.path, change.to]);
  return `${node} ${verb} ${JSON.stringify([wanted, verb === 'delete' ? live?.outputs : 0])}`;
}
