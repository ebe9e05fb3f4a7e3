import assert from 'node:assert/strict';
import test from 'node:test';
import { Budget } from '../../src/aws/budget.ts';
import { timing } from '../../src/engine/timing.ts';
import { VirtualClock } from '../engine/virtual-clock.ts';

/** When each of so many calls, all asked for at once, may go out: milliseconds from the first. */
async function times(
  budget: Budget,
  clock: VirtualClock,
  calls: readonly (readonly [string, string])[],
): Promise<readonly number[]> {
  const began = clock.now();
  return Promise.all(
    calls.map(async ([service, operation]) => {
      await budget.take(service, operation);
      return clock.now() - began;
    }),
  );
}

const many = (count: number, service: string, operation: string): readonly (readonly [string, string])[] =>
  Array.from({ length: count }, () => [service, operation] as const);

test('calls go out as fast as AWS takes them, and not faster', async () => {
  const clock = new VirtualClock();
  const budget = new Budget(timing(), clock);
  const at = await times(budget, clock, many(60, 'ec2', 'AuthorizeSecurityGroupIngress'));
  assert.equal(at.filter((time) => time === 0).length, 40, 'the burst, less the share of others');
  assert.equal(at.at(-1), 5000, 'twenty more at four a second');
});

test('each operation has its own budget, but where AWS counts them together', async () => {
  const clock = new VirtualClock();
  const budget = new Budget(timing(), clock);
  await times(budget, clock, many(40, 'ec2', 'RunInstances'));
  assert.deepEqual(await times(budget, clock, many(1, 'ec2', 'DescribeVpcs')), [0]);
  await times(budget, clock, many(40, 'route53', 'ListHostedZones'));
  const [late] = await times(budget, clock, many(1, 'route53', 'ChangeResourceRecordSets'));
  assert.ok((late ?? 0) > 0);
});

test('what nothing is published about is not held up', async () => {
  const clock = new VirtualClock();
  const at = await times(new Budget(timing(), clock), clock, many(500, 'iam', 'GetRole'));
  assert.ok(at.every((time) => time === 0));
});

test('a budget that rested is full again, and no fuller', async () => {
  const clock = new VirtualClock();
  const budget = new Budget(timing(), clock);
  await times(budget, clock, many(4, 'ec2', 'CreateVpcEndpoint'));
  await clock.sleep(3_600_000);
  const at = await times(budget, clock, many(4, 'ec2', 'CreateVpcEndpoint'));
  assert.equal(at.filter((time) => time === 0).length, 3);
});
