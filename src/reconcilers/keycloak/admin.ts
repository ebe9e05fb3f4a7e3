import type { Secret } from '../../engine/secret.ts';
import type { Clock, Timing } from '../../engine/timing.ts';
import type { WebFailure } from '../../outside/http-failure.ts';
import type { Web, WebReply, WebRequest } from '../../outside/http.ts';
import { accepted, contentOf, type Method } from './replies.ts';

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

  /** Returns the id that Keycloak gave to what was made; undefined: it gives none. */
  async post(path: string, body: unknown): Promise<string | undefined> {
    const { headers } = await this.#call('POST', path, body);
    return [headers['location'] ?? []].flat()[0]?.split('/').at(-1);
  }

  /** Fields that the body leaves out stay as they are. */
  async put(path: string, body: unknown = {}): Promise<void> {
    await this.#call('PUT', path, body);
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
    return accepted(method, `${method} ${path}`, reply);
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
