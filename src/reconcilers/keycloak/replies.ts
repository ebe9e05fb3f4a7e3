import { ReconcileError, stalled } from '../../engine/errors.ts';
import type { WebFailure } from '../../outside/http-failure.ts';
import type { WebReply, WebRequest } from '../../outside/http.ts';

export type Method = WebRequest['method'];

const REFUSED = 'NotAccepted';

/** True when Keycloak does not accept the administrator's name and password. */
export const isRefused = (error: unknown): error is ReconcileError =>
  error instanceof ReconcileError && error.code === REFUSED;

/**
 * The reply when it is a good one, or an error that says what happens next.
 *
 * @param what was asked for, in words
 */
export function accepted(method: Method, what: string, reply: WebReply | WebFailure): WebReply {
  const doubtful = method !== 'GET';
  if ('failure' in reply)
    throw new ReconcileError('failed', 'NoAnswer', `Keycloak does not answer: ${reply.reason}`, { doubtful });
  const { status } = reply;
  if (status < 300) return reply;
  const said = saidBy(reply);
  if (status === 404 && method === 'GET' && said !== '') return reply;
  // Before version 25 a wrong password is 401, since then 400.
  if ((status === 401 && said !== '') || said.startsWith('invalid_grant'))
    throw stalled(REFUSED, `Keycloak refuses the administrator: ${said}`);
  if (/HTTPS required/i.test(said))
    throw stalled('HttpsRequired', 'Keycloak wants HTTPS from where this runs: its realm master has sslRequired');
  if (status < 500 && status !== 429 && said === '') throw notKeycloak(reply);
  // Someone else made or removed it meanwhile.
  if (status === 404 || status === 409) throw new ReconcileError('waiting', 'Changed', `${what}: ${said}`);
  const text = `Keycloak answers ${status} for ${what}${said === '' ? '' : `: ${said}`}`;
  throw status >= 500 || status === 429
    ? new ReconcileError('failed', `Http${status}`, text, { doubtful: doubtful && status !== 429 })
    : stalled(`Http${status}`, text);
}

/** The edge with Keycloak: what its documentation says of each answer. */
export function contentOf(reply: WebReply): unknown {
  try {
    return JSON.parse(reply.body);
  } catch {
    throw notKeycloak(reply);
  }
}

/** A firewall, a proxy, another program; or a door that is being made or mended, which answers by itself until then. */
function notKeycloak({ status, headers }: WebReply): ReconcileError {
  const server = [headers['server'] ?? []].flat().join();
  const who = server === '' ? 'what answers' : `what answers (${server})`;
  const text = `${who} at Keycloak's address is not Keycloak: status ${status}`;
  return new ReconcileError('failed', 'NotKeycloak', text);
}

/** What Keycloak says went wrong, on one line; nothing when it is not Keycloak that answers. */
function saidBy({ body }: WebReply): string {
  try {
    const found = JSON.parse(body) as Readonly<Record<string, unknown>>;
    const texts = ['error', 'errorMessage', 'error_description'].map((name) => found[name]);
    return texts.filter((text) => typeof text === 'string').join(': ');
  } catch {
    return '';
  }
}
