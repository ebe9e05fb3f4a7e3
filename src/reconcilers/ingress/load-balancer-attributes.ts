import type { Aws } from '../../aws/aws.ts';
import type { LiveProps } from '../../engine/kind.ts';

/** What a load balancer gets by a call of its own, never in the one that makes it. */
export interface LoadBalancerAttributes {
  readonly deletionProtection: boolean;
  readonly dropInvalidHeaderFields: boolean;
  /** Seconds. */
  readonly idleTimeout: number;
  /** What becomes of the header `X-Forwarded-For`, which a client may have made up. */
  readonly forwardedFor: 'append' | 'preserve' | 'remove';
  /** Null: none are written. */
  readonly accessLogs: AccessLogs | null;
}

/** Where the lines on each request go. */
export interface AccessLogs {
  readonly bucketName: string;
  /** Without a slash at either end. */
  readonly prefix: string;
}

/** As AWS has them, by key. */
export type Attributes = ReadonlyMap<string | undefined, string | undefined>;

export async function attributesOf(aws: Aws, LoadBalancerArn: string | undefined): Promise<Attributes> {
  const elb = await aws.elbv2();
  const { Attributes } = await elb.send(new elb.DescribeLoadBalancerAttributesCommand({ LoadBalancerArn }));
  return new Map((Attributes ?? []).map((item) => [item.Key, item.Value]));
}

type Plain = Exclude<keyof LoadBalancerAttributes, 'accessLogs'>;

const KEYS: Readonly<Record<Plain, string>> = {
  deletionProtection: 'deletion_protection.enabled',
  dropInvalidHeaderFields: 'routing.http.drop_invalid_header_fields.enabled',
  idleTimeout: 'idle_timeout.timeout_seconds',
  forwardedFor: 'routing.http.xff_header_processing.mode',
};
const PLAIN = Object.keys(KEYS) as Plain[];

const LOGS_ENABLED = 'access_logs.s3.enabled';
const LOGS_BUCKET = 'access_logs.s3.bucket';
const LOGS_PREFIX = 'access_logs.s3.prefix';

interface Attribute {
  readonly Key: string;
  readonly Value: string;
}

export const plainAttributes = (props: Partial<LoadBalancerAttributes>, changed: ReadonlySet<string>): Attribute[] =>
  PLAIN.filter((field) => changed.has(field)).map((field) => ({ Key: KEYS[field], Value: String(props[field]) }));

export function logAttributes({ accessLogs }: LoadBalancerAttributes, changed: ReadonlySet<string>): Attribute[] {
  if (!changed.has('accessLogs')) return [];
  // AWS looks at a bucket that is named even when the logs are turned off.
  if (accessLogs === null) return [{ Key: LOGS_ENABLED, Value: 'false' }];
  return [
    { Key: LOGS_ENABLED, Value: 'true' },
    { Key: LOGS_BUCKET, Value: accessLogs.bucketName },
    { Key: LOGS_PREFIX, Value: accessLogs.prefix },
  ];
}

/** What is absent has its default. */
export function fromAttributes(attributes: Attributes): LiveProps<LoadBalancerAttributes> {
  const isOn = (key: string): boolean => attributes.get(key) === 'true';
  return {
    deletionProtection: isOn(KEYS.deletionProtection),
    dropInvalidHeaderFields: isOn(KEYS.dropInvalidHeaderFields),
    idleTimeout: Number(attributes.get(KEYS.idleTimeout) ?? 60),
    forwardedFor: processingOf(attributes.get(KEYS.forwardedFor)),
    accessLogs: isOn(LOGS_ENABLED)
      ? { bucketName: attributes.get(LOGS_BUCKET) ?? '', prefix: attributes.get(LOGS_PREFIX) ?? '' }
      : null,
  };
}

const processingOf = (value: string | undefined): LoadBalancerAttributes['forwardedFor'] =>
  value === 'remove' || value === 'preserve' ? value : 'append';
