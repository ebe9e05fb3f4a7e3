import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Letter {
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** A server on loopback that keeps what it is sent. */
export interface Inbox {
  readonly url: string;
  readonly letters: Letter[];
  /** What it answers: a status, and a text that goes with it. */
  answer: readonly [status: number, text: string];
  close(): void;
}

export async function openInbox(): Promise<Inbox> {
  const letters: Letter[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (part: string) => (body += part));
    request.on('end', () => {
      letters.push({ path: request.url ?? '', headers: request.headers, body });
      const [status, text] = inbox.answer;
      response.writeHead(status, { location: '/elsewhere' }).end(text);
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const inbox: Inbox = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    letters,
    answer: [200, '{}'],
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
  return inbox;
}
