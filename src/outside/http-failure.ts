import type { IncomingMessage } from 'node:http';

/** Why there is no answer. */
export interface WebFailure {
  readonly failure: 'no-name' | 'refused' | 'timeout' | 'certificate' | 'broken';
  /** In words, to stand behind "no answer: ". */
  readonly reason: string;
}

interface Asked {
  /** The host of the URL. */
  readonly asked: string;
  /** Whom the connection went to. */
  readonly host: string;
  readonly port: number;
  /** Milliseconds. */
  readonly limit: number;
}

const CODES: Readonly<Record<string, WebFailure['failure']>> = {
  ENOTFOUND: 'no-name',
  EAI_AGAIN: 'no-name',
  ECONNREFUSED: 'refused',
  ETIMEDOUT: 'timeout',
  EHOSTUNREACH: 'timeout',
  ENETUNREACH: 'timeout',
  ABORT_ERR: 'timeout',
};

// As RFC 9209 names them in the header Proxy-Status.
const PROXY_ERRORS: Readonly<Record<string, WebFailure['failure']>> = {
  dns_error: 'no-name',
  dns_timeout: 'no-name',
  destination_not_found: 'no-name',
  connection_refused: 'refused',
  connection_timeout: 'timeout',
  destination_ip_unroutable: 'timeout',
};

export function failureOf(error: unknown, { asked, host, port, limit }: Asked): WebFailure {
  const { code, message } = detailsOf(error);
  // With an alert instead of a certificate a server says that it has none for the name.
  if (/alert (?:handshake failure|unrecognized name)/i.test(message))
    return { failure: 'certificate', reason: `${host} has no certificate for ${asked}` };
  const failure = CODES[code] ?? (/CERT|SIGNATURE/.test(code) ? 'certificate' : 'broken');
  switch (failure) {
    case 'no-name':
    case 'refused':
      return { failure, reason: wordsFor(failure, host, port) };
    case 'timeout':
      return { failure, reason: `${host} does not answer on port ${port} within ${limit / 1000} s` };
    case 'certificate':
      return { failure, reason: `${host} has no valid certificate for ${asked}: ${message}` };
    case 'broken':
      return { failure, reason: `${host} broke off: ${message}` };
  }
}

/** What a proxy says of a host that it could not reach. */
export function failureOfProxy({ statusCode, headers }: IncomingMessage, authority: string, proxy: string): WebFailure {
  const [host = '', port = ''] = authority.split(':');
  const status = headers['proxy-status'];
  const error = /\berror=([a-z_]+)/.exec([status ?? ''].flat().join())?.[1] ?? '';
  const failure = PROXY_ERRORS[error];
  if (failure === undefined) return { failure: 'broken', reason: `the proxy ${proxy} answers ${statusCode ?? 0}` };
  return { failure, reason: wordsFor(failure, host, Number(port)) };
}

function wordsFor(failure: WebFailure['failure'], host: string, port: number): string {
  if (failure === 'no-name') return `there is no name ${host}`;
  return failure === 'refused' ? `${host} refuses port ${port}` : `${host} does not answer on port ${port}`;
}

function detailsOf(error: unknown): { readonly code: string; readonly message: string } {
  if (!(error instanceof Error)) return { code: '', message: String(error) };
  // Both families of addresses were tried: the last attempt says what is to be said.
  const last = error instanceof AggregateError ? (error.errors.at(-1) as unknown) : undefined;
  if (last !== undefined) return detailsOf(last);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  return { code: code === 'TimeoutError' ? 'ABORT_ERR' : code, message: error.message };
}
