import { createServer, request as send, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { recognise, refuse, type Answer, type Call, type Refusal } from './wire.ts';

/** What becomes of a request: refused before it is carried out, or carried out and the connection broken. */
export type Fault = Refusal | 'lost';

/** A request that came through, with what became of it. */
export interface Passage extends Call {
  readonly fault?: Fault;
  /** What the sandbox said; nothing when it was not asked. */
  readonly status?: number;
}

/** How the way to AWS behaves. May be changed while the proxy runs. */
export interface Weather {
  /** Milliseconds that each call takes on its way. */
  readonly latency?: number | ((call: Call) => number);
  readonly fault?: (call: Call) => Fault | undefined;
  /** For so many milliseconds a list answers what it answered before. */
  readonly staleness?: number;
  /** Told of each call that the sandbox has carried out, before the caller knows of it. */
  readonly onCarriedOut?: (call: Call) => void;
}

export interface Proxy {
  readonly url: string;
  readonly passages: Passage[];
  weather: Weather;
  stop(): Promise<void>;
}

/** Stands on a free port between the AWS SDK and the sandbox at `target`. */
export async function startProxy(target: string, weather: Weather = {}): Promise<Proxy> {
  const way = new Way(target, weather);
  const server = createServer((request, response) => void way.pass(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(way, {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}

class Way {
  readonly passages: Passage[] = [];
  weather: Weather;
  readonly #target: string;
  readonly #answers = new Map<string, { readonly at: number; readonly answer: Answer }>();

  constructor(target: string, weather: Weather) {
    this.#target = target;
    this.weather = weather;
  }

  async pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const body = Buffer.concat(await request.toArray());
      const call = recognise(request, body.toString('latin1'));
      const { latency = 0 } = this.weather;
      await sleep(typeof latency === 'number' ? latency : latency(call));
      const fault = this.weather.fault?.(call);
      if (fault !== undefined && fault !== 'lost') {
        this.passages.push({ ...call, fault });
        return write(response, refuse(call, fault));
      }
      const answer = await this.#answer(call, request, body);
      this.passages.push({ ...call, status: answer.status, ...(fault !== undefined && { fault }) });
      this.weather.onCarriedOut?.(call);
      if (fault === 'lost') request.socket.destroy();
      else write(response, answer);
    } catch (error) {
      response.writeHead(599).end(String(error));
    }
  }

  async #answer(call: Call, request: IncomingMessage, body: Buffer): Promise<Answer> {
    const { staleness = 0 } = this.weather;
    if (call.writes || staleness === 0) return forward(this.#target, request, body);
    const key = `${call.service} ${call.operation} ${String(request.headers['x-amz-security-token'] ?? '')} ${request.url ?? ''} ${call.body}`;
    const known = this.#answers.get(key);
    if (known !== undefined && Date.now() < known.at + staleness) return known.answer;
    const at = Date.now();
    const answer = await forward(this.#target, request, body);
    this.#answers.set(key, { at, answer });
    return answer;
  }
}

function forward(target: string, { method, url = '/', headers }: IncomingMessage, body: Buffer): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const onward = send(new URL(url, target), { method, headers, agent: false }, (answer) => {
      const { statusCode: status = 0, headers: said } = answer;
      const { 'transfer-encoding': _, connection: __, ...kept } = said;
      answer.toArray().then((parts) => resolve({ status, headers: kept, body: Buffer.concat(parts) }), reject);
    });
    onward.on('error', reject);
    onward.end(body);
  });
}

function write(response: ServerResponse, { status, headers, body }: Answer): void {
  for (const [name, value] of Object.entries(headers)) if (value !== undefined) response.setHeader(name, value);
  response.setHeader('content-length', body.length);
  response.writeHead(status).end(body);
}
