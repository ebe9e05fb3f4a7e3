import type { Pause } from '../daemon/board.ts';

/**
 * What people may ask of the daemon over HTTP. Each resolves when the wish is taken down, not when it is carried out.
 * A ReconcileError says why it is refused and what to do; it is answered as a conflict.
 */
export interface Commands {
  /** Nothing is changed until the pause ends by itself or is ended. */
  pause(gateway: string, pause: Pause): Promise<void>;
  resume(gateway: string, by: string): Promise<void>;
  /** Looks and acts now instead of at the next interval. */
  reconcile(gateway: string, by: string): Promise<void>;
  /** Lets the plan that is held go on; refused when another plan is held by now. */
  approve(gateway: string, planId: string, by: string): Promise<void>;
}

/** How the process is, for whoever restarts it. */
export interface Beat {
  /** When the loop last went round, milliseconds since 1970. */
  readonly at: number;
  /** True as soon as every source has been read once. */
  readonly sourcesRead: boolean;
}
