import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { assertEmpty } from '../sandbox-gateway.ts';
import { once, rateLimit, throttling } from './faults.ts';
import { doublesIn, liveThings, madeTwice } from './live-things.ts';
import type { Proxy, Weather } from './proxy.ts';
import { network, openGateway, openProxy, whole } from './stormy-gateway.ts';

let proxy: Proxy;

before(async () => {
  proxy = await openProxy();
});
afterEach(() => {
  proxy.weather = {};
  proxy.passages.length = 0;
});
after(() => proxy.stop());

const storms: readonly { readonly what: string; readonly weather: () => Weather; readonly least: number }[] = [
  { what: 'every tenth call is throttled', weather: () => ({ fault: throttling(0.1, 1) }), least: 10 },
  { what: 'a service takes twenty calls a second', weather: () => ({ fault: rateLimit(20, 30) }), least: 1 },
  {
    what: 'the answer to each change is lost once',
    weather: () => ({ fault: once('lost', ({ writes }) => writes) }),
    least: 50,
  },
  {
    what: 'each call fails once on the side of AWS',
    weather: () => ({ fault: once('unavailable', () => true) }),
    least: 50,
  },
  { what: 'lists are a while behind', weather: () => ({ staleness: 300 }), least: 0 },
  {
    what: 'each call takes 60 ms and may be lost',
    weather: () => ({ latency: 60, fault: once('lost', () => true) }),
    least: 50,
  },
];

for (const { what, weather, least } of storms)
  test(`${what}: a network is built once, and taken down to the last part`, async () => {
    const { account, own } = await openGateway();
    const declared = network(own);
    proxy.weather = weather();
    await own.apply(declared);
    const met = proxy.passages.filter(({ fault }) => fault !== undefined).length;
    proxy.weather = {};
    assert(met >= least, `${met} faults`);
    assertEmpty(await own.plan(declared));
    const things = await liveThings(account, own);
    assert(things.size >= 50, `${things.size} nodes carry tags`);
    assert.deepEqual(doublesIn(things), []);
    assert.deepEqual(madeTwice(proxy.passages, declared.graph), []);
    proxy.weather = weather();
    await own.destroy(declared);
    proxy.weather = {};
    const left = [...(await own.look(declared))].filter(
      ([kind, view]) => !STANDING.has(kind) && view.status === 'known' && view.live.length > 0,
    );
    assert.deepEqual(left, []);
  });

const STANDING = new Set(['PrefixList', 'AvailabilityZone']);

describe('a whole gateway', () => {
  for (const [what, weather] of [
    ['while every tenth call is throttled', () => ({ fault: throttling(0.1, 2) })],
    ['while the answer to each change is lost once', () => ({ fault: once('lost', ({ writes }) => writes) })],
    ['while each call fails once on the side of AWS', () => ({ fault: once('unavailable', () => true) })],
    ['while lists are a while behind', () => ({ staleness: 300 })],
    ['while each call takes 20 ms and may be lost', () => ({ latency: 20, fault: once('lost', () => true) })],
  ] as const)
    test(`is built once, and destroyed, ${what}`, async () => {
      const { account, own } = await openGateway();
      const declared = await whole(account);
      proxy.weather = weather();
      await own.apply(declared);
      proxy.weather = {};
      assertEmpty(await own.plan(declared));
      const things = await liveThings(account, own);
      assert(things.size >= 150, `${things.size} nodes carry tags`);
      assert.deepEqual(doublesIn(things), []);
      assert.deepEqual(madeTwice(proxy.passages, declared.graph), []);
      proxy.weather = weather();
      await own.destroy(declared);
      proxy.weather = {};
      const { steps } = await own.planDestroy(declared);
      assert.deepEqual(
        steps.map(({ node }) => node),
        [],
      );
    });
});
