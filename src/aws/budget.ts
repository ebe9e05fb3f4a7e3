import { steadyClock, type Clock, type Timing } from '../engine/timing.ts';
import { aroundCalls } from './middleware.ts';

/** How many calls AWS lets an account and region make: so many at once, and so many more each second. */
interface Rate {
  readonly service: string;
  readonly operations: RegExp;
  readonly burst: number;
  readonly perSecond: number;
  /** All these operations draw on one budget; by default each has its own. */
  readonly together?: true;
}

// As AWS publishes them. What it keeps to itself is met by few calls at once and by the SDK's retries.
const RATES: readonly Rate[] = [
  { service: 'ec2', operations: /^(Create|Modify|Delete)VpcEndpoints?$/, burst: 4, perSecond: 0.3 },
  { service: 'ec2', operations: /^(Create|Delete)NatGateway$/, burst: 10, perSecond: 1 },
  { service: 'ec2', operations: /^(Create|Delete)Tags$/, burst: 100, perSecond: 10 },
  { service: 'ec2', operations: /^(Describe|Get)/, burst: 100, perSecond: 20 },
  { service: 'ec2', operations: /./, burst: 50, perSecond: 5 },
  { service: 'ecs', operations: /^(Describe|List)/, burst: 50, perSecond: 20 },
  { service: 'ecs', operations: /^(Create|Update|Delete)Service$/, burst: 50, perSecond: 5 },
  { service: 'ecs', operations: /^(Register|Deregister)TaskDefinition$/, burst: 20, perSecond: 1 },
  { service: 'ecs', operations: /Cluster/, burst: 20, perSecond: 1 },
  { service: 'route53', operations: /./, burst: 50, perSecond: 10, together: true },
  { service: 'secretsmanager', operations: /^(Put|Update)/, burst: 50, perSecond: 50, together: true },
  { service: 'secretsmanager', operations: /^List/, burst: 100, perSecond: 100 },
  { service: 'ssm', operations: /^PutParameter$/, burst: 3, perSecond: 3 },
  { service: 'ssm', operations: /^GetParameter/, burst: 40, perSecond: 40, together: true },
  { service: 'logs', operations: /./, burst: 10, perSecond: 10 },
  { service: 'cloudwatch', operations: /^Describe/, burst: 9, perSecond: 9 },
  { service: 'cloudwatch', operations: /^(Put|Delete)/, burst: 3, perSecond: 3 },
  { service: 'kms', operations: /^(Create|Update|Put|Tag|Enable)/, burst: 5, perSecond: 5 },
  { service: 'cloudtrail', operations: /^LookupEvents$/, burst: 2, perSecond: 2 },
  { service: 'eventbridge', operations: /./, burst: 50, perSecond: 50, together: true },
  { service: 'sqs', operations: /^(TagQueue|ListQueueTags)$/, burst: 5, perSecond: 5, together: true },
];

/** Others in the account draw on the same budgets. */
const SHARE = 0.8;

/** Lets calls of one account and region through as fast as AWS takes them. */
export class Budget {
  readonly #buckets = new Map<string, Bucket>();
  readonly #timing: Timing;
  readonly #clock: Clock;

  constructor(timing: Timing, clock: Clock = steadyClock) {
    this.#timing = timing;
    this.#clock = clock;
  }

  /** Resolves when the call may go out. */
  async take(service: string, operation: string): Promise<void> {
    const rate = RATES.find((each) => each.service === service && each.operations.test(operation));
    if (rate === undefined) return;
    const key = `${service} ${rate.together === true ? rate.operations.source : operation}`;
    const bucket = this.#buckets.get(key) ?? new Bucket(rate, this.#timing.second, this.#clock.now());
    this.#buckets.set(key, bucket);
    const wait = bucket.take(this.#clock.now());
    if (wait > 0) await this.#clock.sleep(wait);
  }
}

class Bucket {
  readonly #most: number;
  readonly #perMs: number;
  #left: number;
  #at: number;

  constructor({ burst, perSecond }: Rate, second: number, now: number) {
    this.#most = Math.max(burst * SHARE, 1);
    this.#perMs = (perSecond * SHARE) / second;
    this.#left = this.#most;
    this.#at = now;
  }

  /** Milliseconds until there is something for this call; those before it have had theirs. */
  take(now: number): number {
    this.#left = Math.min(this.#most, this.#left + (now - this.#at) * this.#perMs) - 1;
    this.#at = now;
    return this.#left >= 0 ? 0 : -this.#left / this.#perMs;
  }
}

/** Lets a client's calls out as their budgets allow, and no more at a time than `limit`, which waits for no budget. */
export function keepWithin(
  { budget, limit }: { readonly budget: Budget; readonly limit: <T>(send: () => Promise<T>) => Promise<T> },
  stack: object,
  service: string,
): void {
  aroundCalls(stack, { name: 'keepWithin', priority: 'high' }, async (operation, send) => {
    await budget.take(service, operation);
    return limit(send);
  });
}
