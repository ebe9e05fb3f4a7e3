import * as amp from '@aws-sdk/client-amp';
import * as cloudfront from '@aws-sdk/client-cloudfront';
import * as efs from '@aws-sdk/client-efs';
import * as route53 from '@aws-sdk/client-route-53';
import * as s3 from '@aws-sdk/client-s3';
import type { IncomingMessage } from 'node:http';

/** How a service speaks, as far as its errors differ. */
type Protocol = 'ec2' | 'query' | 'json' | 'rest-json' | 'rest-xml' | 's3';

/** One request, as what it says of itself. */
export interface Call {
  /** The name that it is signed for: `elasticloadbalancing`. */
  readonly service: string;
  /** The API's name: `CreateLoadBalancer`. */
  readonly operation: string;
  readonly protocol: Protocol;
  /** True when it may change something. */
  readonly writes: boolean;
  readonly body: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Buffer;
}

const READS = /^(Describe|Get|List|Lookup|Search|BatchGet|BatchCheck|Head|AssumeRole)/;

/** Reads service and operation from what each protocol puts on the wire. */
export function recognise(request: IncomingMessage, body: string): Call {
  const service = /Credential=[^/]+\/\d+\/[^/]+\/([^/]+)\//.exec(request.headers.authorization ?? '')?.[1] ?? '';
  const make = (protocol: Protocol, operation: string): Call => ({
    service,
    operation,
    protocol,
    writes: !READS.test(operation),
    body,
  });
  const target = request.headers['x-amz-target'];
  if (typeof target === 'string') return make('json', target.slice(target.lastIndexOf('.') + 1));
  const action = /(?:^|&)Action=(\w+)/.exec(body)?.[1];
  if (action !== undefined) return make(service === 'ec2' ? 'ec2' : 'query', action);
  const operation = routeOf(service, request.method ?? '', request.url ?? '');
  return make(SPEAKS[service] ?? 'rest-json', operation);
}

const SPEAKS: Readonly<Record<string, Protocol>> = { cloudfront: 'rest-xml', route53: 'rest-xml', s3: 's3' };

interface Route {
  readonly method: string;
  readonly path: RegExp;
  readonly query: string;
  readonly operation: string;
}

const routes: ReadonlyMap<string, readonly Route[]> = new Map([
  ['aps', routesOf(amp)],
  ['cloudfront', routesOf(cloudfront)],
  ['elasticfilesystem', routesOf(efs)],
  ['route53', routesOf(route53)],
  ['s3', routesOf(s3)],
]);

/** REST requests do not name their operation: the SDK's own schemas say which path is which. */
function routesOf(client: object): readonly Route[] {
  const found: Route[] = [];
  for (const schema of Object.values(client) as readonly unknown[]) {
    if (!Array.isArray(schema)) continue;
    const [, , operation, traits]: readonly unknown[] = schema;
    if (typeof operation !== 'string' || typeof traits !== 'object' || traits === null || !('http' in traits)) continue;
    const [method = '', uri = ''] = traits.http as readonly string[];
    const [path = '', query = ''] = uri.split('?');
    const pattern = path.replaceAll('.', '\\.').replace(/\{[^}]+\}/g, '[^/]+');
    found.push({ method, path: new RegExp(`^${pattern}/?$`), query, operation });
  }
  // A path with a fixed query is the narrower one.
  return found.sort((a, b) => b.query.length - a.query.length);
}

function routeOf(service: string, method: string, url: string): string {
  const [asked = '', query = ''] = url.split('?');
  // The bucket stands in the path here, and in the host name of the API's own paths.
  const path = service === 's3' ? asked.replace(/^\/[^/]*/, '') || '/' : asked;
  const given = query.split('&').map((part) => part.replace(/=$/, ''));
  const fits = (route: Route): boolean =>
    route.method === method && route.path.test(path) && (route.query === '' || given.includes(route.query));
  const found = routes.get(service)?.find(fits);
  if (found === undefined) throw new Error(`nothing is known of ${service} ${method} ${url}`);
  return found.operation;
}

export type Refusal = 'throttled' | 'forbidden' | 'unavailable';

type Wording = readonly [status: number, code: string];

const QUERY: Readonly<Record<Refusal, Wording>> = {
  throttled: [400, 'Throttling'],
  forbidden: [403, 'AccessDenied'],
  unavailable: [503, 'ServiceUnavailable'],
};

const WORDINGS: Readonly<Record<Protocol, Readonly<Record<Refusal, Wording>>>> = {
  ec2: {
    throttled: [503, 'RequestLimitExceeded'],
    forbidden: [403, 'UnauthorizedOperation'],
    unavailable: [500, 'InternalError'],
  },
  query: QUERY,
  'rest-xml': QUERY,
  s3: { ...QUERY, throttled: [503, 'SlowDown'] },
  json: {
    throttled: [400, 'ThrottlingException'],
    forbidden: [400, 'AccessDeniedException'],
    unavailable: [500, 'InternalServerError'],
  },
  'rest-json': {
    throttled: [429, 'ThrottlingException'],
    forbidden: [403, 'AccessDeniedException'],
    unavailable: [500, 'InternalServerError'],
  },
};

// Where the name in a policy is not the one that a request is signed for.
const PREFIXES: ReadonlyMap<string, string> = new Map([
  ['monitoring', 'cloudwatch'],
  ['tagging', 'tag'],
]);

/** What the service itself would answer. */
export function refuse({ service, operation, protocol }: Call, refusal: Refusal): Answer {
  const [status, code] = WORDINGS[protocol][refusal];
  const action = `${PREFIXES.get(service) ?? service}:${operation}`;
  const message = {
    throttled: 'Rate exceeded',
    forbidden: `User: arn:aws:sts::123456789012:assumed-role/reader/test is not authorized to perform: ${action} because no identity-based policy allows the ${action} action`,
    unavailable: 'An internal error occurred',
  }[refusal];
  const id = '11111111-2222-3333-4444-555555555555';
  const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error>`;
  switch (protocol) {
    case 'ec2':
      return xml(status, `<Response><Errors>${error}</Errors><RequestID>${id}</RequestID></Response>`);
    case 'query':
    case 'rest-xml':
      return xml(status, `<ErrorResponse>${error}<RequestId>${id}</RequestId></ErrorResponse>`);
    case 's3':
      return xml(status, error.replace('<Type>Sender</Type>', ''));
    case 'json':
      return json(status, { __type: code, message });
    case 'rest-json':
      return json(status, { message }, { 'x-amzn-errortype': code });
  }
}

const xml = (status: number, body: string): Answer => ({
  status,
  headers: { 'content-type': 'text/xml' },
  body: Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>\n${body}`),
});

const json = (status: number, body: object, headers: Readonly<Record<string, string>> = {}): Answer => ({
  status,
  headers: { 'content-type': 'application/x-amz-json-1.1', ...headers },
  body: Buffer.from(JSON.stringify(body)),
});
