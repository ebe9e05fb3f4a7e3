import { openMailbox, type Mailbox } from '../aws/mailbox.ts';
import { toReconcileError } from '../aws/errors.ts';
import { backoff, type Clock, type Timing } from '../engine/timing.ts';
import { readEvent, type AwsEvent } from './aws-event.ts';
import type { Log } from './log.ts';

export interface WakeOptions {
  /** The address of an SQS queue that EventBridge puts events into. */
  readonly url: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly timing: Timing;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  /** Wakes the gateways that an event is about; answers with them. */
  readonly onEvent: (event: AwsEvent) => readonly string[];
}

/** Listens for what happens in AWS until the signal fires. A queue that fails costs quickness alone: polling goes on. */
export async function listenForEvents(options: WakeOptions, signal: AbortSignal): Promise<void> {
  const { clock, timing, random, log } = options;
  let mailbox: Mailbox | undefined;
  for (let failures = 0; !signal.aborted;) {
    try {
      mailbox ??= await openMailbox(options.url, options.environment['AWS_REGION'], timing);
      await hear(options, mailbox, signal);
      failures = 0;
    } catch (error) {
      if (signal.aborted) return;
      failures += 1;
      if (failures === 1)
        log.warn({ queue: options.url }, `no events from the queue: ${toReconcileError(error).message}`);
      await clock.sleep(backoff(failures, timing, random()), signal);
    }
  }
}

async function hear({ log, onEvent }: WakeOptions, mailbox: Mailbox, signal: AbortSignal): Promise<void> {
  const messages = await mailbox.receive(signal);
  for (const { body } of messages) {
    const event = readEvent(body);
    const keys = event === undefined ? [] : onEvent(event);
    for (const gateway of keys) log.debug({ gateway }, 'woken by an event');
  }
  await mailbox.takeOut(messages);
}
