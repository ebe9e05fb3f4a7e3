import type { Context } from 'hono';
import type { Pause } from '../daemon/board.ts';

/** What somebody asked for does not make sense; the message says what would. */
export class BadWish extends Error {
  override readonly name = 'BadWish';
}

/** The fields of a body, JSON or a form's. */
export type Fields = Readonly<Record<string, unknown>>;

const LONGEST = 500;
const MINUTE_MS = 60_000;
const MOST_DAYS = 31;

export async function fieldsOf({ req }: Context): Promise<Fields> {
  if (!(req.header('content-type') ?? '').startsWith('application/json')) return req.parseBody();
  const text = await req.text();
  if (text.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  } catch {
    throw new BadWish('the body is not JSON');
  }
  throw new BadWish('the body must be a JSON object');
}

/** @returns a pause until `until` (ISO 8601) or for `minutes` from now */
export function pauseOf(fields: Fields, now: number): Pause {
  const until = untilOf(fields, now);
  if (Number.isNaN(until)) throw new BadWish('until must be a time such as 2026-01-31T18:00:00Z');
  if (until <= now) throw new BadWish('until lies in the past');
  if (until > now + MOST_DAYS * 1440 * MINUTE_MS) throw new BadWish(`a pause lasts at most ${MOST_DAYS} days`);
  const why = textOf(fields, 'why');
  if (why === undefined) throw new BadWish('why is missing: say the reason to whoever comes after you');
  return { until: new Date(until).toISOString(), why, by: byOf(fields) };
}

function untilOf({ until, minutes }: Fields, now: number): number {
  if (typeof until === 'string' && until !== '') return Date.parse(until);
  if (minutes === undefined) throw new BadWish('until is missing: a pause needs an end, as ISO 8601 or as minutes');
  const count = Number(minutes);
  if (!Number.isFinite(count) || count <= 0) throw new BadWish('minutes must be a number above 0');
  return now + count * MINUTE_MS;
}

/** The id of the plan that somebody saw and approves. */
export function planIdOf(fields: Fields): string {
  const id = textOf(fields, 'planId');
  if (id === undefined) throw new BadWish('planId is missing: name the plan that you have seen');
  return id;
}

/** Who asks, as they say. */
export const byOf = (fields: Fields): string => textOf(fields, 'by') ?? 'somebody over HTTP';

function textOf(fields: Fields, name: string): string | undefined {
  const value = fields[name];
  if (value === undefined || value === '') return undefined;
  if (typeof value !== 'string') throw new BadWish(`${name} must be a string`);
  const text = value.trim();
  if (text.length > LONGEST) throw new BadWish(`${name} is longer than ${LONGEST} characters`);
  return text === '' ? undefined : text;
}
