import type { Store } from '../../src/state/store.ts';

/** A store that forgets everything when the test ends. */
export function memoryStore(texts: Map<string, string> = new Map()): Store & { readonly texts: Map<string, string> } {
  return {
    place: 'memory',
    texts,
    read: async (name) => texts.get(name),
    write: async (name, text) => void texts.set(name, text),
  };
}
