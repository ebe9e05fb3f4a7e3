import { describe, test } from 'node:test';
import { Switching, type Name } from './switching.ts';

/** Every ordered pair of modes once, each beginning where the one before it ended; then both entries of the third. */
const route: readonly Name[] = [
  'development',
  'custom-domain',
  'development',
  'cloudfront',
  'development',
  'via-cloudfront',
  'custom-domain',
  'cloudfront',
  'custom-domain',
  'via-cloudfront',
  'cloudfront',
  'via-cloudfront',
  'development',
];

describe('every switch that there is', () => {
  test('goes without a gap', { timeout: 3_600_000 }, async () => {
    const [first, ...others] = route;
    if (first === undefined) throw new Error('no route');
    const gateway = await Switching.open(first);
    for (const name of others) await gateway.to(name);
  });

  test('between the two entries of the third mode, too', { timeout: 1_800_000 }, async () => {
    const gateway = await Switching.open('via-cloudfront');
    await gateway.to('dual');
    await gateway.to('via-cloudfront');
  });
});
