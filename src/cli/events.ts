import { readEvents, type CallEvent, type Event } from '../state/events.ts';
import { shortRevision } from '../state/revision.ts';
import { printJson, type ManifestOptions } from './context.ts';
import { fields, paragraph, tied } from './layout.ts';
import { openStored } from './stored.ts';
import type { Terminal } from './terminal.ts';
import { count, duration } from '../words.ts';

export interface EventsOptions extends ManifestOptions {
  /** Milliseconds. */
  readonly since?: number;
  readonly follow?: boolean;
}

/** Without `--since`, only so many of the newest. */
const NEWEST = 100;
const INTERRUPTED = 130;

/** Every call that changed something, and every condition that moved, newest last. */
export async function events(options: EventsOptions, terminal: Terminal): Promise<number> {
  const { owner, store, clock, timing } = await openStored(options, terminal);
  let read = await readEvents(store);
  const { since } = options;
  const from = since === undefined ? undefined : new Date(clock.now() - since).toISOString();
  const shown = from === undefined ? read.events.slice(-NEWEST) : read.events.filter(({ at }) => at >= from);
  if (options.output === 'json' && options.follow !== true) {
    printJson(terminal, { gateway: owner, events: shown });
    return 0;
  }
  const print = options.output === 'json' ? jsonPrinter(terminal) : textPrinter(terminal);
  const older = read.events.length - shown.length;
  if (shown.length === 0) terminal.err(`Nothing of ${owner} is written down in ${store.place} for that time.`);
  else if (older > 0 && since === undefined) terminal.err(`${count(older, 'older event')}: --since 24h shows more.`);
  shown.forEach(print);
  if (options.follow !== true) return 0;
  const stop = new AbortController();
  terminal.onInterrupt(() => stop.abort());
  while (!stop.signal.aborted) {
    await clock.sleep(timing.wishes, stop.signal);
    if (stop.signal.aborted) break;
    read = await readEvents(store, read.position);
    read.events.forEach(print);
  }
  return INTERRUPTED;
}

/** An object a line. */
const jsonPrinter =
  (terminal: Terminal) =>
  (event: Event): void =>
    terminal.out(JSON.stringify(event));

/** A heading for each run and day, and a line for each event. */
function textPrinter(terminal: Terminal): (event: Event) => void {
  let last = '';
  return (event) => {
    const day = event.at.slice(0, 10);
    const heading = event.type === 'call' ? `${day}   ${runText(event)}` : last.startsWith(day) ? last : day;
    if (heading !== last) terminal.out(paragraph(heading, terminal.columns, 2));
    last = heading;
    terminal.out(fields(partsOf(event, terminal), terminal.columns, 13));
  };
}

const runText = ({ command, planId, revision, by }: CallEvent): string =>
  `${command} ${planId} of revision ${shortRevision(revision)} by ${by}`;

function partsOf(event: Event, { paint }: Terminal): readonly string[] {
  const time = `  ${event.at.slice(11, 19)}`;
  if (event.type === 'call') {
    const { call, node, result, ms } = event;
    const ended = result === 'ok' ? 'ok' : paint('red', result);
    return [time, call, node, `${ended} ${tied(`(${duration(ms)})`)}`];
  }
  const { condition, from, status, reason, message } = event;
  const moved = from === undefined ? status : `${from} → ${status}`;
  return [time, condition, moved, `${reason}${message === '' ? '' : `: ${message}`}`];
}
