import { toReconcileError } from '../aws/errors.ts';
import { readHistory } from '../state/history.ts';
import type { StatePlace } from '../state/place.ts';
import { recall, remember } from '../state/texts.ts';
import { releasedText, type Wish } from './catalogue.ts';
import type { Log } from './log.ts';

export interface KnownGatewaysOptions {
  readonly place: StatePlace;
  /** The places of the sources that are followed. */
  readonly sources: readonly string[];
  readonly log: Log;
}

/** One gateway as a source named it. */
interface Known {
  readonly key: string;
  readonly file: string;
  readonly released: boolean;
}

const FILE = 'gateways.json';

/** Which gateways the sources named, from one process to the next: what a source does not name any more is released. */
export class KnownGateways {
  readonly #options: KnownGatewaysOptions;
  readonly #noted = new Map<string, string>();
  #before = Promise.resolve();

  constructor(options: KnownGatewaysOptions) {
    this.#options = options;
  }

  /** What earlier processes knew, but for what was destroyed since. Never rejects. */
  async read(): Promise<ReadonlyMap<string, Wish>> {
    const wishes = new Map<string, Wish>();
    for (const source of this.#options.sources)
      for (const known of await this.#attempt(source, () => this.#of(source), []))
        wishes.set(known.key, wishOf(known, source));
    return wishes;
  }

  /** Remembers them, where that is new. */
  note(wishes: ReadonlyMap<string, Wish>): void {
    const { place, sources } = this.#options;
    for (const source of sources) {
      const known = [...wishes.values()]
        .filter((wish) => wish.place === source)
        .map(({ key, file, state }): Known => ({ key, file, released: state === 'released' }));
      const text = JSON.stringify(known);
      if (this.#noted.get(source) === text) continue;
      this.#noted.set(source, text);
      const write = (): Promise<void> => remember(place.sourceStore(source), FILE, known);
      this.#before = this.#before.then(() => this.#attempt(source, write, undefined));
    }
  }

  /** Resolves when all that was noted has been written, or could not be. */
  get written(): Promise<void> {
    return this.#before;
  }

  async #of(source: string): Promise<readonly Known[]> {
    const { place } = this.#options;
    const found = await recall(place.sourceStore(source), FILE);
    const all = Array.isArray(found) ? (found as readonly Known[]) : [];
    const there = await Promise.all(all.map(async ({ key }) => !(await this.#isDestroyed(key))));
    return all.filter((_, index) => there[index]);
  }

  async #isDestroyed(key: string): Promise<boolean> {
    const last = (await readHistory(this.#options.place.storeOf(partsOf(key)))).at(-1);
    return last?.command === 'destroy' && last.result === 'converged';
  }

  async #attempt<T>(source: string, act: () => Promise<T>, otherwise: T): Promise<T> {
    try {
      return await act();
    } catch (error) {
      const why = toReconcileError(error).message;
      this.#options.log.warn({ source }, `which gateways it named cannot be remembered: ${why}`);
      return otherwise;
    }
  }
}

/** A gateway's key in its parts. */
export function partsOf(key: string): { readonly accountId: string; readonly region: string; readonly name: string } {
  const [accountId = '', region = '', name = ''] = key.split('/');
  return { accountId, region, name };
}

/** Without a manifest: only the source has that. */
function wishOf({ key, file, released }: Known, place: string): Wish {
  const common = { key, file, place, loaded: undefined, commit: undefined };
  return released
    ? { ...common, state: 'released', because: releasedText({ file, place }) }
    : { ...common, state: 'wanted' };
}
