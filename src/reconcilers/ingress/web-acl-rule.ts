import type { ByteMatchStatement, Rule, Statement } from '@aws-sdk/client-wafv2';

/** A rule as AWS writes it, but that what is searched for is text: plain JSON, which can be compared and shown. */
export type WebAclRule = Plain<Rule>;
export type WebAclStatement = Plain<Statement>;

type Plain<T> = T extends Uint8Array
  ? string
  : T extends readonly (infer U)[]
    ? readonly Plain<U>[]
    : T extends object
      ? { readonly [K in keyof T]: Plain<T[K]> }
      : T;

// The edge with the SDK: nothing but this one member differs.
export const fromRule = (rule: WebAclRule): Rule => changed(rule, (text) => Buffer.from(String(text))) as Rule;
export const toRule = (rule: Rule): WebAclRule =>
  changed(rule, (bytes) => (bytes instanceof Uint8Array ? Buffer.from(bytes).toString() : bytes)) as WebAclRule;

const SEARCHED: keyof ByteMatchStatement = 'SearchString';

function changed(value: unknown, search: (value: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => changed(item, search));
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, key === SEARCHED ? search(item) : changed(item, search)]),
  );
}

/** Shield Advanced adds a rule of its own while it wards off an attack. */
export const isOfShield = ({ Name = '' }: Rule): boolean => Name.startsWith('ShieldMitigationRuleGroup_');
