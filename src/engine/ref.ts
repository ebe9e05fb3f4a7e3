import { Secret } from './secret.ts';

/** `<Kind>/<name>`, as kubectl would say it: `Subnet/private-a`. */
export type NodeId = string;

/** A value that another node will give, plain JSON. `T` exists for the compiler alone. */
export interface Ref<T = unknown> {
  readonly $ref: NodeId;
  readonly output: string;
  /** Without it the value is enough; with it the node must be ready too. */
  readonly when?: 'ready';
  readonly $type?: T;
}

/** A string with values in it that are not known yet. */
export interface Format {
  readonly $format: readonly (string | Ref<string>)[];
}

/** A value that only the secret store holds: opened immediately before a call, never earlier. */
export interface SecretRef {
  /** Identifies the secret in its store. */
  readonly $secret: string | Ref<string>;
  /** The member to take when the secret holds a JSON object. */
  readonly key?: string;
}

/** What may stand in a declaration where `T` is needed: the value, or what will become it. */
export type Input<T> =
  | T
  | Ref<T>
  | (T extends string ? Format : never)
  | (T extends Secret
      ? SecretRef
      : T extends readonly (infer U)[]
        ? readonly Input<U>[]
        : T extends object
          ? { readonly [K in keyof T]: Input<T[K]> }
          : never);

export const isRef = (value: unknown): value is Ref => typeof value === 'object' && value !== null && '$ref' in value;
const isFormat = (value: unknown): value is Format => typeof value === 'object' && value !== null && '$format' in value;
const isSecretRef = (value: unknown): value is SecretRef =>
  typeof value === 'object' && value !== null && '$secret' in value;

/** Builds a string around values that are not known yet: `` format`https://${host}` ``. */
export function format(texts: TemplateStringsArray, ...values: readonly Input<string>[]): Format {
  const parts: (string | Ref<string>)[] = [];
  texts.forEach((text, i) => {
    if (text !== '') parts.push(text);
    const value = values[i];
    if (value === undefined) return;
    if (typeof value === 'object' && '$format' in value) parts.push(...value.$format);
    else parts.push(value);
  });
  return { $format: parts };
}

/** Every reference inside a value, in the order of its members. */
export function refsOf(value: unknown): readonly Ref[] {
  if (isRef(value)) return [value];
  if (value instanceof Secret || typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(refsOf);
}

/** The nodes that the secrets inside a value come from. */
export function secretsOf(value: unknown): readonly NodeId[] {
  if (value instanceof Secret || typeof value !== 'object' || value === null) return [];
  if (isSecretRef(value)) return isRef(value.$secret) ? [value.$secret.$ref] : [];
  return Object.values(value).flatMap(secretsOf);
}

/** Replaces each reference whose value `valueOf` knows; what it answers with undefined stays a reference. */
export function resolve(value: unknown, valueOf: (ref: Ref) => unknown): unknown {
  if (isRef(value)) return valueOf(value) ?? value;
  if (value instanceof Secret || typeof value !== 'object' || value === null) return value;
  if (isFormat(value)) {
    const parts = value.$format.map((part) => resolve(part, valueOf));
    return parts.some(isRef) ? { $format: parts } : parts.join('');
  }
  if (Array.isArray(value)) return value.map((item) => resolve(item, valueOf));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolve(item, valueOf)]));
}

/** The value, or undefined while any part of it waits for another node. */
export function known<T>(value: Input<T> | undefined): T | undefined {
  return value === undefined || refsOf(value).length > 0 ? undefined : (value as T);
}

/** Opens every secret inside a value that has no references left. */
export async function openSecrets(value: unknown, open: (ref: SecretRef) => Promise<Secret>): Promise<unknown> {
  if (value instanceof Secret || typeof value !== 'object' || value === null) return value;
  if (isSecretRef(value)) return open(value);
  if (Array.isArray(value)) return Promise.all(value.map((item) => openSecrets(item, open)));
  const entries = Object.entries(value).map(async ([key, item]) => [key, await openSecrets(item, open)] as const);
  return Object.fromEntries(await Promise.all(entries));
}
