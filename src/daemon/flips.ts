import type { Change } from '../engine/diff.ts';
import type { NodeId } from '../engine/ref.ts';
import type { Step } from '../engine/step.ts';

/** A field that somebody changes again and again, whatever is done about it. */
export interface Flip {
  readonly node: NodeId;
  /** Empty for the thing as a whole. */
  readonly path: string;
  /** When it was found changed, milliseconds since 1970, the oldest first. */
  readonly at: readonly number[];
  /** Found changed and not corrected since: finding it again is no further flip. */
  readonly open: boolean;
  /** Who does it, as far as it is known; undefined until it is left alone. */
  readonly by?: string;
}

/** After so many within the time, it is a fight. */
export const FIGHT = 3;

/** Counts how often fields are changed outside, so that nobody is fought with for ever. */
export class Flips {
  readonly #flips = new Map<string, Flip>();
  readonly #window: number;

  /** @param window milliseconds in which flips count together */
  constructor(window: number, known: readonly Flip[] = []) {
    this.#window = window;
    for (const flip of known) this.#flips.set(keyOf(flip.node, flip.path), flip);
  }

  get all(): readonly Flip[] {
    return [...this.#flips.values()];
  }

  /** Those that are left alone. */
  get fights(): readonly Flip[] {
    return this.all.filter(isFight);
  }

  /** Notes a change that was found outside; true when it is the one too many. */
  note(step: Step, change: Change | undefined, now: number): boolean {
    const { node, path } = placeOf(step, change);
    const key = keyOf(node, path);
    const before = this.#flips.get(key) ?? { node, path, at: [], open: false };
    if (isFight(before) || before.open) return false;
    const flip = { ...before, at: [...before.at.filter((at) => now - at < this.#window), now], open: true };
    this.#flips.set(key, flip);
    return isFight(flip);
  }

  /** Notes that a step went through. */
  corrected(step: Step): void {
    const { node } = placeOf(step, undefined);
    for (const [key, flip] of this.#flips)
      if (flip.node === node && !isFight(flip)) this.#flips.set(key, { ...flip, open: false });
  }

  name(flip: Flip, by: string): void {
    this.#flips.set(keyOf(flip.node, flip.path), { ...flip, by });
  }

  /** Why a field is left as it is found. */
  reasonFor(step: Step, change: Change | undefined): string | undefined {
    const { node, path } = placeOf(step, change);
    const flip = this.#flips.get(keyOf(node, path));
    if (flip === undefined || !isFight(flip)) return undefined;
    const by = flip.by === undefined ? '' : ` by ${flip.by}`;
    return `left alone: changed outside ${FIGHT} times within the hour${by}; settle it, then ask for reconcile`;
  }

  /** Corrects everything again: somebody has looked into it. */
  forgive(): void {
    this.#flips.clear();
  }
}

const isFight = ({ at }: Flip): boolean => at.length >= FIGHT;

const keyOf = (node: NodeId, path: string): string => `${node} ${path}`;

/** What somebody puts inside something of ours has a new id each time. */
function placeOf(step: Step, change: Change | undefined): Pick<Flip, 'node' | 'path'> {
  if (step.action !== 'delete') return { node: step.node, path: change?.path ?? '' };
  return { node: step.node.slice(0, step.node.lastIndexOf('/')), path: JSON.stringify(step.live?.props ?? {}) };
}
