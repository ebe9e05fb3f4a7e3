import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { hear } from '../../src/doctor/answers.ts';
import type { Door } from '../../src/doctor/doors.ts';
import type { WebFailure } from '../../src/outside/http-failure.ts';
import type { WebAnswer } from '../../src/outside/http.ts';

const host = 'registry.example.com';
const entry = 'd111111abcdef8.cloudfront.net';
const door: Door & { readonly host: string } = {
  front: 'registry',
  protocol: 'https',
  host,
  named: true,
  throughCloudfront: true,
  node: 'Distribution/registry',
  entry,
};
const direct = { ...door, throughCloudfront: false, node: 'LoadBalancer/registry' };

const from = (server: string, status: number): WebAnswer => ({ status, headers: { server } });
const failure = (what: WebFailure['failure']): WebFailure => ({ failure: what, reason: what });
const sound = from('nginx', 200);

/** Which layer is blamed when the name answers so, and what is behind it answers so past the name. */
async function blamed(answer: WebAnswer | WebFailure, past = answer, at = door): Promise<string | undefined> {
  return (await hear({ ask: async ({ via }) => (via === undefined ? answer : past) }, at)).failed;
}

describe('an answer tells how far a request came', () => {
  for (const [what, answer, layer] of [
    ['the status that is expected', sound, undefined],
    ['no such name', failure('no-name'), 'dns'],
    ['no certificate', failure('certificate'), 'certificate'],
    ['nobody', failure('timeout'), 'cloudfront'],
    ['a refusal of CloudFront', from('CloudFront', 403), 'cloudfront'],
    ['CloudFront without an origin', from('CloudFront', 502), 'load-balancer'],
    ['CloudFront in vain', from('CloudFront', 504), 'load-balancer'],
    ['a load balancer without targets', from('awselb/2.0', 503), 'targets'],
    ['a load balancer that leads away', from('awselb/2.0', 301), 'load-balancer'],
    ['a default page', from('nginx', 404), 'tasks'],
  ] as const)
    test(`${what}: ${layer ?? 'all the way'}`, async () => assert.equal(await blamed(answer), layer));

  test('without CloudFront before it the load balancer is the first to be silent', async () => {
    assert.equal(await blamed(failure('timeout'), undefined, direct), 'load-balancer');
    assert.equal(await blamed(failure('refused'), undefined, direct), 'load-balancer');
  });

  test('a name is to blame when it leads to a distribution of others', async () => {
    assert.equal(await blamed(from('CloudFront', 403), failure('timeout'), direct), 'dns');
  });

  test('a name is to blame when what it should lead to answers', async () => {
    const heard = await hear({ ask: async ({ via }) => (via === entry ? sound : failure('certificate')) }, door);
    assert.equal(heard.failed, 'dns');
    assert.equal(heard.said, `${host} leads elsewhere than to ${entry}: certificate`);
  });

  test('a name of AWS itself is not asked past', async () => {
    const asked: (string | undefined)[] = [];
    await hear(
      { ask: async ({ via }) => (asked.push(via), failure('timeout')) },
      { ...door, host: entry, named: false },
    );
    assert.deepEqual(asked, [undefined]);
  });
});
