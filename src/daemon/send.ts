import type { Clock } from '../engine/timing.ts';

/** How something was received; 0 when nobody answered, with why. */
export interface Received {
  readonly status: number;
  /** The first of what the other side said. */
  readonly said: string;
}

interface Letter {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

interface SendOptions {
  readonly clock: Clock;
  /** Milliseconds until it is given up. */
  readonly patience: number;
}

const LONGEST = 200;

/** Posts JSON. Never rejects; follows nobody elsewhere, because what is sent may hold a token. */
export async function sendJson({ url, headers, body }: Letter, { clock, patience }: SendOptions): Promise<Received> {
  const late = new AbortController();
  const done = new AbortController();
  void clock.sleep(patience, done.signal).then(() => late.abort());
  try {
    const response = await fetch(url, {
      method: 'POST',
      redirect: 'manual',
      signal: late.signal,
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    return { status: response.status, said: plain(text) };
  } catch (error) {
    return { status: 0, said: late.signal.aborted ? 'no answer in time' : plain(causeOf(error)) };
  } finally {
    done.abort();
  }
}

export const isReceived = ({ status }: Received): boolean => status >= 200 && status < 300;

/** What fetch fails of stands one level below it. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error && error.cause.message !== '' ? error.cause.message : error.message;
}

const plain = (text: string): string => text.replace(/\s+/g, ' ').trim().slice(0, LONGEST);
