import { createHmac, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { stalled } from '../engine/errors.ts';

const SHORTEST = 16;

/** The token from `MCPGW_HTTP_TOKEN`, or from the file that `MCPGW_HTTP_TOKEN_FILE` names; undefined when neither is set. */
export async function tokenFrom(
  environment: Readonly<Record<string, string | undefined>>,
): Promise<string | undefined> {
  const given = environment['MCPGW_HTTP_TOKEN'];
  const file = environment['MCPGW_HTTP_TOKEN_FILE'];
  if (given === undefined && file === undefined) return undefined;
  if (given !== undefined) return checked(given.trim(), 'MCPGW_HTTP_TOKEN');
  return checked((await textOf(file ?? '')).trim(), `the token in ${file ?? ''}`);
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw stalled('NoToken', `MCPGW_HTTP_TOKEN_FILE cannot be read: ${why}`);
  }
}

function checked(token: string, name: string): string {
  if (token.length >= SHORTEST) return token;
  throw stalled(
    'WeakToken',
    `${name} has ${token.length} characters and needs at least ${SHORTEST}; make one: openssl rand -hex 32`,
  );
}

/** Compares in a time that does not depend on where the two differ. */
export const isSame = (a: string, b: string): boolean => timingSafeEqual(digest(a), digest(b));

const digest = (text: string): Buffer => createHmac('sha256', 'mcpgw').update(text).digest();

/** What a browser keeps instead of the token. It says when it ends, and nobody can make one without the token. */
export const passOf = (token: string, until: number): string =>
  `${until}.${createHmac('sha256', token).update(`page until ${until}`).digest('base64url')}`;

/** Whether a browser's pass was made from this token and has not ended. */
export function isPass(pass: string, token: string, now: number): boolean {
  const until = Number(/^\d+/.exec(pass)?.[0]);
  return until > now && isSame(pass, passOf(token, until));
}
