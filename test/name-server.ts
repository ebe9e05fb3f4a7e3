import type { AddressInfo } from 'node:net';
import dns2 from 'dns2';
import { must } from '../src/engine/errors.ts';

const { Packet } = dns2;
const RCODES = { NXDOMAIN: 3, SERVFAIL: 2, REFUSED: 5 };

/** What a name server says to one question. */
export interface Reply {
  readonly rcode?: keyof typeof RCODES | undefined;
  /** Name servers of the name that was asked for, or of `of`. */
  readonly ns?: readonly string[];
  readonly of?: string;
  /** In what section they come: a resolver answers, a server of the zone above refers. */
  readonly section?: 'answers' | 'authorities';
  /** As `issue letsencrypt.org`. */
  readonly caa?: readonly string[];
}

/** A name server on loopback. */
export interface NameServer {
  /** `host:port`. */
  readonly address: string;
  /** What it was asked, as `NS example.com`. */
  readonly questions: string[];
  /** What it says, by question; to all others that there is no such name. `silent`: nothing at all. */
  replies: Readonly<Record<string, Reply | 'silent'>>;
  close(): Promise<void>;
}

export async function startNameServer(): Promise<NameServer> {
  const types = new Map<number, string>(Object.entries(Packet.TYPE).map(([name, type]) => [type, name]));
  const server = dns2.createServer({
    udp: true,
    tcp: true,
    handle(request, send) {
      const question = must(request.questions[0], 'question');
      const asked = `${types.get(question.type) ?? ''} ${question.name.toLowerCase()}`;
      opened.questions.push(asked);
      const reply = opened.replies[asked] ?? { rcode: 'NXDOMAIN' };
      if (reply === 'silent') return;
      const response = Packet.createResponseFromRequest(request);
      if (reply.rcode !== undefined) response.header.rcode = RCODES[reply.rcode];
      const common = { class: Packet.CLASS.IN, ttl: 60 };
      for (const ns of reply.ns ?? [])
        response[reply.section ?? 'answers'].push({
          ...common,
          name: reply.of ?? question.name,
          type: Packet.TYPE.NS,
          ns,
        } as never);
      for (const text of reply.caa ?? []) {
        const [tag, value] = text.split(' ', 2);
        response.answers.push({ ...common, name: question.name, type: Packet.TYPE.CAA, flags: 0, tag, value } as never);
      }
      void send(response);
    },
  });
  const address = { port: await freePort(), address: '127.0.0.1' };
  await server.listen({ udp: address, tcp: address });
  const opened: NameServer = {
    address: `127.0.0.1:${address.port}`,
    questions: [],
    replies: {},
    close: () => server.close(),
  };
  return opened;
}

/** One that is free for TCP; both protocols need the same. */
async function freePort(): Promise<number> {
  const { createServer } = await import('node:net');
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}
