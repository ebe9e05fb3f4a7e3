import assert from 'node:assert/strict';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, describe, test } from 'node:test';
import { timing } from '../../src/engine/timing.ts';
import { createWeb, type WebOptions } from '../../src/outside/http.ts';

const opened: Server[] = [];
after(() => opened.forEach((server) => (server.closeAllConnections(), server.close())));

async function listen(answer: RequestListener): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer(answer);
  opened.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, port: (server.address() as AddressInfo).port };
}

const ask = (url: string, options: Partial<WebOptions> = {}, via?: string) =>
  createWeb({ timing: timing(), ...options }).ask({ url, ...(via !== undefined && { via }) });

describe('a public address', () => {
  test('answers with status and headers, and no redirect is followed', async () => {
    const { port } = await listen((_, response) => response.writeHead(302, { location: '/login' }).end('there'));
    const answer = await ask(`http://127.0.0.1:${port}/`);
    assert('status' in answer);
    assert.deepEqual([answer.status, answer.headers['location']], [302, '/login']);
  });

  test('that says nothing is given up after a while', async () => {
    const { port } = await listen(() => undefined);
    const answer = await ask(`http://127.0.0.1:${port}/`, { timing: { ...timing(), reach: 100 } });
    const reason = `127.0.0.1 does not answer on port ${port} within 0.1 s`;
    assert.deepEqual(answer, { failure: 'timeout', reason });
  });

  test('that hangs up has broken off', async () => {
    const { port } = await listen((request) => request.socket.destroy());
    const answer = await ask(`http://127.0.0.1:${port}/`);
    assert.deepEqual(answer, { failure: 'broken', reason: '127.0.0.1 broke off: socket hang up' });
  });

  test('is sent a request as it is, at another door, and gives its whole answer', async () => {
    const { port } = await listen((request, response) => {
      void request.toArray().then((parts) => {
        const { method, url, headers } = request;
        const body = Buffer.concat(parts as Buffer[]).toString();
        response
          .writeHead(201, { location: '/made' })
          .end([method, url, headers.host, headers['x-kind'], body].join(' '));
      });
    });
    const reply = await createWeb({ timing: timing() }).send({
      method: 'PUT',
      url: `http://registry.invalid:${port}/things?name=ä`,
      via: '127.0.0.1',
      headers: { 'x-kind': 'thing' },
      body: 'größer',
    });
    assert('status' in reply);
    assert.deepEqual([reply.status, reply.headers['location']], [201, '/made']);
    assert.equal(reply.body, `PUT /things?name=%C3%A4 registry.invalid:${port} thing größer`);
  });

  test('that breaks off in the middle of its answer has broken off, and one that does not end is given up', async () => {
    const { port } = await listen((request, response) => {
      response.writeHead(200).write('half');
      if (request.url === '/broken') setTimeout(() => request.socket.destroy(), 20);
    });
    const web = createWeb({ timing: timing() });
    const get = (path: string) =>
      web.send({ method: 'GET', url: `http://127.0.0.1:${port}${path}`, headers: {}, limit: 200 });
    assert.deepEqual(await get('/broken'), { failure: 'broken', reason: '127.0.0.1 broke off: aborted' });
    const endless = await get('/endless');
    assert.equal('failure' in endless && endless.failure, 'timeout');
  });

  test('that speaks no TLS has no certificate to show, and is told apart', async () => {
    const { port } = await listen((_, response) => response.end());
    const answer = await ask(`https://127.0.0.1:${port}/`);
    assert.equal('failure' in answer && answer.failure, 'broken');
  });
});

describe('through a proxy', () => {
  test('every request has a tunnel of its own, with the credentials of the proxy', async () => {
    const asked: (string | undefined)[] = [];
    const { port: target } = await listen((request, response) => response.end(request.headers.host));
    const { server, port } = await listen((_, response) => response.writeHead(405).end());
    server.on('connect', (request, socket) => {
      asked.push(request.url, request.headers['proxy-authorization']);
      socket.end(`HTTP/1.1 502 Bad Gateway\r\nProxy-Status: p; error=dns_error\r\n\r\n`);
    });
    const proxy = `http://me:a%20b@127.0.0.1:${port}`;
    const answer = await ask(`http://registry.invalid:${target}/`, { proxy });
    assert.deepEqual(answer, { failure: 'no-name', reason: 'there is no name registry.invalid' });
    const credentials = Buffer.from('me:a b').toString('base64');
    assert.deepEqual(asked, [`registry.invalid:${target}`, `Basic ${credentials}`]);
  });

  test('a refusal is the word of the proxy', async () => {
    const { server, port } = await listen((_, response) => response.end());
    server.on('connect', (_, socket) => socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n'));
    const answer = await ask('http://registry.invalid/', { proxy: `http://127.0.0.1:${port}` });
    assert.deepEqual(answer, { failure: 'broken', reason: `the proxy 127.0.0.1:${port} answers 407` });
  });

  test('without the proxy there is no way', async () => {
    const answer = await ask('http://registry.invalid/', { proxy: 'http://127.0.0.1:1' });
    const reason = 'the proxy 127.0.0.1:1 does not do: connect ECONNREFUSED 127.0.0.1:1';
    assert.deepEqual(answer, { failure: 'broken', reason });
  });
});
