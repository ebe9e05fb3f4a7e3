import type { Input } from '../engine/ref.ts';

type OneOrMore = string | readonly string[];

export interface PolicyStatement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: '*' | Readonly<Record<string, OneOrMore>>;
  readonly Action: OneOrMore;
  readonly Resource?: OneOrMore;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, OneOrMore>>>>;
}

/** A policy as AWS writes it: of a role, a key, a file system. */
export interface PolicyDocument {
  readonly Version: '2012-10-17';
  readonly Statement: readonly PolicyStatement[];
}

export const policy = (...Statement: readonly Input<PolicyStatement>[]): Input<PolicyDocument> => ({
  Version: '2012-10-17',
  Statement,
});

/** A statement for policies of roles. */
export const allow = (
  Action: readonly string[],
  Resource: Input<string> | readonly Input<string>[],
  Condition?: Input<NonNullable<PolicyStatement['Condition']>>,
): Input<PolicyStatement> => ({ Effect: 'Allow', Action, Resource, ...(Condition !== undefined && { Condition }) });

/** A role's trust policy: this service may take it on. */
export const trust = (
  service: string,
  Condition?: Input<NonNullable<PolicyStatement['Condition']>>,
): Input<PolicyDocument> =>
  policy({
    Effect: 'Allow',
    Principal: { Service: service },
    Action: 'sts:AssumeRole',
    ...(Condition !== undefined && { Condition }),
  });

/** What AWS returns, percent-encoded as IAM has it or plain as the others do. */
export function parsePolicy(text: string): PolicyDocument {
  // The edge with AWS: whatever it keeps is compared by meaning and never used otherwise.
  return JSON.parse(text.startsWith('%') ? decodeURIComponent(text) : text) as PolicyDocument;
}

/**
 * One form for all documents that mean the same, so that they can be compared: single values are lists, lists and
 * statements are in order, names that AWS reads without regard to case are in lower case. References stay.
 */
export function canonicalPolicy(document: unknown): unknown {
  if (!isRecord(document) || isUnknown(document)) return document;
  const statements = listOf(document['Statement']).map(canonicalStatement);
  return { ...document, Version: document['Version'] ?? '2008-10-17', Statement: inOrder(statements) };
}

type Json = Readonly<Record<string, unknown>>;

function canonicalStatement(statement: unknown): unknown {
  if (!isRecord(statement)) return statement;
  const result: Record<string, unknown> = {};
  // Members that hold no references come first: they decide the order of statements.
  for (const key of ['Sid', 'Effect']) if (key in statement) result[key] = statement[key];
  for (const key of ['Action', 'NotAction'])
    if (key in statement) result[key] = inOrder(listOf(statement[key]).map((action) => String(action).toLowerCase()));
  for (const key of ['Principal', 'NotPrincipal'])
    if (key in statement) result[key] = canonicalPrincipal(statement[key]);
  if ('Condition' in statement) result['Condition'] = canonicalCondition(statement['Condition']);
  for (const key of ['Resource', 'NotResource']) if (key in statement) result[key] = inOrder(listOf(statement[key]));
  return result;
}

function canonicalPrincipal(principal: unknown): unknown {
  if (!isRecord(principal)) return { AWS: [principal] };
  return mapValues(principal, (values) => inOrder(listOf(values).map(accountAsRoot)));
}

/** An account's number stands for everyone in it, just as its root does. */
const accountAsRoot = (value: unknown): unknown =>
  typeof value === 'string' ? (/^arn:[\w-]+:iam::(\d{12}):root$/.exec(value)?.[1] ?? value) : value;

/** Numbers and booleans equal their text; keys of the request are read without regard to case. */
function canonicalCondition(condition: unknown): unknown {
  if (!isRecord(condition)) return condition;
  return mapValues(condition, (tests) =>
    isRecord(tests) ? mapValues(lowerCaseKeys(tests), (values) => inOrder(listOf(values).map(asText))) : tests,
  );
}

const lowerCaseKeys = (record: Json): Json =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key.toLowerCase(), value]));

const asText = (value: unknown): unknown =>
  typeof value === 'boolean' || typeof value === 'number' ? String(value) : value;

const isRecord = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isUnknown = (value: Json): boolean => '$ref' in value || '$format' in value;
const listOf = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? (value as unknown[]) : value === undefined ? [] : [value];

const mapValues = (record: Json, change: (value: unknown) => unknown): Json =>
  Object.fromEntries(
    Object.entries(record)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, value]) => [key, change(value)]),
  );

function inOrder(list: readonly unknown[]): readonly unknown[] {
  const keyed = list.map((item) => [JSON.stringify(item), item] as const);
  return keyed.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, item]) => item);
}
