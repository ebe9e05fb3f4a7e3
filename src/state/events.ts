import type { NodeId } from '../engine/ref.ts';
import type { Verb } from '../engine/step.ts';
import type { Condition } from './status.ts';
import type { Store } from './store.ts';

/** The folder with the parts of the log. */
export const LOG = 'log';

/** A call that changed something, or was to. */
export interface CallEvent {
  readonly type: 'call';
  /** When it ended, ISO 8601. */
  readonly at: string;
  /** The ARN that called. */
  readonly by: string;
  readonly command: string;
  readonly revision: string;
  readonly planId: string;
  readonly node: NodeId;
  readonly verb: Verb;
  /** `ec2:CreateVpc` */
  readonly call: string;
  /** `ok`, or AWS's name of the error. */
  readonly result: string;
  readonly ms: number;
}

/** A condition that is now another than it was. */
export interface ConditionEvent {
  readonly type: 'condition';
  readonly at: string;
  readonly revision: string;
  readonly condition: string;
  /** Undefined when nothing was known of it before. */
  readonly from?: Condition['status'];
  readonly status: Condition['status'];
  readonly reason: string;
  readonly message: string;
}

export type Event = CallEvent | ConditionEvent;

/** How far a log has been read: characters of each part. */
export type Position = ReadonlyMap<string, number>;

export interface Events {
  readonly events: readonly Event[];
  readonly position: Position;
}

/** The log from a position on, oldest first; by default all that is kept. Lines that are no events are left out. */
export async function readEvents(store: Store, position: Position = new Map()): Promise<Events> {
  const parts = await store.list(LOG);
  // What was read up to here does not grow any more once there is a later part.
  const last = parts.findLastIndex((name) => position.has(name));
  const open = parts.slice(Math.max(last, 0));
  const texts = await Promise.all(open.map(async (name) => [name, (await store.read(name))?.text ?? ''] as const));
  const events = texts.flatMap(([name, text]) => eventsIn(text.slice(position.get(name) ?? 0)));
  return { events, position: new Map([...position, ...texts.map(([name, text]) => [name, ended(text)] as const)]) };
}

/** A line that is still being written is read the next time. */
const ended = (text: string): number => text.lastIndexOf('\n') + 1;

function eventsIn(text: string): readonly Event[] {
  return text.slice(0, ended(text)).split('\n').flatMap(parsed);
}

function parsed(line: string): readonly Event[] {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && 'type' in value && 'at' in value ? [value as Event] : [];
  } catch {
    return [];
  }
}
