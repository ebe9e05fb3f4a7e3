import controllerManifest from '../../schemas/controller.v1alpha1.json' with { type: 'json' };
import gatewayManifest from '../../schemas/gateway.v1alpha1.json' with { type: 'json' };
import { child, keysOf } from './place.ts';

/** As much of a JSON Schema as the manifests' own ones use. */
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

export interface Field {
  readonly at: string;
  readonly schema: SchemaNode;
  readonly required: boolean;
}

const secretTitles = ['SecretSource', 'SuppliedSecret'];

/** The form of a manifest, for editors and for the people who are told what is wrong with theirs. */
export class Form {
  readonly schema: SchemaNode;
  /** Every field with its pointer, from the top down. */
  readonly fields: readonly Field[];

  constructor(schema: SchemaNode) {
    this.schema = schema;
    this.fields = this.#fieldsOf(schema, '');
  }

  /** What the form says about the value that a pointer leads to. */
  at(pointer: string): SchemaNode | undefined {
    let node: SchemaNode | undefined = this.schema;
    for (const key of keysOf(pointer)) {
      const { properties, items, additionalProperties }: SchemaNode = this.#resolved(node);
      const own = properties !== undefined && Object.hasOwn(properties, key) ? properties[key] : undefined;
      node = own ?? items ?? (typeof additionalProperties === 'object' ? additionalProperties : undefined);
      if (node === undefined) return undefined;
    }
    return this.#resolved(node);
  }

  /** Whether a pointer leads to a secret's source or into one: nothing written there may be shown. */
  isSecret(pointer: string): boolean {
    return keysOf(pointer).some((_, index, keys) => {
      const at = keys.slice(0, index + 1).reduce<string>(child, '');
      return secretTitles.includes(this.at(at)?.title ?? '');
    });
  }

  /** A node with what it refers to; what stands beside the reference wins. */
  #resolved(node: SchemaNode): SchemaNode {
    const target = node.$ref === undefined ? undefined : this.schema.$defs?.[node.$ref.slice('#/$defs/'.length)];
    return target === undefined ? node : { ...target, ...node };
  }

  #fieldsOf(node: SchemaNode, at: string): readonly Field[] {
    const { properties = {}, required = [] } = this.#resolved(node);
    return Object.entries(properties).flatMap(([key, property]) => {
      const field = { at: child(at, key), schema: this.#resolved(property), required: required.includes(key) };
      return [field, ...this.#fieldsOf(property, field.at)];
    });
  }
}

export const gatewayForm = new Form(gatewayManifest);
export const controllerForm = new Form(controllerManifest);
