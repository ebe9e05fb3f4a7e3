import type { Change } from '../engine/diff.ts';
import type { NodeId } from '../engine/ref.ts';
import type { Action, NodePhase } from '../engine/step.ts';
import type { Origin } from '../state/applied.ts';
import type { DatedCondition } from '../state/conditions.ts';

/** One node as people see it. */
export interface NodeReport {
  readonly id: NodeId;
  readonly kind: string;
  readonly domain: string;
  readonly phase: NodePhase;
  /** Why it is not ready, in words to act on. */
  readonly because?: string;
  /** Since when it has been in this phase, ISO 8601. */
  readonly since: string;
  readonly waitsFor: readonly NodeId[];
  /** What would be done to it; undefined when nothing. */
  readonly action?: Action;
  /** Sensitive values stand as "[secret]". */
  readonly changes: readonly (Change & { readonly origin: Origin })[];
  /** What is wanted of it, as it was declared: with references and secrets that nobody opened. */
  readonly props?: Readonly<Record<string, unknown>>;
  /** Ids and addresses that AWS gave it. */
  readonly outputs: Readonly<Record<string, unknown>>;
}

/** One pass over a gateway. Equal passes that follow each other are one, with their number. */
export interface RunReport {
  /** ISO 8601. */
  readonly at: string;
  readonly ms: number;
  readonly why: 'revision' | 'interval' | 'event' | 'request' | 'start' | 'retry';
  readonly revision: string;
  readonly planId: string;
  readonly result: 'converged' | 'pending' | 'failed' | 'interrupted' | 'held' | 'observed';
  /** Calls that changed something. */
  readonly steps: number;
  readonly errors: readonly string[];
  readonly times: number;
}

export interface Pause {
  /** ISO 8601. */
  readonly until: string;
  readonly why: string;
  readonly by: string;
}

/** Everything that the daemon knows of one gateway. */
export interface GatewayReport {
  /** `<account>/<region>/<name>`. */
  readonly key: string;
  readonly accountId: string;
  readonly region: string;
  readonly name: string;
  /** The file it stands in, as the source names it. */
  readonly file: string;
  /** The source that named it last, by its place. */
  readonly source: string;
  /** Counts changes of the manifest since the state began. */
  readonly generation: number;
  readonly observedGeneration: number;
  readonly attemptedRevision: string | undefined;
  readonly appliedRevision: string | undefined;
  readonly conditions: readonly DatedCondition[];
  readonly nodes: readonly NodeReport[];
  readonly runs: readonly RunReport[];
  /** The plan that waits for somebody to approve it. */
  readonly held: { readonly planId: string; readonly why: string; readonly deletes: readonly NodeId[] } | undefined;
  readonly pause: Pause | undefined;
  /** ISO 8601. */
  readonly lastLook: string | undefined;
  readonly nextLook: string | undefined;
  /** Milliseconds from the change of the manifest until it was ready, the last time. */
  readonly timeToReady: number | undefined;
  readonly outputs: Readonly<Record<string, { readonly value: unknown; readonly sensitive: boolean }>>;
  /** True while a run is going on. */
  readonly running: boolean;
  /** The last thing that somebody asked for, and what came of it. */
  readonly handled?: {
    readonly verb: string;
    readonly by: string;
    /** ISO 8601. */
    readonly at: string;
    readonly answer: string;
  };
}

/** Where manifests come from, as it was last read. */
export interface SourceReport {
  readonly place: string;
  readonly kind: 'file' | 'git';
  readonly revision: string | undefined;
  /** Why it cannot be read now. */
  readonly error: string | undefined;
  /** What was wrong with manifests in it when it was last read, each with its file and line. */
  readonly problems: readonly string[];
}

/** What the daemon knows of every gateway, for whoever shows it. */
export class Board {
  readonly #reports = new Map<string, GatewayReport>();
  readonly #sources = new Map<string, SourceReport>();
  readonly #listeners = new Set<(report: GatewayReport) => void>();
  readonly #sourceListeners = new Set<(report: SourceReport) => void>();

  get all(): readonly GatewayReport[] {
    return [...this.#reports.values()];
  }

  get(key: string): GatewayReport | undefined {
    return this.#reports.get(key);
  }

  get sources(): readonly SourceReport[] {
    return [...this.#sources.values()];
  }

  source(place: string): SourceReport | undefined {
    return this.#sources.get(place);
  }

  putSource(report: SourceReport): void {
    this.#sources.set(report.place, report);
    for (const listener of this.#sourceListeners) listener(report);
  }

  /** Told of every reading of a source from now on; the answer ends it. */
  subscribeSources(listener: (report: SourceReport) => void): () => void {
    this.#sourceListeners.add(listener);
    return () => this.#sourceListeners.delete(listener);
  }

  put(report: GatewayReport): void {
    this.#reports.set(report.key, report);
    for (const listener of this.#listeners) listener(report);
  }

  /** Told of every change from now on; the answer ends it. */
  subscribe(listener: (report: GatewayReport) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
