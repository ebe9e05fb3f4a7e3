/** What a source gave at one moment. */
export interface SourceState {
  /** The commit, or what stands for one where there is none. */
  readonly revision: string;
  /** The folder, or the one file, that manifests are read from; absolute. */
  readonly directory: string;
  /** The folder that names of files are told from; `directory` by default. */
  readonly root?: string;
  /** The manifests that were found there; absolute. */
  readonly files: readonly string[];
}

/** Where manifests come from. */
export interface Source {
  /** For people. */
  readonly place: string;
  readonly kind: 'file' | 'git';
  /**
   * Fetches; the same revision is the same state.
   * @throws {ReconcileError} that says what to do: an error is never a wish to delete
   */
  next(signal: AbortSignal): Promise<SourceState>;
  /** Told of changes sooner than polling would; the answer ends it. */
  onHint?(listener: () => void): () => void;
  close(): Promise<void>;
}
