import assert from 'node:assert/strict';
import { test } from 'node:test';
import { switchJson, switchText } from '../../src/cli/switch-text.ts';
import type { Terminal } from '../../src/cli/terminal.ts';
import type { Sight } from '../../src/controller/look.ts';
import type { Plan } from '../../src/engine/plan.ts';
import { declare } from '../../src/reconcilers/index.ts';
import { waysOf, waysText, WAYS_TAG } from '../../src/reconcilers/ingress/ways.ts';
import type { Gateway } from '../../src/spec/gateway.ts';
import { oddGatewayOf, withSpec } from '../spec/given.ts';

const domain = { base: 'example.com' };
const gatewayOf = (ingress: object): Gateway => oddGatewayOf(withSpec({ ingress }));

/** What a look finds where `before` stands, before anything of `after` is made. */
function sightOf(before: object, after: object): Sight {
  const tags = { [WAYS_TAG]: waysText(waysOf(gatewayOf(before), [])) };
  const standing = { name: 'registry', phase: 'ready' as const, props: {}, outputs: {}, tags };
  const gateway = gatewayOf(after);
  const live = (output: object) => ({ ...standing, outputs: output });
  const plan: Pick<Plan, 'states'> = {
    states: new Map([
      ['Distribution/registry', state('Distribution/registry', live({ domainName: 'd1.cloudfront.net' }))],
    ]),
  };
  return { declared: declare(gateway, new Map(), waysOf(gateway, [standing])), plan: plan as Plan } as Sight;
}

const state = (id: string, live: object) => ({ id, domain: 'ingress', phase: 'ready' as const, live: live as never });

const textOf = (sight: Sight, columns: number): string => switchText(sight, { columns } as Terminal).join('\n');

test('names that are new begin, names of CloudFront end, and whoever is signed in is told', () => {
  const sight = sightOf({ mode: 'cloudfront' }, { mode: 'custom-domain', domain });
  const text = textOf(sight, 200);
  assert.match(text, /^Switch from cloudfront to custom-domain: no outage but of port 8888/);
  assert.match(text, /begins {3}registry\.us-east-1\.example\.com and kc\.us-east-1\.example\.com/);
  assert.match(text, /ends {5}d1\.cloudfront\.net and a name that CloudFront will give, last of all/);
  assert.match(text, /sign in again/);
  assert.deepEqual(switchJson(sight), {
    switch: {
      from: ['cloudfront'],
      to: 'custom-domain',
      moves: [],
      begins: ['registry.us-east-1.example.com', 'kc.us-east-1.example.com'],
      ends: ['d1.cloudfront.net', null],
      signInAgain: true,
      interrupts: ["port 8888 of the registry's load balancer, which changes its protocol at the end"],
    },
  });
});

test('names that stay move, nothing ends, and nobody has to sign in again', () => {
  const text = textOf(sightOf({ mode: 'custom-domain', domain }, { mode: 'cloudfront-custom-domain', domain }), 200);
  assert.match(text, /moves {4}registry\.us-east-1\.example\.com and kc\.us-east-1\.example\.com, when/);
  assert.doesNotMatch(text, /ends |sign in again/);
});

test('the entries of one mode are a switch without any outage', () => {
  const mode = { mode: 'cloudfront-custom-domain', domain };
  assert.match(
    textOf(sightOf(mode, { ...mode, entry: 'dual' }), 200),
    /^Switch from via-cloudfront to dual: no outage\./,
  );
});

test('a narrow terminal gets narrow lines', () => {
  const text = textOf(sightOf({ mode: 'development' }, { mode: 'custom-domain', domain }), 60);
  for (const line of text.split('\n')) assert(line.length <= 60, line);
});

test('where nothing is switched, nothing is said', () => {
  const sight = sightOf({ mode: 'cloudfront' }, { mode: 'cloudfront' });
  assert.deepEqual(switchText(sight, { columns: 80 } as Terminal), []);
  assert.deepEqual(switchJson(sight), {});
});
