import { ago } from '../../words.ts';

/** `40 s ago`, or `in 4 min` for what is to come. Used on the server and again in the browser as time goes on. */
export function momentText(at: number, now: number): string {
  return at <= now ? ago(now - at) : `in ${ago(at - now).replace(/ ago$/, '')}`;
}
