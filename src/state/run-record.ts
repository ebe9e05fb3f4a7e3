import type { Graph } from '../engine/graph.ts';
import type { Plan } from '../engine/plan.ts';
import type { Outcome } from '../engine/reconcile.ts';
import type { Clock } from '../engine/timing.ts';
import { isDrift, writeApplied } from './applied.ts';
import { writeConditions } from './conditions.ts';
import { EventLog } from './event-log.ts';
import { noteAttempt, noteObserved, type Edition } from './generation.ts';
import { addHistory, endedWell, noteEnd, noteStart, type HistoryEntry } from './history.ts';
import { writeManifest } from './manifest.ts';
import { lostText, remembered, type Memorable } from './remembered.ts';
import type { Condition } from './status.ts';

export interface RunRecordOptions extends Memorable {
  readonly clock: Clock;
  readonly edition: Edition;
  readonly command: HistoryEntry['command'];
  readonly planId: string;
}

/** What a run leaves for the next one and for people. */
export interface Ending extends Pick<Outcome, 'result' | 'done' | 'failures'> {
  /** What is as it should be, and the graph that says so. */
  readonly plan: Plan;
  readonly graph: Graph;
  /** The manifest in the form that may be remembered; undefined in it: none is wanted. Undefined: part of one was carried out. */
  readonly whole: { readonly manifest: unknown } | undefined;
  /** Undefined: the run was not about the whole gateway. */
  readonly conditions: readonly Condition[] | undefined;
}

/** Writes down what a run does. What cannot be written is told of, and the run goes on. */
export class RunRecord {
  readonly #options: RunRecordOptions;
  readonly #began: number;
  readonly log: EventLog;

  constructor(options: RunRecordOptions) {
    this.#options = options;
    this.#began = options.clock.now();
    this.log = new EventLog(options.store, (error) => options.onWarning(lostText(options.store, error)));
  }

  /** Whether the run before this one ended by itself; undefined when there was none. */
  async begin(): Promise<boolean | undefined> {
    const { store, edition, command } = this.#options;
    const ended = await remembered<boolean | undefined>(this.#options, false, () => endedWell(store));
    await remembered(this.#options, undefined, async () => {
      await noteStart(store, iso(this.#began));
      if (command !== 'destroy') await noteAttempt(store, edition);
    });
    return ended;
  }

  async end(ending: Ending): Promise<void> {
    const { store, clock, edition, command } = this.#options;
    const { result, plan, graph, whole, conditions } = ending;
    await remembered(this.#options, undefined, async () => {
      const applied = await writeApplied(store, plan, graph);
      // What was left as somebody outside made it is none of the manifest's.
      const isThrough = result === 'converged' && plan.steps.every((step) => isDrift(step, applied));
      if (whole !== undefined && isThrough) await writeManifest(store, whole.manifest);
      // A daemon's pass is more than its runs, and says so itself.
      if (command !== 'daemon') await addHistory(store, this.#entry(ending));
      if (conditions !== undefined) {
        const at = iso(clock.now());
        await writeConditions(store, conditions, { at, revision: edition.revision, log: this.log });
        await noteObserved(store, edition, result === 'converged');
      }
      if (result === 'converged') await noteEnd(store, iso(clock.now()));
    });
    await this.log.flush();
  }

  /** The lease went to somebody else: what stands is theirs to say. */
  async endLost(done: number, error: Error): Promise<void> {
    const failures = [error.message];
    await remembered(this.#options, undefined, () =>
      addHistory(this.#options.store, { ...this.#head(), result: 'failed', steps: done, errors: failures }),
    );
    await this.log.flush();
  }

  #entry({ result, done, failures }: Ending): HistoryEntry {
    const errors = failures.map(({ node, error }) => `${node}: ${error.message}`);
    return { ...this.#head(), result, steps: done.length, ...(errors.length > 0 && { errors }) };
  }

  #head(): Pick<HistoryEntry, 'at' | 'command' | 'revision' | 'planId' | 'ms'> {
    const { clock, edition, command, planId } = this.#options;
    const ms = Math.max(clock.now() - this.#began, 0);
    return { at: iso(this.#began), command, revision: edition.revision, planId, ms };
  }
}

const iso = (time: number): string => new Date(time).toISOString();
