import type { QueueAttributeName } from '@aws-sdk/client-sqs';
import { parsePolicy, type PolicyDocument } from '../../aws/policy.ts';

/** What a queue is like, whatever its name. */
export interface QueueSettings {
  readonly messageRetentionSeconds: number;
  /** How long a message that somebody received is hidden from others. */
  readonly visibilityTimeoutSeconds: number;
  /** How long a receiver waits for a message, unless it says otherwise. */
  readonly receiveWaitSeconds: number;
  /** Encrypted with SQS's own key. */
  readonly sse: boolean;
  readonly policy: PolicyDocument;
}

type QueueAttributes = Partial<Record<QueueAttributeName, string>>;

const NAMES = {
  messageRetentionSeconds: 'MessageRetentionPeriod',
  visibilityTimeoutSeconds: 'VisibilityTimeout',
  receiveWaitSeconds: 'ReceiveMessageWaitTimeSeconds',
  sse: 'SqsManagedSseEnabled',
  policy: 'Policy',
} as const satisfies Record<keyof QueueSettings, QueueAttributeName>;

/** @param fields only these; all by default */
export function toAttributes(settings: QueueSettings, fields?: ReadonlySet<string>): QueueAttributes {
  const texts = Object.entries(NAMES)
    .filter(([field]) => fields?.has(field) ?? true)
    .map(([field, name]) => [name, textOf(settings[field as keyof QueueSettings])]);
  return Object.fromEntries(texts) as QueueAttributes;
}

export function fromAttributes(found: QueueAttributes): {
  readonly [K in keyof QueueSettings]: QueueSettings[K] | undefined;
} {
  const number = (name: QueueAttributeName): number | undefined =>
    found[name] === undefined ? undefined : Number(found[name]);
  return {
    messageRetentionSeconds: number(NAMES.messageRetentionSeconds),
    visibilityTimeoutSeconds: number(NAMES.visibilityTimeoutSeconds),
    receiveWaitSeconds: number(NAMES.receiveWaitSeconds),
    sse: found.SqsManagedSseEnabled === 'true',
    policy: found.Policy === undefined ? undefined : parsePolicy(found.Policy),
  };
}

const textOf = (value: QueueSettings[keyof QueueSettings]): string =>
  typeof value === 'object' ? JSON.stringify(value) : String(value);
