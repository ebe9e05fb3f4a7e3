/** A source of time, handed in so that tests can run a day in a moment. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Resolves after `ms`, or as soon as the signal fires; never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((done) => {
      if (signal?.aborted === true) return done();
      const finish = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', finish);
        done();
      };
      const timer = setTimeout(finish, Math.min(ms, 2 ** 31 - 1));
      signal?.addEventListener('abort', finish);
    }),
};

/** Every duration that the controller uses, in milliseconds. */
export interface Timing {
  /** How long an accepted call is believed although a list does not show it. */
  readonly settle: number;
  /** How long a change may go unnoticed by what is slow to show it. */
  readonly notice: number;
  /** How long a doubtful create is given to appear before it is sent again. */
  readonly grace: number;
  /** Between two looks at something pending: elapsed / 40 within these bounds. */
  readonly pollMin: number;
  readonly pollMax: number;
  /** Back-off after a failure: doubles from the first to the last. */
  readonly backoffMin: number;
  readonly backoffMax: number;
  /** How long something refused for now is tried again before it counts as stalled. */
  readonly patience: number;
  /** How long a look at one kind may take. */
  readonly look: number;
  /** How long an interrupted run waits for the calls in flight. */
  readonly stop: number;
  /** Limits of one AWS call: to connect, and to answer. */
  readonly connect: number;
  readonly answer: number;
  /** How long the first call may take, retries and all: it tells whether anybody is there. */
  readonly greet: number;
  /** Between two frames of the progress view. */
  readonly frame: number;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** @param scale multiplies every duration but the limits of a single call; tests use less than 1 */
export function timing(scale = 1): Timing {
  return {
    settle: MINUTE * scale,
    notice: 10 * SECOND * scale,
    grace: 10 * SECOND * scale,
    pollMin: 250 * scale,
    pollMax: 15 * SECOND * scale,
    backoffMin: SECOND * scale,
    backoffMax: 30 * SECOND * scale,
    patience: 40 * MINUTE * scale,
    look: 2 * MINUTE,
    stop: SECOND,
    connect: 3 * SECOND,
    answer: 30 * SECOND,
    greet: 10 * SECOND,
    frame: 250,
  };
}

/** The scale that `MCPGW_TIME_SCALE` asks for; 1 by default. */
export function timeScale(environment: Readonly<Record<string, string | undefined>>): number {
  const scale = Number(environment['MCPGW_TIME_SCALE'] ?? '1');
  return Number.isFinite(scale) && scale > 0 ? scale : 1;
}

/** When to look again at what has been pending for `elapsed`. */
export function pollAfter(elapsed: number, times: Timing): number {
  return Math.min(Math.max(elapsed / 40, times.pollMin), times.pollMax);
}

/** How long to wait after the `count`th failure in a row, with jitter from `random` in 0..1. */
export function backoff(count: number, times: Timing, random: number): number {
  return Math.min(times.backoffMin * 2 ** (count - 1), times.backoffMax) * (0.75 + random / 2);
}
