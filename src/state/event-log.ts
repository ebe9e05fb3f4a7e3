import { randomBytes } from 'node:crypto';
import { redact } from '../engine/secret.ts';
import { LOG, type Event } from './events.ts';
import type { Store } from './store.ts';

/** A part that has grown beyond this many characters is closed, and another begun. */
const PART = 65_536;
/** Closed parts that are kept; the oldest go first. About 15,000 calls. */
const KEPT = 64;

/**
 * Adds to the log of one gateway, in order: what comes while something is being written goes out together after it.
 * Only the holder of the lease writes to it, so that parts do not grow past their size.
 */
export class EventLog {
  readonly #store: Store;
  readonly #onTrouble: (error: unknown) => void;
  #waiting: string[] = [];
  #sending: Promise<void> | undefined;
  #part: { readonly name: string; length: number } | undefined;

  /** @param onTrouble told when something could not be written; it is lost then */
  constructor(store: Store, onTrouble: (error: unknown) => void) {
    this.#store = store;
    this.#onTrouble = onTrouble;
  }

  add(event: Event): void {
    this.#waiting.push(`${redact(JSON.stringify(event))}\n`);
    this.#sending ??= this.#send();
  }

  /** Resolves when everything that was added has been written, or could not be. */
  async flush(): Promise<void> {
    await this.#sending;
  }

  async #send(): Promise<void> {
    while (this.#waiting.length > 0) {
      const text = this.#waiting.splice(0).join('');
      try {
        const part = await this.#open();
        await this.#store.append(part.name, text);
        part.length += text.length;
      } catch (error) {
        this.#onTrouble(error);
      }
    }
    this.#sending = undefined;
  }

  /** The part that is written to. A killed process may have left half a line at its end. */
  async #open(): Promise<{ readonly name: string; length: number }> {
    if (this.#part === undefined) {
      const last = (await this.#store.list(LOG)).at(-1);
      const text = last === undefined ? '' : ((await this.#store.read(last))?.text ?? '');
      if (last !== undefined && text !== '' && !text.endsWith('\n')) await this.#store.append(last, '\n');
      this.#part = last === undefined ? undefined : { name: last, length: text.length };
    }
    if (this.#part === undefined || this.#part.length >= PART) {
      this.#part = { name: partAfter(this.#part?.name), length: 0 };
      const parts = await this.#store.list(LOG);
      await Promise.all(parts.slice(0, -KEPT).map((name) => this.#store.remove(name)));
    }
    return this.#part;
  }
}

/** Numbered, because a clock may be set back; and two processes never make the same. */
function partAfter(last: string | undefined): string {
  const number = Number(/\/(\d+)-/.exec(last ?? '')?.[1] ?? 0) + 1;
  return `${LOG}/${String(number).padStart(DIGITS, '0')}-${randomBytes(2).toString('hex')}.jsonl`;
}

const DIGITS = 8;
