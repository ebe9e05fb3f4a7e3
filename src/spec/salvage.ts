import type { ErrorObject } from 'ajv';
import { validateGatewayManifest as validate } from './generated/validate.mjs';
import type { GatewayManifest } from './generated/gateway-manifest.ts';
import { child, keysOf, parent } from './place.ts';
import { at as valueAt } from './value.ts';

/** For what a manifest cannot do without. Every rule is content with them. */
const standIns: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['/apiVersion', 'mcpgw.io/v1alpha1'],
  ['/kind', 'Gateway'],
  ['/metadata', {}],
  ['/metadata/name', 'stand-in'],
  ['/spec', {}],
  ['/spec/accountId', '000000000000'],
  ['/spec/region', 'us-east-1'],
  ['/spec/ingress', {}],
  ['/spec/ingress/mode', 'cloudfront'],
]);

/** Each round may only bring to light what the last one removed: at most one level of the form. */
const rounds = 8;

/**
 * Takes out of a manifest what the schema refuses, so that the rules can look at the rest and people see all
 * problems at once. Undefined when too little is left.
 */
export function salvage(data: unknown): GatewayManifest | undefined {
  const copy: unknown = structuredClone(data);
  for (let round = 0; round < rounds; round += 1) {
    if (validate(copy)) return copy;
    for (const error of validate.errors ?? []) repair(copy, error);
  }
  return undefined;
}

function repair(data: unknown, { keyword, instancePath, params }: ErrorObject): void {
  switch (keyword) {
    case 'additionalProperties':
      return remove(data, child(instancePath, String(params['additionalProperty'])));
    case 'propertyNames':
      return remove(data, child(instancePath, String(params['propertyName'])));
    case 'required': {
      const missing = child(instancePath, String(params['missingProperty']));
      return standIns.has(missing) ? put(data, missing, standIns.get(missing)) : remove(data, instancePath);
    }
    default:
      return standIns.has(instancePath)
        ? put(data, instancePath, standIns.get(instancePath))
        : remove(data, instancePath);
  }
}

function put(data: unknown, pointer: string, value: unknown): void {
  const owner = valueAt(data, parent(pointer));
  const key = keysOf(pointer).at(-1);
  if (typeof owner !== 'object' || owner === null || key === undefined) return;
  Object.assign(owner, { [key]: structuredClone(value) });
}

function remove(data: unknown, pointer: string): void {
  const owner = valueAt(data, parent(pointer));
  const key = keysOf(pointer).at(-1);
  if (typeof owner !== 'object' || owner === null || key === undefined) return;
  if (Array.isArray(owner)) owner.splice(Number(key), 1);
  else Reflect.deleteProperty(owner, key);
}
