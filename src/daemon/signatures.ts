import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { Secret } from '../engine/secret.ts';

/** A request that was seen to come from the forge. */
export interface Signed {
  readonly forge: 'github' | 'gitlab';
  readonly event: string;
  /** What tells this delivery from every other; a repetition has the same. */
  readonly marks: readonly string[];
  /** When it was sent, in milliseconds since 1970, where the signature covers that. */
  readonly sentAt: number | undefined;
}

export interface Unsigned {
  /** Why not, without a word of what would have been right. */
  readonly refused: string;
}

/** Checks who sent a body: GitHub's signature, GitLab's signature, or GitLab's token. Takes as long for a wrong one. */
export function checkSignature(headers: Headers, body: Uint8Array, secret: Secret): Signed | Unsigned {
  const github = headers.get('x-hub-signature-256');
  if (github !== null) return fromGitHub(headers, body, secret, github);
  const signature = headers.get('webhook-signature');
  if (signature !== null) return fromGitLab(headers, body, secret, signature);
  const token = headers.get('x-gitlab-token');
  if (token !== null) return withToken(headers, secret, token);
  return {
    refused: 'the request is not signed: give the webhook of the forge the same secret as MCPGW_WEBHOOK_SECRET',
  };
}

const WRONG = 'the signature is wrong: the webhook of the forge and MCPGW_WEBHOOK_SECRET have different secrets';

function fromGitHub(headers: Headers, body: Uint8Array, secret: Secret, given: string): Signed | Unsigned {
  const expected = `sha256=${createHmac('sha256', secret.open()).update(body).digest('hex')}`;
  if (!same(given, expected)) return { refused: WRONG };
  // The id is not signed; whoever repeats a body under a new one is known by the body's signature.
  const id = headers.get('x-github-delivery') ?? '';
  const marks = [`github body ${expected}`, ...(id === '' ? [] : [`github ${id}`])];
  return { forge: 'github', event: headers.get('x-github-event') ?? '', marks, sentAt: undefined };
}

const SIGNING = 'whsec_';

function fromGitLab(headers: Headers, body: Uint8Array, secret: Secret, given: string): Signed | Unsigned {
  const id = headers.get('webhook-id') ?? '';
  const time = headers.get('webhook-timestamp') ?? '';
  const key = secret.open();
  const bytes = key.startsWith(SIGNING) ? Buffer.from(key.slice(SIGNING.length), 'base64') : Buffer.from(key);
  const expected = `v1,${createHmac('sha256', bytes).update(`${id}.${time}.`).update(body).digest('base64')}`;
  // While a secret is being replaced there is one signature for each.
  const isOurs = given.split(' ').some((one) => same(one, expected));
  if (!isOurs || id === '' || !/^\d+$/.test(time)) return { refused: WRONG };
  const event = headers.get('x-gitlab-event') ?? '';
  return { forge: 'gitlab', event, marks: [`gitlab ${id}`], sentAt: Number(time) * 1000 };
}

function withToken(headers: Headers, secret: Secret, given: string): Signed | Unsigned {
  // A key for signing is never sent, so that a request that shows it is not GitLab's.
  const key = secret.open();
  if (!same(given, key) || key.startsWith(SIGNING)) return { refused: WRONG };
  const id = headers.get('idempotency-key') ?? headers.get('x-gitlab-event-uuid') ?? '';
  const event = headers.get('x-gitlab-event') ?? '';
  return { forge: 'gitlab', event, marks: id === '' ? [] : [`gitlab ${id}`], sentAt: undefined };
}

/** Compares in a time that tells neither what is right nor how long it is. */
const same = (given: string, expected: string): boolean => timingSafeEqual(digest(given), digest(expected));

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
