import { request as requestHttp, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { connect as connectTls } from 'node:tls';
import type { Timing } from '../engine/timing.ts';
import { failureOf, failureOfProxy, type WebFailure } from './http-failure.ts';

export interface Question {
  /** `http:` or `https:`. Its host is what the certificate is checked against and what the server is asked for. */
  readonly url: string;
  /** The host name to connect to in place of the URL's, which is not looked up then. */
  readonly via?: string;
}

export interface WebAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

export interface WebRequest extends Question {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  /** Milliseconds; by default as long as a call of AWS may take. */
  readonly limit?: number;
}

export interface WebReply extends WebAnswer {
  readonly body: string;
}

/** Asks public addresses as a browser does. Never rejects for what the other side does or fails to do; follows no redirect. */
export interface Web {
  /** Only the head of the answer counts. */
  ask(question: Question): Promise<WebAnswer | WebFailure>;
  send(request: WebRequest): Promise<WebReply | WebFailure>;
}

export interface WebOptions {
  /** `http://user:password@host:port`: everything goes through a tunnel (CONNECT) of this proxy. */
  readonly proxy?: string | undefined;
  readonly timing: Timing;
}

const PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };

export function createWeb({ proxy, timing }: WebOptions): Web {
  const through = proxy === undefined ? undefined : new URL(proxy);
  const exchange = async <T>(
    { url, via, ...message }: Question & Message,
    limit: number,
    take: (response: IncomingMessage) => Promise<T>,
  ): Promise<T | WebFailure> => {
    const to = new URL(url);
    const host = via ?? to.hostname;
    const port = to.port === '' ? (PORTS[to.protocol] ?? 0) : Number(to.port);
    const signal = AbortSignal.timeout(limit);
    try {
      const socket = through === undefined ? undefined : await tunnel(through, `${host}:${port}`, signal);
      if (socket !== undefined && 'failure' in socket) return socket;
      return await take(await begin(to, message, { host, port, signal, ...(socket && { socket }) }));
    } catch (error) {
      // An answer that is given up in its middle says no more than that it was cut off.
      return failureOf(signal.aborted ? signal.reason : error, { asked: to.hostname, host, port, limit });
    }
  };
  return {
    ask: (question) =>
      exchange(question, timing.reach, async (response) => {
        // What breaks off after the head is no failure of the question.
        response.on('error', () => undefined);
        response.destroy();
        return headOf(response);
      }),
    send: (request) =>
      exchange(request, request.limit ?? timing.answer, async (response) => ({
        ...headOf(response),
        body: await text(response),
      })),
  };
}

const headOf = ({ statusCode, headers }: IncomingMessage): WebAnswer => ({ status: statusCode ?? 0, headers });

type Message = Partial<Pick<WebRequest, 'method' | 'headers' | 'body'>>;

interface Connection {
  readonly host: string;
  readonly port: number;
  readonly signal: AbortSignal;
  readonly socket?: Socket;
}

/** Resolves when the head of the answer is there. */
function begin(
  url: URL,
  { method = 'GET', headers = {}, body }: Message,
  { host, port, signal, socket }: Connection,
): Promise<IncomingMessage> {
  const servername = url.hostname;
  const secure = url.protocol === 'https:';
  const options: RequestOptions & { readonly servername: string } = {
    method,
    host,
    port,
    signal,
    path: `${url.pathname}${url.search}`,
    headers: { ...headers, host: url.host, 'user-agent': 'mcpgw-controller' },
    servername,
    ...(socket === undefined
      ? { agent: false }
      : { createConnection: () => (secure ? connectTls({ socket, servername }) : socket) }),
  };
  const request = secure ? requestHttps(options) : requestHttp(options);
  return new Promise((resolve, reject) => {
    request.once('error', reject);
    request.once('response', resolve);
    request.end(body);
  });
}

function tunnel(proxy: URL, authority: string, signal: AbortSignal): Promise<Socket | WebFailure> {
  const credentials = [proxy.username, proxy.password].map(decodeURIComponent).join(':');
  const request = requestHttp({
    host: proxy.hostname,
    port: proxy.port,
    method: 'CONNECT',
    path: authority,
    signal,
    agent: false,
    headers: {
      host: authority,
      ...(proxy.username !== '' && {
        'proxy-authorization': `Basic ${Buffer.from(credentials).toString('base64')}`,
      }),
    },
  });
  return new Promise((resolve, reject) => {
    request.once('error', (error) => {
      if (signal.aborted) return reject(error);
      resolve({ failure: 'broken', reason: `the proxy ${proxy.host} does not do: ${error.message}` });
    });
    request.once('connect', (response, socket: Socket) => {
      if (response.statusCode === 200) return resolve(socket);
      socket.destroy();
      resolve(failureOfProxy(response, authority, proxy.host));
    });
    request.end();
  });
}
