import { createHash } from 'node:crypto';
import type { Fault } from './proxy.ts';
import type { Call } from './wire.ts';

type Rule = (call: Call) => Fault | undefined;

/** Throttles this share of the calls; the same seed meets the same ones. */
export function throttling(share: number, seed: number): Rule {
  const counts = new Map<string, number>();
  return ({ service, operation }) => {
    const name = `${service}:${operation}`;
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    return fraction(`${seed} ${name} ${count}`) < share ? 'throttled' : undefined;
  };
}

/** Lets `burst` calls of a service through at once and `perSecond` after that, as AWS does. */
export function rateLimit(perSecond: number, burst: number): Rule {
  const buckets = new Map<string, { readonly tokens: number; readonly at: number }>();
  return ({ service }) => {
    const now = Date.now();
    const last = buckets.get(service) ?? { tokens: burst, at: now };
    const tokens = Math.min(burst, last.tokens + ((now - last.at) / 1000) * perSecond);
    buckets.set(service, { tokens: Math.max(tokens - 1, tokens < 1 ? tokens : 0), at: now });
    return tokens < 1 ? 'throttled' : undefined;
  };
}

/** Each of these calls fails once in this way, and then goes through. */
export function once(fault: Fault, isMeant: (call: Call) => boolean): Rule {
  const seen = new Set<string>();
  return (call) => {
    if (!isMeant(call)) return undefined;
    const key = `${call.service}:${call.operation} ${wish(call.body)}`;
    if (seen.has(key)) return undefined;
    seen.add(key);
    return fault;
  };
}

/** Who may not call these. */
export const forbidding =
  (isMeant: (call: Call) => boolean): Rule =>
  (call) =>
    isMeant(call) ? 'forbidden' : undefined;

export const named =
  (...operations: readonly string[]) =>
  ({ operation }: Call): boolean =>
    operations.includes(operation);

/** What is asked for, without the token that makes each asking different. */
const wish = (body: string): string =>
  body.replace(/[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}/gi, '');

/** From 0 to 1, always the same for a text. */
export const fraction = (text: string): number => createHash('sha256').update(text).digest().readUInt32BE() / 2 ** 32;
