import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { destination } from 'pino';
import { Connections } from '../aws/connections.ts';
import { Board, type GatewayReport } from '../daemon/board.ts';
import { secretFrom } from '../daemon/credentials.ts';
import { Daemon } from '../daemon/daemon.ts';
import { fileSource } from '../daemon/file-source.ts';
import { forgeStatus } from '../daemon/forge-status.ts';
import { gitSource, type GitSource } from '../daemon/git-source.ts';
import type { Keeper } from '../daemon/keeper.ts';
import { openLog, type Log } from '../daemon/log.ts';
import { prometheusMetrics } from '../daemon/metrics.ts';
import { openNotifier } from '../daemon/notify.ts';
import { newRequest } from '../daemon/requests.ts';
import type { Source } from '../daemon/source.ts';
import { tracingFrom } from '../daemon/tracing.ts';
import { webhook } from '../daemon/webhook.ts';
import { stalled } from '../engine/errors.ts';
import { steadyClock, systemClock, timeScale, timing as timingOf, type Timing } from '../engine/timing.ts';
import type { Commands } from '../http/commands.ts';
import { serveHttp } from '../http/server.ts';
import { tokenFrom } from '../http/token.ts';
import { openPlace, type StatePlace } from '../state/place.ts';
import { version } from '../version.ts';
import { CommandError } from './command-error.ts';
import type { Terminal } from './terminal.ts';

export interface DaemonOptions {
  readonly file?: readonly string[];
  readonly git?: string;
  readonly branch?: string;
  readonly tag?: string;
  readonly path?: string;
  readonly signers?: string;
  /** Milliseconds. */
  readonly interval?: number;
  readonly listen: string;
  readonly state?: string;
  readonly workers: number;
  /** The address of a queue that events of AWS come to. */
  readonly queue?: string;
}

/** Keeps gateways as a file, a folder or a repository says, until it is told to stop. */
export async function daemon(options: DaemonOptions, terminal: Terminal): Promise<number> {
  const environment = process.env;
  const clock = systemClock;
  const timing = timingOf(timeScale(environment));
  const log = openLog({ human: process.stdout.isTTY, write: lineWriter() });
  const warn = (message: string): void => log.warn(message);
  const stop = new AbortController();
  terminal.onInterrupt(() => {
    if (stop.signal.aborted) process.exit(1);
    log.info('stopping');
    stop.abort();
  });

  const { files, repository } = sourcesOf(options, log);
  const place = await openState(options.state, timing);
  const board = new Board();
  const metrics = prometheusMetrics(board);
  const tracing = await tracingFrom(environment, { clock, timing, onWarning: warn });
  const shared = { environment, clock, timing, linkOf, onWarning: warn };
  const [notify, forge, token, secret] = await Promise.all([
    openNotifier(shared),
    repository && forgeStatus({ ...shared, url: repository.url }),
    tokenFrom(environment),
    secretFrom(environment, 'MCPGW_WEBHOOK_SECRET'),
  ]);
  board.subscribeSources((report) => {
    void forge?.(report);
    void notify(report, place.sourceStore(report.place));
  });
  const sources: readonly Source[] = repository === undefined ? files : [repository];
  let url = '';
  function linkOf({ key }: GatewayReport): string {
    return `${environment['MCPGW_PUBLIC_URL'] ?? url}/gateways/${key}`;
  }

  const gateways = new Daemon({
    board,
    metrics,
    tracing,
    log,
    clock,
    steady: steadyClock,
    timing,
    random: Math.random,
    interval: options.interval ?? timing.interval,
    environment,
    place,
    connections: new Connections(),
    onCall: (call) => {
      metrics.called(call.service, call.operation, call.error ?? 'ok', call.ms);
      tracing.called(call);
    },
    onReport: (report, store) => {
      void notify(report, store);
      void forge?.(report);
    },
    sources,
    workers: options.workers,
    events: options.queue,
  });
  const http = await serveHttp({
    board,
    commands: commandsOf(gateways),
    clock,
    timing,
    listen: options.listen,
    token,
    beat: () => gateways.beat,
    storeOf: (key) => gateways.find(key)?.store,
    metrics: { contentType: metrics.registry.contentType, metrics: () => metrics.registry.metrics() },
    webhook:
      secret === undefined
        ? undefined
        : webhook({ secret, sources: repository === undefined ? [] : [repository], clock, timing }),
    onError: (error) => log.error({ stack: error.stack }, error.message),
  });
  url = http.url;
  log.info({ version, listen: url, sources: sources.map((source) => source.place), pid: process.pid }, 'started');

  const stopped = new Promise<void>((done) => stop.signal.addEventListener('abort', () => done(), { once: true }));
  const running = gateways.run(stop.signal);
  await stopped;
  // What does not end by itself by then is left: an exit loses nothing but the answers of calls in flight.
  await Promise.race([Promise.all([running, http.close(), tracing.close()]), clock.sleep(timing.stop * MARGIN)]);
  log.info('stopped');
  process.exit(0);
}

