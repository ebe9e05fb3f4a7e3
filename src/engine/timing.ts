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

/** Sleeps until one of the signals fires, and leaves nothing on them that would outlast it. */
export async function sleepUnless(clock: Clock, ms: number, signals: readonly AbortSignal[]): Promise<void> {
  const nap = new AbortController();
  const wake = (): void => nap.abort();
  if (signals.some((signal) => signal.aborted)) return;
  for (const signal of signals) signal.addEventListener('abort', wake);
  await clock.sleep(ms, nap.signal);
  for (const signal of signals) signal.removeEventListener('abort', wake);
}

/** Does not jump when somebody sets the system's clock. Its zero is the start of the process. */
export const steadyClock: Clock = { now: () => performance.now(), sleep: systemClock.sleep };

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
  /** How long a rollout may take before it counts as failed. */
  readonly rollout: number;
  /** How long a look at one kind may take. */
  readonly look: number;
  /** How long an interrupted run waits for the calls in flight. */
  readonly stop: number;
  /** Limits of one AWS call: to connect, and to answer. */
  readonly connect: number;
  readonly answer: number;
  /** How long the first call may take, retries and all: it tells whether anybody is there. */
  readonly greet: number;
  /** Limit of one question to a public address. */
  readonly reach: number;
  /** How long Keycloak may be silent although it runs: a door that has just been made opens late. */
  readonly entrance: number;
  /** How long a resolver may remember where a record led before. */
  readonly recordLifetime: number;
  /** Between two frames of the progress view. */
  readonly frame: number;
  /** How long one command of a source may take: to ask, to fetch, to check out. */
  readonly fetch: number;
  /** How old what a forge tells may be, and how far its clock may be ahead. */
  readonly replay: number;
  /** Between two signs of life on a stream of events, and how long changes are gathered into one. */
  readonly pulse: number;
  readonly gather: number;
  /** How long what was read of a log will do. */
  readonly reread: number;
  /** How long a browser stays signed in. */
  readonly visit: number;
  /** The second of which AWS allows so many calls in each. */
  readonly second: number;
  /** Between two looks at a quiet gateway, where nothing else is asked for. */
  readonly interval: number;
  /** Between two looks at a source: at files, and at a repository. */
  readonly watchFiles: number;
  readonly watchRepository: number;
  /** How long files must have been still before they are read. */
  readonly still: number;
  /** Between two looks for what people ask of the daemon through the store. */
  readonly wishes: number;
  /** How long a pass over a gateway may take, and how long it may be silent. */
  readonly pass: number;
  readonly heartbeat: number;
  /** Until a gateway that failed has its next pass: doubles from the first to the last. */
  readonly retryMin: number;
  readonly retryMax: number;
  /** How long a gateway waits for its turn before it goes ahead of changed ones. */
  readonly starving: number;
  /** Between two passes that events ask for. */
  readonly calm: number;
  /** In which a field may flip so often before it is left alone. */
  readonly flips: number;
  /** How long a connection to an account is kept. */
  readonly session: number;
  /** How long the daemon's loop may be silent before the process counts as stuck. */
  readonly silence: number;
  /** Between two looks of a command that goes on looking. */
  readonly glance: number;
  /** How long one process alone may write to a gateway since it last said so, and how often it says so. */
  readonly leaseTerm: number;
  readonly leaseRenew: number;
  /** When a holder that could not say so writes nothing more before it has: well before another may take over. */
  readonly leaseDeadline: number;
  /** Between two looks at a lease that somebody else holds. */
  readonly leaseWatch: number;
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
    rollout: 30 * MINUTE * scale,
    look: 2 * MINUTE,
    stop: SECOND,
    connect: 3 * SECOND,
    answer: 30 * SECOND,
    greet: 10 * SECOND,
    reach: 10 * SECOND,
    entrance: 5 * MINUTE * scale,
    recordLifetime: MINUTE * scale,
    frame: 250,
    fetch: 2 * MINUTE,
    replay: 5 * MINUTE,
    pulse: 15 * SECOND,
    gather: 250,
    reread: 5 * SECOND,
    visit: 12 * 60 * MINUTE,
    second: SECOND * scale,
    interval: 5 * MINUTE,
    watchFiles: 2 * SECOND * scale,
    watchRepository: MINUTE * scale,
    still: 300,
    wishes: 2 * SECOND,
    pass: 60 * MINUTE,
    heartbeat: 5 * MINUTE,
    retryMin: 10 * SECOND * scale,
    retryMax: 30 * MINUTE * scale,
    starving: MINUTE,
    calm: 10 * SECOND * scale,
    flips: 60 * MINUTE,
    session: 60 * MINUTE,
    silence: 2 * MINUTE,
    glance: 15 * SECOND * scale,
    // On a busy machine a process may get no turn for seconds, which must not cost it its lease.
    leaseTerm: 30 * SECOND,
    leaseRenew: 8 * SECOND,
    leaseDeadline: 20 * SECOND,
    leaseWatch: SECOND,
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
export function backoff(count: number, times: Pick<Timing, 'backoffMin' | 'backoffMax'>, random: number): number {
  return Math.min(times.backoffMin * 2 ** (count - 1), times.backoffMax) * (0.75 + random / 2);
}
