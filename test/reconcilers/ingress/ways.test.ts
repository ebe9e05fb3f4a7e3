import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Observed } from '../../../src/engine/kind.ts';
import { nextWays, waysOf, waysText, WAYS_TAG, type Ways } from '../../../src/reconcilers/ingress/ways.ts';
import type { Gateway } from '../../../src/spec/gateway.ts';
import { oddGatewayOf, withSpec } from '../../spec/given.ts';

const gateway = (mode: string, more: object = {}): Gateway =>
  oddGatewayOf(
    withSpec({ ingress: { mode, ...(mode.includes('domain') && { domain: { base: 'example.com' } }), ...more } }),
  );

const marked = (text: string): Observed => ({
  name: 'registry',
  phase: 'ready',
  props: {},
  outputs: {},
  tags: { [WAYS_TAG]: text },
});

const DOMAIN = 'custom-domain/registry.us-east-1/kc.us-east-1/example.com';

/** The texts of all stages from here on. */
function stages(ways: Ways): readonly string[] {
  const next = nextWays(ways);
  return [waysText(ways), ...(next === undefined ? [] : stages(next))];
}

test('where nothing stands, there is one way', () => {
  assert.deepEqual(stages(waysOf(gateway('cloudfront'), [])), ['cloudfront']);
  assert.deepEqual(stages(waysOf(gateway('custom-domain'), [])), [DOMAIN]);
});

test('another way that stands stays, then leaves, then is forgotten', () => {
  assert.deepEqual(stages(waysOf(gateway('custom-domain'), [marked('cloudfront')])), [
    `${DOMAIN} cloudfront`,
    `${DOMAIN} -cloudfront`,
    DOMAIN,
  ]);
});

test('a manifest that is put back takes the new way down again', () => {
  const half = marked(`${DOMAIN} cloudfront`);
  assert.deepEqual(stages(waysOf(gateway('cloudfront'), [half])), [
    `cloudfront ${DOMAIN}`,
    `cloudfront -${DOMAIN}`,
    'cloudfront',
  ]);
});

test('a way that was leaving is wanted again when the manifest says so', () => {
  assert.deepEqual(stages(waysOf(gateway('cloudfront'), [marked(`${DOMAIN} -cloudfront`)])), [
    `cloudfront ${DOMAIN}`,
    `cloudfront -${DOMAIN}`,
    'cloudfront',
  ]);
});

test('a third way joins two that stand', () => {
  const ways = waysOf(gateway('development'), [marked(`${DOMAIN} cloudfront`)]);
  assert.deepEqual(stages(ways), [
    `development ${DOMAIN} cloudfront`,
    `development -${DOMAIN} -cloudfront`,
    'development',
  ]);
});

test('another domain is another way', () => {
  const ways = waysOf(gateway('custom-domain', { domain: { base: 'example.org' } }), [marked(DOMAIN)]);
  assert.equal(ways.old[0]?.domain?.base, 'example.com');
  assert.equal(ways.wanted.domain?.base, 'example.org');
});

test('the zone that a manifest names is remembered with the way', () => {
  const named = gateway('custom-domain', { domain: { base: 'example.com', hostedZoneId: 'Z0123' } });
  const text = waysText(waysOf(named, []));
  assert.equal(waysOf(gateway('cloudfront'), [marked(text)]).old[0]?.domain?.hostedZoneId, 'Z0123');
});

test('both load balancers say it, and words of others are passed over', () => {
  const ways = waysOf(gateway('cloudfront'), [marked('cloudfront what'), marked(`cloudfront ${DOMAIN}`)]);
  assert.equal(waysText(ways), `cloudfront ${DOMAIN}`);
});

test('three ways with long names fit into a tag', () => {
  const base = `${'a'.repeat(30)}.example.com`;
  const names = { base, registry: `registry.gateway.${base}`, keycloak: base, hostedZoneId: `Z${'0'.repeat(20)}` };
  const one = waysText(waysOf(gateway('custom-domain', { domain: names }), []));
  assert(one.length * 2 + 'cloudfront'.length + 4 <= 256, one);
});
