import type { Store } from '../../src/state/store.ts';

/** A store that forgets everything when the test ends. */
export function memoryStore(texts: Map<string, string> = new Map()): Store & { readonly texts: Map<string, string> } {
  const versions = new Map<string, number>();
  const versionOf = (name: string): string | undefined =>
    texts.has(name) ? String(versions.get(name) ?? 0) : undefined;
  const put = (name: string, text: string): void => {
    texts.set(name, text);
    versions.set(name, (versions.get(name) ?? 0) + 1);
  };
  return {
    place: 'memory',
    texts,
    read: async (name) => {
      const [text, version] = [texts.get(name), versionOf(name)];
      return text === undefined || version === undefined ? undefined : { text, version };
    },
    write: async (name, text) => put(name, text),
    swap: async (name, text, version) => {
      if (versionOf(name) !== version) return undefined;
      put(name, text);
      return versionOf(name);
    },
    append: async (name, text) => put(name, (texts.get(name) ?? '') + text),
    list: async (folder) => [...texts.keys()].filter((name) => name.startsWith(`${folder}/`)).sort(),
    remove: async (name) => void texts.delete(name),
  };
}
