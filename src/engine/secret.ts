import { inspect } from 'node:util';

const MASK = '[secret]';
/** Shorter texts are too common to be taken out of what is printed. */
const SHORTEST = 6;
const opened = new Set<string>();

/** A value that prints as `[secret]` wherever it ends up; only `open()` gives it away. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  open(): string {
    if (this.#value.length >= SHORTEST) opened.add(this.#value);
    return this.#value;
  }

  toString(): string {
    return MASK;
  }

  toJSON(): string {
    return MASK;
  }

  [inspect.custom](): string {
    return MASK;
  }
}

/** Takes every value that was opened in this process out of a text: the last guard before something is printed. */
export function redact(text: string): string {
  let result = text;
  for (const value of opened)
    result = result.replaceAll(value, MASK).replaceAll(JSON.stringify(value).slice(1, -1), MASK);
  return result;
}
