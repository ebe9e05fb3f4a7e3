import type { NodeId } from '../engine/ref.ts';
import type { Store } from '../state/store.ts';
import { recall, remember } from '../state/texts.ts';
import type { Pause } from './board.ts';
import type { Flip } from './flips.ts';

/** A plan that somebody let go on. */
export interface Approval {
  readonly planId: string;
  readonly by: string;
  /** A run has begun that it allowed: what is left of it is another plan. */
  readonly begun: boolean;
  /** What it was approved for; it holds for no more, and for no other revision. */
  readonly nodes: readonly NodeId[];
  readonly revision: string;
}

/** What the daemon remembers of a gateway from one process to the next. */
export interface Notes {
  /** The change of the manifest that was last begun, as `Generation` counts them. */
  readonly begun: number;
  /** When it was seen, ISO 8601. */
  readonly changedAt: string;
  /** Milliseconds that the last change took. */
  readonly timeToReady?: number | undefined;
  /** Nodes that were to be made and have not been seen finished. */
  readonly making: readonly NodeId[];
  readonly flips: readonly Flip[];
  readonly approval?: Approval | undefined;
  readonly pause?: Pause | undefined;
  /** The end of the pause that was ended early: where it is still shown, it is over. */
  readonly resumed?: string | undefined;
  /** The last request that was handled. */
  readonly handled?: Handled;
}

export interface Handled {
  readonly id: string;
  readonly verb: string;
  readonly by: string;
  /** ISO 8601. */
  readonly at: string;
  /** What came of it. */
  readonly answer: string;
}

const FILE = 'daemon.json';

export const noNotes: Notes = { begun: 0, changedAt: '', making: [], flips: [] };

export async function readNotes(store: Store): Promise<Notes> {
  const found = await recall(store, FILE);
  return typeof found === 'object' && found !== null ? { ...noNotes, ...found } : noNotes;
}

export const writeNotes = (store: Store, notes: Notes): Promise<void> => remember(store, FILE, notes);
