import { userInfo } from 'node:os';
import { markPaused, markResumed } from '../daemon/anchor.ts';
import type { Pause } from '../daemon/board.ts';
import { leaveRequest, newRequest, type Asked } from '../daemon/requests.ts';
import { isReceived, sendJson } from '../daemon/send.ts';
import { systemClock, timing as timingOf } from '../engine/timing.ts';
import { tokenFrom } from '../http/token.ts';
import { CommandError } from './command-error.ts';
import { openGateway } from './context.ts';
import type { Terminal } from './terminal.ts';

interface RequestOptions {
  readonly file?: readonly string[];
  readonly state?: string;
  readonly daemon: string;
}

export interface PauseOptions extends RequestOptions {
  /** Milliseconds. */
  readonly for: number;
  readonly why: string;
}

/** Nothing is changed until the time is over. */
export function pause(gateway: string | undefined, options: PauseOptions, terminal: Terminal): Promise<number> {
  const until = new Date(systemClock.now() + options.for).toISOString();
  return ask({ verb: 'pause', pause: { until, why: options.why, by: whoAsks() } }, gateway, options, terminal);
}

export const resume = (gateway: string | undefined, options: RequestOptions, terminal: Terminal): Promise<number> =>
  ask({ verb: 'resume' }, gateway, options, terminal);

/** Looks and acts now, and tries again what was given up. */
export const reconcile = (gateway: string | undefined, options: RequestOptions, terminal: Terminal): Promise<number> =>
  ask({ verb: 'reconcile' }, gateway, options, terminal);

/** Lets the plan that waits go on. */
export const approve = (
  gateway: string | undefined,
  options: RequestOptions & { readonly plan: string },
  terminal: Terminal,
): Promise<number> => ask({ verb: 'approve', planId: options.plan }, gateway, options, terminal);

async function ask(
  asked: Asked,
  gateway: string | undefined,
  options: RequestOptions,
  terminal: Terminal,
): Promise<number> {
  if (options.file !== undefined) await leave(asked, options.file, options, terminal);
  else if (gateway !== undefined) await send(asked, gateway, options.daemon, terminal);
  else throw new CommandError('which gateway? Give its name as the daemon knows it, or its manifest with -f');
  return 0;
}

/** By way of the state that the daemon shares: it looks there every few seconds, and after a restart too. */
async function leave(
  asked: Asked,
  file: readonly string[],
  { state }: RequestOptions,
  terminal: Terminal,
): Promise<void> {
  const context = await openGateway({ file, ...(state !== undefined && { state }) }, terminal);
  await leaveRequest(context.store, newRequest(asked, whoAsks(), systemClock.now()));
  if (asked.verb === 'pause' && !(await markPaused(context, asked.pause)))
    terminal.err('Nothing of the gateway is there yet: the pause is noted in the state alone.');
  if (asked.verb === 'resume') await markResumed(context);
  terminal.out(`${saidOf(asked)}: left in ${context.store.place} for the daemon.`);
}

/** By way of the daemon's own address. */
async function send(asked: Asked, gateway: string, daemon: string, terminal: Terminal): Promise<void> {
  const token = await tokenFrom(process.env);
  const base = daemon.replace(/\/+$/, '');
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const key = await keyFor(gateway, base, headers);
  const body = {
    by: whoAsks(),
    ...(asked.verb === 'pause' && { until: asked.pause.until, why: asked.pause.why }),
    ...(asked.verb === 'approve' && { planId: asked.planId }),
  };
  const letter = { url: `${base}/api/v1/gateways/${key}/${asked.verb}`, headers, body };
  const received = await sendJson(letter, { clock: systemClock, patience: timingOf().answer });
  if (!isReceived(received)) throw new CommandError(refusal(base, received.status, received.said));
  terminal.out(`${saidOf(asked)}: ${key}.`);
}

type Headers = Readonly<Record<string, string>>;

/** What the daemon calls a gateway that people call by its name alone. */
async function keyFor(gateway: string, base: string, headers: Headers): Promise<string> {
  if (gateway.split('/').length === 3) return gateway;
  let response: Response;
  try {
    response = await fetch(`${base}/api/v1/gateways`, { headers });
  } catch {
    throw new CommandError(`no daemon answers at ${base}: name another with --daemon, or the manifest with -f`);
  }
  if (!response.ok) throw new CommandError(refusal(base, response.status, await response.text()));
  const { items } = (await response.json()) as { readonly items: readonly { readonly metadata: Metadata }[] };
  const keys = items.map(({ metadata: { accountId, region, name } }) => `${accountId}/${region}/${name}`);
  const [key, ...more] = keys.filter((each) => each.endsWith(`/${gateway}`));
  if (key === undefined) throw new CommandError(`the daemon keeps no gateway ${gateway}; it keeps ${keys.join(', ')}`);
  if (more.length > 0)
    throw new CommandError(`${gateway} may be any of these; say which: ${[key, ...more].join(', ')}`);
  return key;
}

interface Metadata {
  readonly accountId: string;
  readonly region: string;
  readonly name: string;
}

function refusal(base: string, status: number, said: string): string {
  if (status === 0)
    return `no daemon answers at ${base} (${said}): name another with --daemon, or the manifest with -f`;
  if (status === 401) return `the daemon at ${base} asks for its token: set MCPGW_HTTP_TOKEN or MCPGW_HTTP_TOKEN_FILE`;
  const message = /"message":"((?:[^"\\]|\\.)*)"/.exec(said)?.[1];
  return message === undefined ? `the daemon answers ${status}: ${said}` : String(JSON.parse(`"${message}"`));
}

const SAID = { resume: 'resumed', reconcile: 'asked for a look now', approve: 'approved' } as const;

function saidOf(asked: Asked): string {
  if (asked.verb !== 'pause') return SAID[asked.verb];
  const { until, why }: Pause = asked.pause;
  return `paused until ${until} (${why})`;
}

function whoAsks(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run as a number without a name.
    return 'somebody at a terminal';
  }
}
