import assert from 'node:assert/strict';
import type { CommandLine, Ran } from '../cli/command-line.ts';
import type { Fault, Proxy } from './proxy.ts';
import type { Call } from './wire.ts';

/** Dies when this call has reached AWS, or before it does. */
export type Moment = 'carried out' | 'never sent';

export interface Killing {
  /** Where the process dies next; undefined to let the call pass. */
  readonly when: (call: Call) => Moment | undefined;
  /** What else was on its way when it died: carried out all the same by default. */
  readonly inFlight?: 'lost';
  /** How often it may die before something is wrong. */
  readonly atMost: number;
}

/** Types a command again and again, and kills it as told, until it ends by itself. Answers with its end and all deaths. */
export async function runThroughDeaths(
  line: CommandLine,
  proxy: Proxy,
  args: readonly string[],
  { when, inFlight, atMost }: Killing,
): Promise<{ readonly ran: Ran; readonly deaths: readonly string[] }> {
  const deaths: string[] = [];
  while (deaths.length <= atMost) {
    const died = deaths.length;
    let kill = (): void => undefined;
    const die = (call: Call): void => {
      kill();
      deaths.push(call.operation);
    };
    let last: Call | undefined;
    const fault = (call: Call): Fault | undefined => {
      if (deaths.length > died || last !== undefined) return inFlight === 'lost' ? 'unavailable' : undefined;
      const moment = when(call);
      if (moment === 'carried out') last = call;
      if (moment === 'never sent') die(call);
      return moment === 'carried out' ? 'lost' : moment === 'never sent' ? 'unavailable' : undefined;
    };
    proxy.weather = { fault, onCarriedOut: (call) => void (call === last && die(call)) };
    const ran = await line.run(args, {
      onStart: (child) => {
        kill = () => void child.kill('SIGKILL');
      },
    });
    proxy.weather = {};
    if (deaths.length === died) return { ran, deaths };
    assert.equal(ran.code, null, `${args.join(' ')} survived ${deaths.at(-1)}\n${ran.stdout}${ran.stderr}`);
  }
  return assert.fail(`${args.join(' ')} died ${deaths.length} times: ${deaths.join(', ')}`);
}

/** Each of these operations is the last one once, when it is carried out. */
export function eachOnce(...operations: readonly string[]): Killing {
  const left = new Set(operations);
  return {
    atMost: operations.length,
    when: ({ operation }) => (left.delete(operation) ? 'carried out' : undefined),
  };
}
