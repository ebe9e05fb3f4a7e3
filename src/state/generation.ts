import { createHash } from 'node:crypto';
import type { Store } from './store.ts';
import { amend, recall } from './texts.ts';

/** Which manifest was tried, and which stands. */
export interface Generation {
  /** Counts changes of the manifest since the state began. */
  readonly generation: number;
  /** Tells one manifest from the next, whatever commit it stands in. */
  readonly fingerprint: string;
  /** The generation that the conditions are about; 0: none yet. */
  readonly observedGeneration: number;
  readonly attemptedRevision?: string;
  readonly appliedRevision?: string;
}

/** A manifest, and the commit it stands in. */
export interface Edition {
  readonly manifest: unknown;
  readonly revision: string;
}

const FILE = 'generation.json';
/** Nothing was tried yet, or nothing is known of it. */
export const noGeneration: Generation = { generation: 0, fingerprint: '', observedGeneration: 0 };

/** As it is remembered; where the manifest is a new one, as it will be when a run tries it. */
export async function generationOf(store: Store, { manifest }: Pick<Edition, 'manifest'>): Promise<Generation> {
  return counted(known(await recall(store, FILE)), manifest);
}

/** A run begins to make it so. */
export async function noteAttempt(store: Store, { manifest, revision }: Edition): Promise<void> {
  await amend(store, FILE, (found) => ({ ...counted(known(found), manifest), attemptedRevision: revision }));
}

/** The conditions were told from it; `applied`: and it stands. */
export async function noteObserved(store: Store, { manifest, revision }: Edition, applied: boolean): Promise<void> {
  await amend(store, FILE, (found) => {
    const now = counted(known(found), manifest);
    return { ...now, observedGeneration: now.generation, ...(applied && { appliedRevision: revision }) };
  });
}

function counted(last: Generation, manifest: unknown): Generation {
  const fingerprint = createHash('sha256').update(JSON.stringify(manifest)).digest('hex').slice(0, 16);
  return fingerprint === last.fingerprint ? last : { ...last, fingerprint, generation: last.generation + 1 };
}

const known = (found: unknown): Generation =>
  typeof found === 'object' && found !== null ? { ...noGeneration, ...found } : noGeneration;
