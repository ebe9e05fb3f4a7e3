import type { Belief } from './beliefs.ts';
import type { ReconcileError } from './errors.ts';
import type { Graph } from './graph.ts';
import { kindsByName, type AnyKind, type Kinds } from './kind.ts';
import { look } from './look.ts';
import type { Memory } from './memory.ts';
import type { Snapshot } from './snapshot.ts';
import type { Clock } from './timing.ts';

export interface PictureInput<Env> {
  readonly env: Env;
  readonly graph: Graph;
  readonly kinds: Kinds;
  readonly clock: Clock;
  /** Turns what a kind throws into an error that says what happens next. */
  readonly classify: (error: unknown) => ReconcileError;
  /** What was seen a moment ago. */
  readonly snapshot?: Snapshot;
}

/** What a run knows of the world: the last list of each kind, and over it what was done and no list shows yet. */
export class Picture<Env> {
  readonly #input: PictureInput<Env>;
  readonly #memory: Memory;
  readonly #kinds: ReadonlyMap<string, AnyKind>;
  #seen: Snapshot;

  constructor(input: PictureInput<Env>, memory: Memory) {
    this.#input = input;
    this.#memory = memory;
    this.#seen = input.snapshot ?? new Map();
    this.#kinds = kindsByName(input.kinds);
  }

  /** As it is believed to be. */
  get snapshot(): Snapshot {
    return this.#memory.beliefs.over(this.#seen);
  }

  get beliefs(): readonly Belief[] {
    return this.#memory.beliefs.open;
  }

  believe(belief: Belief): void {
    this.#memory.beliefs.add(belief);
  }

  /** Looks at these kinds again, and at what their changes bring forth. */
  async look(these: ReadonlySet<string>): Promise<void> {
    const { env, graph, kinds, clock, classify } = this.#input;
    const left = [...these].flatMap((name) => this.#kinds.get(name)?.leaves ?? []);
    const at = new Set([...these, ...left.filter((name) => this.#kinds.has(name))]);
    this.#memory.pace.begin(at);
    const asked = clock.now();
    const found = await look({ env, graph, kinds, at, known: this.snapshot, classify });
    const merged = new Map(this.#seen);
    for (const kind of at) {
      const view = found.get(kind);
      if (view === undefined) continue;
      merged.set(kind, view);
      this.#memory.pace.end(kind, view, clock.now());
      this.#memory.see([[kind, view]], asked);
    }
    this.#seen = merged;
  }
}