const MARGIN = 1.6;

/** Without a place for leases a daemon would change nothing, or the same as another one. */
async function openState(state: string | undefined, timing: Timing): Promise<StatePlace> {
  const environment = process.env;
  const region = environment['AWS_DEFAULT_REGION'] ?? 'us-east-1';
  const place = await openPlace({ environment, region, timing, ...(state !== undefined && { state }) });
  await place.probe().catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    throw new CommandError(
      `the state in ${place.place} cannot be written (${why}): a daemon needs it for leases. Name another place with --state.`,
    );
  });
  return place;
}

function lineWriter(): (line: string) => void {
  const out = destination({ dest: 1, sync: true });
  return (line) => void out.write(`${line}\n`);
}

function sourcesOf(
  options: DaemonOptions,
  log: Log,
): { readonly files: readonly Source[]; readonly repository?: GitSource } {
  const { file = [], git, branch, tag, path, signers } = options;
  const timing = timingOf(timeScale(process.env));
  if (git === undefined) {
    if (file.length === 0)
      throw new CommandError('nothing to follow: name a file or folder with -f, or a repository with --git');
    const given = [branch, tag, path, signers].some((option) => option !== undefined);
    if (given) throw new CommandError('--branch, --tag, --path and --signers go with --git');
    return { files: file.map((each) => fileSource({ path: each, clock: systemClock, timing })) };
  }
  if (file.length > 0) throw new CommandError('-f and --git do not go together: run one daemon for each');
  if (branch !== undefined && tag !== undefined) throw new CommandError('choose one of --branch and --tag');
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  return {
    files: [],
    repository: gitSource({
      url: git,
      follow: tag === undefined ? { ...(branch !== undefined && { branch }) } : { tags: tag },
      ...(path !== undefined && { path }),
      ...(signers !== undefined && { signers: resolve(signers) }),
      cache: join(cache, 'mcpgw-controller', 'git'),
      environment: process.env,
      clock: systemClock,
      timing,
      onMessage: (message) => log.warn({ source: git }, message),
    }),
  };
}

function commandsOf(gateways: Daemon): Commands {
  const of = (key: string): Keeper => {
    const keeper = gateways.find(key);
    if (keeper === undefined) throw stalled('NoSuchGateway', `no gateway ${key} is kept here`);
    return keeper;
  };
  const now = (): number => systemClock.now();
  return {
    pause: (key, pause) => gateways.ask(of(key), newRequest({ verb: 'pause', pause }, pause.by, now())),
    resume: (key, by) => gateways.ask(of(key), newRequest({ verb: 'resume' }, by, now())),
    reconcile: (key, by) => gateways.ask(of(key), newRequest({ verb: 'reconcile' }, by, now())),
    approve: (key, planId, by) => gateways.ask(of(key), newRequest({ verb: 'approve', planId }, by, now())),
  };
}
