import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { after, before, describe, test } from 'node:test';
import type { Input } from '../../../src/engine/ref.ts';
import { createWeb } from '../../../src/outside/http.ts';
import { probe, type ProbeProps } from '../../../src/reconcilers/ingress/probe.ts';
import { awsOf, testTiming } from '../../sandbox-account.ts';

const nobody = { accountId: '123456789012', credentials: () => Promise.reject(new Error('nothing is asked of AWS')) };

describe('a probe', () => {
  let server: Server;
  let port = 0;
  const asked: string[] = [];

  before(async () => {
    server = createServer((request, response) => {
      asked.push(`${request.headers.host} ${request.url}`);
      response.writeHead(request.url === '/health' ? 200 : 503).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    port = typeof address === 'object' && address !== null ? address.port : 0;
  });
  after(() => server.close());

  const look = async (change: { readonly [K in keyof ProbeProps]?: Input<ProbeProps[K]> } = {}) => {
    // The name is in no zone: only one who does not look it up gets an answer.
    const url = `http://registry.invalid:${port}`;
    const props = { url, via: '127.0.0.1', path: '/health', expect: [200], ...change };
    const env = { ...awsOf(nobody, { name: 'own' }), web: createWeb({ timing: testTiming }) };
    const nodes = [{ name: 'registry', props }];
    const [live] = await probe.observe({ env, nodes, live: () => Promise.resolve([]), fill: async (given) => given });
    assert(live !== undefined);
    return [live.phase, live.because?.replaceAll(String(port), 'port')];
  };

  test('asks for the host at another door', async () => {
    assert.deepEqual(await look(), ['ready', undefined]);
    assert.equal(asked.at(-1), `registry.invalid:${port} /health`);
  });

  test('waits for the status that it was told', async () => {
    assert.deepEqual(await look({ path: '/login' }), [
      'pending',
      'http://registry.invalid:port: 127.0.0.1 answers 503 for /login',
    ]);
    assert.equal((await look({ path: '/login', expect: [200, 503] }))[0], 'ready');
  });

  test('is for a person to look at when nothing has come for as long as anything takes', async () => {
    let now = 0;
    const clock = { now: () => now, sleep: () => Promise.resolve() };
    const env = { ...awsOf(nobody, { name: 'own' }), web: createWeb({ timing: testTiming }), clock };
    const props = { url: `http://registry.invalid:${port}`, via: '127.0.0.1', path: '/login', expect: [200] };
    const phase = async () => {
      const found = await probe.observe({
        env,
        nodes: [{ name: 'registry', props }],
        live: () => Promise.resolve([]),
        fill: async (given) => given,
      });
      return found[0]?.phase;
    };
    assert.equal(await phase(), 'pending');
    now = env.timing.patience;
    assert.equal(await phase(), 'failed');
  });

  test('says why there is no answer', async () => {
    assert.deepEqual(await look({ url: 'http://registry.invalid:1' }), [
      'pending',
      'http://registry.invalid:1: 127.0.0.1 refuses port 1',
    ]);
    assert.deepEqual(await look({ via: 'nowhere.invalid' }), [
      'pending',
      'http://registry.invalid:port: there is no name nowhere.invalid',
    ]);
  });

  test('asks nobody while its door is not known', async () => {
    const earlier = asked.length;
    const via = { $ref: 'Distribution/registry', output: 'domainName' };
    assert.deepEqual(await look({ via }), ['pending', 'there is nobody to ask yet']);
    assert.equal(asked.length, earlier);
  });
});
