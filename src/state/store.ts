/** What stands under a name. */
export interface Stored {
  readonly text: string;
  /** Tells one text from the next; means nothing else. */
  readonly version: string;
}

/**
 * Keeps a few named texts of one gateway, for every process that looks after it. Losing it loses history, the origins
 * of changes and approvals, nothing else. A name may begin with folders: `log/a.jsonl`.
 */
export interface Store {
  /** For messages: where the texts are. */
  readonly place: string;
  /** Undefined when there is none. */
  read(name: string): Promise<Stored | undefined>;
  /** Whole or not at all, whatever stood there. */
  write(name: string, text: string): Promise<void>;
  /**
   * Whole or not at all, and only where `version` is what stands there; undefined: where nothing does.
   * @returns the new version, or undefined when something else stood there and stays
   */
  swap(name: string, text: string, version: string | undefined): Promise<string | undefined>;
  /** Adds to the end of a text that is never written or swapped. */
  append(name: string, text: string): Promise<void>;
  /** The names in a folder that were appended to, in the order of the alphabet. */
  list(folder: string): Promise<readonly string[]>;
  /** Takes away what was appended. What is gone already is no error. */
  remove(name: string): Promise<void>;
}
