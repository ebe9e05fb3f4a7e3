import { EVENT_ID, getScalarValue, SCALAR_STYLE, type Event } from 'js-yaml';
import { child, type Place, type Places, type Position } from './place.ts';
import type { Finding } from './problem.ts';

/** Where the values of one document stand. */
export interface Walked {
  readonly places: Places;
  readonly findings: readonly Finding[];
  /** Its data can be built: no circle, no flood of aliases, no key that is not a word. */
  readonly sound: boolean;
}

/** Far above any manifest. Aliases of aliases would otherwise grow without end. */
const mostNodes = 50_000;

type ScalarEvent = Extract<Event, { type: typeof EVENT_ID.SCALAR }>;

/** Walks the events of a text once. */
export function walk(
  events: readonly Event[],
  text: string,
  positionAt: (offset: number) => Position,
): readonly Walked[] {
  let next = 0;
  const atEnd = (): boolean => next >= events.length || events[next]?.type === EVENT_ID.POP;

  const document = (): Walked => {
    const places = new Map<string, Place>();
    const findings: Finding[] = [];
    const sizes = new Map<string, number>();
    let sound = true;
    const report = (at: string, position: Position, message: string, suggestion?: string): void => {
      findings.push({ at, position, message, suggestion });
    };

    /** Gives the number of nodes that the value has once its aliases are filled in. */
    const value = (pointer: string, key: Position | undefined): number => {
      const event = events[next];
      next += 1;
      if (event === undefined || event.type === EVENT_ID.POP || event.type === EVENT_ID.DOCUMENT) return 0;
      const start = startOf(event);
      const ownPlace = start >= 0 && event.type === EVENT_ID.SCALAR;
      const at = ownPlace || key === undefined ? positionAt(Math.max(0, start)) : key;
      places.set(pointer, { key, at, raw: event.type === EVENT_ID.SCALAR ? plainText(event, text) : undefined });
      const anchor = event.anchorStart < 0 ? '' : text.slice(event.anchorStart, event.anchorEnd);
      if (event.type === EVENT_ID.ALIAS) {
        const size = sizes.get(anchor);
        if (size === Infinity) {
          sound = false;
          report(pointer, at, `"*${anchor}" stands inside of what it repeats`);
        }
        return size ?? 1;
      }
      // Until it is complete, an alias of it would be a circle.
      if (anchor !== '') sizes.set(anchor, Infinity);
      const size = 1 + (event.type === EVENT_ID.SCALAR ? 0 : members(pointer, event.type === EVENT_ID.MAPPING));
      if (anchor !== '') sizes.set(anchor, size);
      return size;
    };

    const members = (pointer: string, isMapping: boolean): number => {
      const seen = new Map<string, Position>();
      let size = 0;
      for (let index = 0; !atEnd(); index += 1) {
        size += isMapping ? pair(pointer, seen) : value(child(pointer, index), undefined);
      }
      next += 1;
      return size;
    };

    const pair = (pointer: string, seen: Map<string, Position>): number => {
      const event = events[next];
      const position = positionAt(event === undefined ? 0 : Math.max(0, startOf(event)));
      const name = event?.type === EVENT_ID.SCALAR ? getScalarValue(text, event) : '';
      const at = child(pointer, name);
      if (event?.type !== EVENT_ID.SCALAR) {
        sound = false;
        report(pointer, position, 'a key must be a word');
      }
      const first = seen.get(name);
      if (first !== undefined && name !== '<<') {
        report(at, position, `stands here twice`, `it is on line ${first.line} too`);
      }
      seen.set(name, position);
      // The key goes by the same pointer and is overwritten by its value.
      return value(at, undefined) + value(at, position);
    };

    const size = atEnd() ? 0 : value('', undefined);
    next += 1;
    if (sound && size > mostNodes) {
      sound = false;
      report('', positionAt(0), 'its aliases repeat too much', 'write it out');
    }
    return { places, findings, sound };
  };

  const walked: Walked[] = [];
  while (next < events.length) {
    next += 1;
    walked.push(document());
  }
  return walked;
}

const plainText = (event: ScalarEvent, text: string): string | undefined =>
  event.style === SCALAR_STYLE.PLAIN && event.valueStart >= 0 ? getScalarValue(text, event) : undefined;

function startOf(event: Event): number {
  switch (event.type) {
    case EVENT_ID.MAPPING:
    case EVENT_ID.SEQUENCE:
      return event.start;
    case EVENT_ID.SCALAR:
      return event.style === SCALAR_STYLE.PLAIN ? event.valueStart : event.valueStart - 1;
    case EVENT_ID.ALIAS:
      return event.anchorStart - 1;
    case EVENT_ID.DOCUMENT:
    case EVENT_ID.POP:
      return -1;
  }
}
