import { ReconcileError, stalled } from '../../engine/errors.ts';
import type { Secret } from '../../engine/secret.ts';
import type { Clock, Timing } from '../../engine/timing.ts';
import type { WebFailure } from '../../outside/http-failure.ts';
import type { Web, WebReply, WebRequest } from '../../outside/http.ts';

/** Where Keycloak is reached, and as whom. */
export interface Entrance {
  /** Its public address. */
  readonly url: string;
  /** The host name to connect to in place of the URL's. */
  readonly via: string;
  readonly username: string;
  readonly password: Secret;
}

interface Env {
  readonly web: Web;
  readonly clock: Clock;
  readonly timing: Timing;
}

type Method = WebRequest['method'];

/** Seconds that a token has to live on to be used once more. */
const LEAST = 10;

/** Keycloak's admin REST API, with a token of the realm `master` that is asked for when it is needed. */
export class Admin {
  readonly #env: Env;
  readonly #entrance: Entrance;
  #token: { readonly text: string; readonly until: number } | undefined;

  constructor(env: Env, entrance: Entrance) {
    this.#env = env;
    this.#entrance = entrance;
  }

  /** Signs in, unless that was done a moment ago. Rejects with `isRefused` when name and password are not accepted. */
  async enter(): Promise<void> {
    await this.#authorization();
  }

  /** @param path below `/admin/realms`. Undefined: there is no such thing. */
  async get<T>(path: string): Promise<T | undefined> {
    const reply = await this.#call('GET', path);
    return reply.status === 404 ? undefined : (contentOf(reply) as T);
  }

  async post(path: string, body: unknown): Promise<void> {
    await this.#call('POST', path, body);
  }

  /** Fields that the body leaves out stay as they are. */
  async put(path: string, body: unknown = {}): Promise<void> {
    await this.#call('PUT', path, body);
  }

  async delete(path: string): Promise<void> {
    await this.#call('DELETE', path);
  }

  async #call(method: Method, path: string, body?: unknown): Promise<WebReply> {
    const send = async (): Promise<WebReply | WebFailure> =>
      this.#send(method, `/admin/realms${path}`, {
        headers: {
          authorization: await this.#authorization(),
          accept: 'application/json',
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
    let reply = await send();
    if (!('failure' in reply) && reply.status === 401) {
      // Its sessions end when Keycloak starts anew.
      this.#token = undefined;
      reply = await send();
    }
    return accepted(method, path, reply);
  }

  async #authorization(): Promise<string> {
    const now = this.#env.clock.now();
    if (this.#token === undefined || this.#token.until <= now) {
      const { username, password } = this.#entrance;
      const form = { grant_type: 'password', client_id: 'admin-cli', username, password: password.open() };
      const reply = await this.#send('POST', '/realms/master/protocol/openid-connect/token', {
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams(form).toString(),
        // Where requests are kept out, nobody says so.
        limit: this.#env.timing.reach,
      });
      const { access_token, expires_in } = contentOf(accepted('POST', 'a token', reply)) as Token;
      this.#token = { text: access_token, until: now + (expires_in - LEAST) * 1000 };
    }
    return `Bearer ${this.#token.text}`;
  }

  #send(
    method: Method,
    path: string,
    message: Omit<WebRequest, 'method' | 'url' | 'via'>,
  ): Promise<WebReply | WebFailure> {
    const { url, via } = this.#entrance;
    return this.#env.web.send({ method, url: new URL(path, url).href, via, ...message });
  }
}

interface Token {
  readonly access_token: string;
  /** Seconds. */
  readonly expires_in: number;
}

const REFUSED = 'NotAccepted';

/** True when Keycloak does not accept the administrator's name and password. */
export const isRefused = (error: unknown): boolean => error instanceof ReconcileError && error.code === REFUSED;

/** The reply when it is a good one, or an error that says what happens next. */
function accepted(method: Method, path: string, reply: WebReply | WebFailure): WebReply {
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
  if (status === 404 || status === 409) throw new ReconcileError('waiting', 'Changed', `${path}: ${said}`);
  const text = `Keycloak answers ${status} for ${method} ${path}: ${said}`;
  throw status >= 500 || status === 429
    ? new ReconcileError('failed', `Http${status}`, text, { doubtful: doubtful && status !== 429 })
    : stalled(`Http${status}`, text);
}

/** The edge with Keycloak: what its documentation says of each answer. */
function contentOf(reply: WebReply): unknown {
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
