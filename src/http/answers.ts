import type { MiddlewareHandler } from 'hono';
import { secureHeaders } from 'hono/secure-headers';
import { redact } from '../engine/secret.ts';

/** Nothing from elsewhere runs in the page, nothing frames it, and no other site may read an answer. */
export const closed = secureHeaders({
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    imgSrc: ["'self'", 'data:'],
    connectSrc: ["'self'"],
    formAction: ["'self'"],
    baseUri: ["'none'"],
    frameAncestors: ["'none'"],
  },
  // With no-referrer a browser sends `Origin: null` from our own forms too.
  referrerPolicy: 'same-origin',
  xFrameOptions: 'DENY',
  strictTransportSecurity: false,
});

/** The last guard before something leaves: no value of a secret that was opened in this process. */
export const redacted: MiddlewareHandler = async (context, next) => {
  await next();
  const { res } = context;
  if (/^(?:application\/json|text\/html)\b/.test(res.headers.get('content-type') ?? ''))
    context.res = new Response(redact(await res.text()), res);
};
