/** What happens next: the user must act; it is refused for now; it went wrong and is tried again. */
export type Disposition = 'stalled' | 'waiting' | 'failed';

/** An error that says what happens next. `code` is the platform's own name for it. */
export class ReconcileError extends Error {
  readonly disposition: Disposition;
  readonly code: string;
  /** True when the call may have been carried out although no good answer came. */
  readonly doubtful: boolean;
  /** True when a name or a quota is taken, maybe by something that is about to go. */
  readonly crowded: boolean;

  constructor(
    disposition: Disposition,
    code: string,
    message: string,
    options: { readonly cause?: unknown; readonly doubtful?: boolean; readonly crowded?: boolean } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'ReconcileError';
    this.disposition = disposition;
    this.code = code;
    this.doubtful = options.doubtful ?? false;
    this.crowded = options.crowded ?? false;
  }
}

/** The user must act before this can go on. */
export const stalled = (code: string, message: string): ReconcileError => new ReconcileError('stalled', code, message);

/** Refused for now; the same call later will do. */
export const waiting = (code: string, message: string): ReconcileError => new ReconcileError('waiting', code, message);

/** The value, or an error that says what was missing. */
export function must<T>(value: T | null | undefined, name: string): T {
  if (value === null || value === undefined) throw new ReconcileError('failed', 'Missing', `${name} is missing`);
  return value;
}
