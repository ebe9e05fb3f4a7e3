import manifest from '../../schemas/gateway.v1alpha1.json' with { type: 'json' };
import { child, keysOf } from './place.ts';

/** As much of a JSON Schema as the manifest's own one uses. */
export interface SchemaNode {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, SchemaNode>>;
  readonly title?: string;
  readonly description?: string;
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly additionalProperties?: boolean | SchemaNode;
  readonly items?: SchemaNode;
}

/** The form of a manifest, for editors and for the people who are told what is wrong with theirs. */
export const gatewaySchema: SchemaNode = manifest;

/** A node with what it refers to; what stands beside the reference wins. */
export function resolved(node: SchemaNode): SchemaNode {
  const target = node.$ref === undefined ? undefined : gatewaySchema.$defs?.[node.$ref.slice('#/$defs/'.length)];
  return target === undefined ? node : { ...target, ...node };
}

/** What the form says about the value that a pointer leads to. */
export function schemaAt(pointer: string): SchemaNode | undefined {
  let node: SchemaNode | undefined = gatewaySchema;
  for (const key of keysOf(pointer)) {
    const { properties, items, additionalProperties }: SchemaNode = resolved(node);
    const own = properties !== undefined && Object.hasOwn(properties, key) ? properties[key] : undefined;
    node = own ?? items ?? (typeof additionalProperties === 'object' ? additionalProperties : undefined);
    if (node === undefined) return undefined;
  }
  return resolved(node);
}

export interface Field {
  readonly at: string;
  readonly schema: SchemaNode;
  readonly required: boolean;
}

/** Every field of the form with its pointer, from the top down. */
export const fields: readonly Field[] = fieldsOf(gatewaySchema, '');

function fieldsOf(node: SchemaNode, at: string): readonly Field[] {
  const { properties = {}, required = [] } = resolved(node);
  return Object.entries(properties).flatMap(([key, property]) => {
    const field = { at: child(at, key), schema: resolved(property), required: required.includes(key) };
    return [field, ...fieldsOf(property, field.at)];
  });
}

const secretTitles = ['SecretSource', 'SuppliedSecret'];

/** Whether a pointer leads to a secret's source or into one: nothing written there may be shown. */
export function isSecret(pointer: string): boolean {
  return keysOf(pointer).some((_, index, keys) => {
    const at = keys.slice(0, index + 1).reduce<string>(child, '');
    return secretTitles.includes(schemaAt(at)?.title ?? '');
  });
}
