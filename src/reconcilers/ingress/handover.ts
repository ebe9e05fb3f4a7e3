import type { AwsKind } from '../../aws/aws.ts';
import type { Observed } from '../../engine/kind.ts';
import { known } from '../../engine/ref.ts';
import { dnsRecord } from './dns-record.ts';
import { perSession } from '../per-session.ts';

export interface HandoverProps {
  readonly records: readonly {
    readonly name: string;
    /** Where the record has to lead. */
    readonly target: string;
    /** Where it leads. */
    readonly seen: string;
  }[];
}

export interface HandoverOutputs {
  /** The names that have been handed over. */
  readonly names: readonly string[];
}

/** Since when each record of a session has led to its target. A restart knows nothing of it, and waits again. */
const standing = perSession(() => new Map<string, number>());

/** Waits until nobody can remember where a record led before: what answered there may go then. */
export const handover: AwsKind<HandoverProps, HandoverOutputs> = {
  name: 'Handover',
  immutable: [],
  replace: 'new-first',
  identifies: [],
  // What the records have to be is their own affair.
  canonical: () => ({}),
  actions: { read: [], write: [] },

  async observe({ env: aws, nodes, live }) {
    const settled = new Set((await live(dnsRecord)).filter(({ phase }) => phase === 'ready').map(({ name }) => name));
    const since = standing(aws);
    const { clock, timing } = aws;
    return nodes.map(({ name, props }) => {
      const records = known<HandoverProps['records']>(props.records);
      return records === undefined
        ? toObserved(name, [], 'not all records stand yet')
        : toObserved(
            name,
            records,
            waitOf(records, settled, { since, now: clock.now(), lifetime: timing.recordLifetime }),
          );
    });
  },
};

interface Times {
  readonly since: Map<string, number>;
  readonly now: number;
  readonly lifetime: number;
}

/** What is still waited for, if anything; `since` is brought up to now. */
function waitOf(
  records: HandoverProps['records'],
  settled: ReadonlySet<string>,
  { since, now, lifetime }: Times,
): string | undefined {
  const isAstray = ({ name, target, seen }: HandoverProps['records'][number]): boolean =>
    seen !== target || !settled.has(name);
  for (const record of records) {
    const key = `${record.name} ${record.target}`;
    if (isAstray(record)) since.delete(key);
    else if (!since.has(key)) since.set(key, now);
  }
  const astray = records.filter(isAstray).map(({ name }) => name);
  if (astray.length > 0) return `${astray.join(', ')} must lead to the new way in first`;
  const last = Math.max(0, ...records.map(({ name, target }) => (since.get(`${name} ${target}`) ?? now) + lifetime));
  if (last <= now) return undefined;
  const names = records.map(({ name }) => name).join(', ');
  return `for ${Math.ceil((last - now) / 1000)} s more a browser may remember where ${names} led before`;
}

function toObserved(
  name: string,
  records: HandoverProps['records'],
  because?: string,
): Observed<HandoverProps, HandoverOutputs> {
  return {
    name,
    phase: because === undefined ? 'ready' : 'pending',
    because,
    props: { records },
    outputs: { names: records.map((record) => record.name) },
  };
}
