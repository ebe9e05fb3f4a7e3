import { redact } from '../engine/secret.ts';
import type { Store } from './store.ts';

/** What was remembered under this name, as JSON; undefined when there is nothing, or nothing that can be read. */
export const recall = async (store: Store, name: string): Promise<unknown> => parsed((await store.read(name))?.text);

export const remember = (store: Store, name: string, value: unknown): Promise<void> => store.write(name, textOf(value));

/**
 * Changes what is remembered under a name, without losing what another process changes at the same moment: `change` is
 * asked again about what that one wrote.
 */
export async function amend<T>(store: Store, name: string, change: (value: unknown) => T): Promise<T> {
  for (;;) {
    const stored = await store.read(name);
    const value = change(parsed(stored?.text));
    if ((await store.swap(name, textOf(value), stored?.version)) !== undefined) return value;
  }
}

const textOf = (value: unknown): string => `${redact(JSON.stringify(value, undefined, 1))}\n`;

function parsed(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Cut short or written by something else: no more is lost than if it were not there.
    return undefined;
  }
}
