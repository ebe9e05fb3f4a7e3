import { stalled } from '../engine/errors.ts';
import type { Timing } from '../engine/timing.ts';
import { createClients } from './clients.ts';
import { orUndefined } from './errors.ts';

/** A queue that others put messages into. */
export interface Mailbox {
  /** Waits a while for messages; none is an answer too. What is not taken out comes again. */
  receive(signal: AbortSignal): Promise<readonly Message[]>;
  takeOut(messages: readonly Message[]): Promise<void>;
}

export interface Message {
  readonly body: string;
  readonly handle: string;
}

/** The most that SQS gives at a time, and the longest that it waits for one, in seconds. */
const MOST = 10;
const LONGEST = 20;

/** Opens an SQS queue, with the credentials that the AWS CLI would use, in the region that its address names. */
export async function openMailbox(
  url: string,
  environmentRegion: string | undefined,
  timing: Timing,
): Promise<Mailbox> {
  const region = /\/\/sqs\.([a-z0-9-]+)\./.exec(url)?.[1] ?? environmentRegion;
  if (region === undefined)
    throw stalled('NoRegion', `the address of the queue names no region (${url}): set AWS_REGION`);
  const { fromNodeProviderChain } = await import('./sdk/credentials.ts');
  const credentials = fromNodeProviderChain({ clientConfig: { region } });
  const sqs = await createClients({ region, credentials, timing }).sqs();
  return {
    async receive(signal) {
      const { Messages = [] } = await sqs.send(
        new sqs.ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: MOST, WaitTimeSeconds: LONGEST }),
        { abortSignal: signal },
      );
      return Messages.map(({ Body = '', ReceiptHandle = '' }) => ({ body: Body, handle: ReceiptHandle }));
    },
    async takeOut(messages) {
      if (messages.length === 0) return;
      const Entries = messages.map(({ handle }, index) => ({ Id: String(index), ReceiptHandle: handle }));
      await orUndefined(sqs.send(new sqs.DeleteMessageBatchCommand({ QueueUrl: url, Entries })));
    },
  };
}
