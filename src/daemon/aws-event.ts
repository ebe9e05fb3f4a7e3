/** What an event says of where and to what it happened. */
export interface AwsEvent {
  readonly account: string;
  readonly region: string;
  /** Who did it, where it is the record of a call; undefined otherwise. */
  readonly caller: string | undefined;
  /** Every name, id and ARN in it. */
  readonly mentions: ReadonlySet<string>;
}

type Fields = Readonly<Record<string, unknown>>;

const SHORTEST = 4;

/** Reads an event as EventBridge puts it into a queue; undefined: it is none, or it tells of nothing that changed. */
export function readEvent(body: string): AwsEvent | undefined {
  const event = parsed(body);
  const detail = fieldsOf(event?.['detail']);
  const { account, region } = event ?? {};
  if (detail === undefined || typeof account !== 'string' || typeof region !== 'string') return undefined;
  if (detail['readOnly'] === true || detail['errorCode'] !== undefined) return undefined;
  const mentions = new Set(textsOf([event?.['resources'], detail]));
  const caller = fieldsOf(detail['userIdentity'])?.['arn'];
  return { account, region, caller: typeof caller === 'string' ? caller : undefined, mentions };
}

function parsed(body: string): Fields | undefined {
  try {
    return fieldsOf(JSON.parse(body));
  } catch {
    return undefined;
  }
}

const fieldsOf = (value: unknown): Fields | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;

/** Strings of any depth; of an ARN also what stands at its end. */
function textsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') {
    const tail = value.startsWith('arn:') ? (/[^/:]+$/.exec(value)?.[0] ?? '') : '';
    return [value, tail].filter((text) => text.length >= SHORTEST);
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(textsOf);
}
