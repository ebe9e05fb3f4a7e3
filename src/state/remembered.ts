import type { Store } from './store.ts';

export interface Memorable {
  readonly store: Store;
  readonly onWarning: (message: string) => void;
}

/** The store is a convenience: a full disk or a missing right costs history, never the work. */
export async function remembered<T>(about: Memorable, otherwise: T, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    about.onWarning(lostText(about.store, error));
    return otherwise;
  }
}

/** What is said of a store that cannot be used. */
export const lostText = ({ place }: Store, error: unknown): string =>
  `the state in ${place} cannot be used (${reasonOf(error)}); history and origins are lost: mend it, or keep the state elsewhere with --state`;

/** Without the call and the file of it, which differ from one text to the next. */
const reasonOf = (error: unknown): string => {
  const text = error instanceof Error ? error.message : String(error);
  return error instanceof Error && 'syscall' in error ? (text.split(', ')[0] ?? text) : text;
};
