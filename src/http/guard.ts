import type { Context, MiddlewareHandler } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import type { Clock, Timing } from '../engine/timing.ts';
import { failure } from './failure.ts';
import { isLocalHost } from './listen.ts';
import { isPass, isSame, passOf } from './token.ts';

export interface GuardOptions {
  readonly loopback: boolean;
  /** Asked for when set. */
  readonly token?: string | undefined;
  readonly clock: Clock;
  readonly timing: Timing;
}

const COOKIE = 'mcpgw';

/** On loopback the only way in from another site is a name bent to point here, which the Host header gives away. */
export function localHostOnly({ loopback }: GuardOptions): MiddlewareHandler {
  return async (context, next) => {
    if (loopback && !isLocalHost(context.req.header('host')))
      return failure(context, 403, 'WrongHost', 'this address answers to localhost and 127.0.0.1 only');
    return next();
  };
}

/** Lets in who brings the token, or a browser that brought it before. */
export function tokenOnly({ token, clock }: GuardOptions): MiddlewareHandler {
  return async (context, next) => {
    if (token === undefined || isKnown(context, token, clock.now())) return next();
    if (context.req.header('accept')?.includes('text/html') === true)
      return context.redirect(`/login?to=${encodeURIComponent(pathOf(context.req.url))}`, 303);
    context.header('WWW-Authenticate', 'Bearer realm="mcpgw-controller"');
    return failure(context, 401, 'Unauthorized', 'send the token: Authorization: Bearer <token>');
  };
}

function isKnown(context: Context, token: string, now: number): boolean {
  const bearer = /^Bearer +(.+)$/i.exec(context.req.header('authorization') ?? '')?.[1];
  if (bearer !== undefined) return isSame(bearer, token);
  return isPass(getCookie(context, COOKIE) ?? '', token, now);
}

/** Gives a browser that brought the token a pass in its place; false when the token is wrong. */
export function admit(context: Context, given: string, { token, clock, timing }: GuardOptions): boolean {
  if (token === undefined || !isSame(given.trim(), token)) return false;
  setCookie(context, COOKIE, passOf(token, clock.now() + timing.visit), {
    path: '/',
    httpOnly: true,
    sameSite: 'Strict',
    secure: context.req.header('x-forwarded-proto') === 'https',
    maxAge: timing.visit / 1000,
  });
  return true;
}

/**
 * Refuses a change that another site had a browser ask for. A browser says where a request comes from; what is not a
 * browser sends JSON, which another site's form cannot.
 */
export function sameSiteOnly(): MiddlewareHandler {
  return async (context, next) => {
    if (context.req.method !== 'POST' || isOwn(context)) return next();
    return failure(
      context,
      403,
      'ForeignSite',
      'a change must come from this page, or as JSON with Content-Type: application/json',
    );
  };
}

function isOwn(context: Context): boolean {
  const site = context.req.header('sec-fetch-site');
  if (site !== undefined) return site === 'same-origin';
  const origin = context.req.header('origin');
  if (origin !== undefined) return URL.canParse(origin) && new URL(origin).host === context.req.header('host');
  return /^application\/json\b/i.test(context.req.header('content-type') ?? '');
}

/** The path and query of a URL. */
export function pathOf(url: string): string {
  const { pathname, search } = new URL(url);
  return pathname + search;
}

/** Where to go after signing in: never to another site. */
export const safePath = (to: string | undefined): string => (/^\/(?![/\\])[^\\]*$/.test(to ?? '') ? (to ?? '/') : '/');
