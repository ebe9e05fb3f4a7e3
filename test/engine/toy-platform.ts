import { ReconcileError } from '../../src/engine/errors.ts';
import { NODE_TAG, OWNER_TAG } from '../../src/engine/graph.ts';
import type { Kind, Observed, Phase, Tags } from '../../src/engine/kind.ts';
import type { Clock } from '../../src/engine/timing.ts';

export interface ToyProps {
  readonly size: number;
  /** Immutable. */
  readonly shape: string;
  /** Values of other things. */
  readonly uses: readonly string[];
}

export interface ToyOutputs {
  readonly id: string;
  /** Known only when the thing is ready. */
  readonly address: string;
}

interface Thing {
  readonly id: string;
  readonly kind: string;
  props: ToyProps;
  tags: Tags;
  readonly createdAt: number;
  readyAt: number;
  goneAt: number;
  failed: boolean;
}

export type Fault = 'throttled' | 'lost-answer' | 'refused' | 'forbidden';

/** A little cloud in memory: things take time, lists may lag, calls may fail, and what is used cannot be deleted. */
export class ToyPlatform {
  readonly #things = new Map<string, Thing>();
  readonly calls: string[] = [];
  readonly clock: Clock;
  #next = 1;
  /** Decides the fate of each call. */
  fault: (call: string) => Fault | undefined = () => undefined;
  /** How many milliseconds lists are behind. */
  lag = 0;
  #log: { readonly at: number; readonly id: string; readonly before: Thing | undefined }[] = [];

  constructor(clock: Clock) {
    this.clock = clock;
  }

  get things(): readonly Thing[] {
    return [...this.#things.values()].filter((thing) => thing.goneAt > this.clock.now());
  }

  of(kind: string, node: string): readonly Thing[] {
    return this.things.filter((thing) => thing.tags[NODE_TAG] === `${kind}/${node}` && thing.goneAt === Infinity);
  }

  /** What somebody else does, without asking. */
  outside(change: (things: Map<string, Thing>) => void): void {
    change(this.#things);
  }

  async call(name: string, act: () => void): Promise<void> {
    await Promise.resolve();
    this.calls.push(name);
    const fault = this.fault(name);
    if (fault === 'throttled') throw new ReconcileError('failed', 'Throttling', 'slow down');
    if (fault === 'refused') throw new ReconcileError('waiting', 'InUse', 'not now');
    if (fault === 'forbidden') throw new ReconcileError('stalled', 'AccessDenied', 'you may not');
    act();
    if (fault === 'lost-answer') throw new ReconcileError('failed', 'ECONNRESET', 'no answer', { doubtful: true });
  }

  put(kind: string, props: ToyProps, tags: Tags, takes: number): Thing {
    const now = this.clock.now();
    const id = `${kind}-${this.#next++}`;
    const thing = { id, kind, props, tags, createdAt: now, readyAt: now + takes, goneAt: Infinity, failed: false };
    this.#note(id, undefined);
    this.#things.set(id, thing);
    return thing;
  }

  get(id: string | undefined): Thing {
    const thing = this.#things.get(id ?? '');
    if (thing === undefined) throw new ReconcileError('waiting', 'NotFound', `${id ?? ''} does not exist`);
    return thing;
  }

  change(id: string | undefined, change: Partial<Thing>): void {
    const thing = this.get(id);
    this.#note(thing.id, { ...thing });
    Object.assign(thing, change);
  }

  remove(id: string | undefined, takes: number): void {
    const thing = this.get(id);
    const user = this.things.find((other) => other !== thing && other.props.uses.includes(thing.id));
    if (user !== undefined) throw new ReconcileError('waiting', 'DependencyViolation', `${user.id} uses ${thing.id}`);
    this.change(id, { goneAt: this.clock.now() + takes });
  }

  /** What a list shows: the world as it was a little ago. */
  list(kind: string): readonly Thing[] {
    const seen = new Map([...this.#things].map(([id, thing]) => [id, thing as Thing | undefined]));
    const past = this.clock.now() - this.lag;
    for (const { at, id, before } of [...this.#log].reverse()) if (at > past) seen.set(id, before);
    return [...seen.values()].filter(
      (thing): thing is Thing => thing?.kind === kind && thing.goneAt > this.clock.now(),
    );
  }

  #note(id: string, before: Thing | undefined): void {
    this.#log.push({ at: this.clock.now(), id, before });
  }
}

export type ToyKind = Kind<ToyProps, ToyOutputs, ToyPlatform>;

export interface ToyOptions extends Partial<Omit<ToyKind, 'name'>> {
  readonly createMs?: number;
  readonly deleteMs?: number;
  /** `size` cannot be given at creation. */
  readonly late?: boolean;
}

/** A kind over the toy platform. */
export function toyKind(
  name: string,
  { createMs = 0, deleteMs = 0, late = false, ...options }: ToyOptions = {},
): ToyKind {
  const toObserved = (thing: Thing, now: number): Observed<ToyProps, ToyOutputs> => {
    const node = thing.tags[NODE_TAG];
    const phase: Phase =
      thing.goneAt < Infinity ? 'deleting' : thing.failed ? 'failed' : thing.readyAt > now ? 'pending' : 'ready';
    return {
      name: node?.startsWith(`${name}/`) === true ? node.slice(name.length + 1) : thing.id,
      phase,
      props: thing.props,
      outputs: { id: thing.id, address: phase === 'ready' ? `${thing.id}.toy` : undefined },
      tags: thing.tags,
      createdAt: thing.createdAt,
    };
  };
  return {
    name,
    immutable: ['shape'],
    replace: 'new-first',
    identifies: ['id'],
    nameless: true,
    unordered: ['uses'],
    actions: { read: ['toy:List'], write: ['toy:Create', 'toy:Change', 'toy:Delete'] },
    async observe({ env }) {
      let seen: readonly Thing[] = [];
      await env.call(`list ${name}`, () => (seen = env.list(name)));
      return seen.map((thing) => toObserved(thing, env.clock.now()));
    },
    async create({ env, node }, props) {
      let made: Thing | undefined;
      const given = late ? { ...props, size: 0 } : props;
      await env.call(`create ${node.id}`, () => (made = env.put(name, given, node.tags, createMs)));
      return toObserved(made ?? env.get(''), env.clock.now());
    },
    async update({ env, node }, live, props, changed) {
      await env.call(`update ${node.id} ${[...changed].sort().join(',')}`, () => {
        const fields = Object.fromEntries([...changed].map((field) => [field, props[field]]));
        env.change(live.outputs.id, { props: { ...env.get(live.outputs.id).props, ...fields } });
      });
    },
    async retag({ env, node }, live, tags) {
      await env.call(`tag ${node.id}`, () =>
        env.change(live.outputs.id, { tags: { ...env.get(live.outputs.id).tags, ...tags } }),
      );
    },
    async delete({ env, node }, live) {
      await env.call(`delete ${node.id}`, () => env.remove(live.outputs.id, deleteMs));
    },
    ...options,
  };
}

/** Tags that somebody else's thing carries. */
export const foreignTags = (owner: string, node: string): Tags => ({ [OWNER_TAG]: owner, [NODE_TAG]: node });
