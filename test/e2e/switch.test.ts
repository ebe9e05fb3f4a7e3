import { describe, test } from 'node:test';
import { Switching } from './switching.ts';

describe('a running gateway goes from one way in to another', () => {
  test('four times, and at every moment one of its names answers', { timeout: 900_000 }, async () => {
    const gateway = await Switching.open('cloudfront');
    await gateway.to('custom-domain');
    await gateway.to('via-cloudfront');
    await gateway.to('development');
    await gateway.to('cloudfront');
  });

  test('back again before the names have moved', { timeout: 600_000 }, async () => {
    const gateway = await Switching.open('via-cloudfront');
    await gateway.begin('custom-domain', { stopAfter: 'Probe' });
    await gateway.to('via-cloudfront');
  });

  test('to the end, wherever it was stopped', { timeout: 900_000 }, async () => {
    const gateway = await Switching.open('cloudfront');
    await gateway.stopping('dual', 8);
    await gateway.stopping('custom-domain', 8);
  });
});
