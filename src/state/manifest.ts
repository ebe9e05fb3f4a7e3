import type { Store } from './store.ts';
import { recall, remember } from './texts.ts';

const FILE = 'manifest.json';

/** The manifest that was last carried out as a whole; undefined when nothing is known of it. */
export const readManifest = async (store: Store): Promise<unknown> => (await recall(store, FILE)) ?? undefined;

/** @param data undefined: none is carried out any more */
export const writeManifest = (store: Store, data: unknown): Promise<void> => remember(store, FILE, data ?? null);
