import { untilFree, type RunOptions } from '../controller/run.ts';
import { holderText } from '../state/lease-text.ts';
import { duration } from '../words.ts';
import type { Context } from './context.ts';
import { wrap } from './layout.ts';
import type { Terminal } from './terminal.ts';

/**
 * How a command waits for its turn to change the gateway. When it is to wait at all, it does so before it looks: a plan
 * from before is no use afterwards.
 *
 * @param limit seconds; undefined: not for a holder that lives
 */
export async function turnOf(
  context: Context,
  limit: number | undefined,
  terminal: Terminal,
): Promise<Pick<RunOptions, 'patience' | 'onWait'>> {
  const { clock, timing } = context;
  const patience = (limit ?? 0) * 1000;
  const onWait: RunOptions['onWait'] = (holder, lives) => {
    const who = holderText(holder, clock.now());
    const text = lives
      ? `Waiting for ${who}, at most ${duration(patience)}.`
      : `The lease is with ${who}. Waiting at most ${duration(timing.leaseTerm)} to see whether that is still there.`;
    terminal.err(wrap(text, terminal.columns));
  };
  if (limit !== undefined) await untilFree(context, { patience, onWait });
  return { patience, onWait };
}
