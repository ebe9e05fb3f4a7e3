import type { Store } from './store.ts';

/** What was remembered under this name, as JSON; undefined when there is nothing, or nothing that can be read. */
export async function recall(store: Store, name: string): Promise<unknown> {
  const text = await store.read(name);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Cut short or written by something else: no more is lost than if it were not there.
    return undefined;
  }
}

export const remember = (store: Store, name: string, value: unknown): Promise<void> =>
  store.write(name, JSON.stringify(value, undefined, 1));
