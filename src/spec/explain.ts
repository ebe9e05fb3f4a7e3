import type { ErrorObject } from 'ajv';
import { child, dotted, keysOf, parent, type Places } from './place.ts';
import type { Finding } from './problem.ts';
import { fields, isSecret, resolved, schemaAt } from './schema.ts';
import { nearest } from './suggest.ts';
import { explainType, isEmpty, secretForms, shown } from './explain-type.ts';
import { at as valueAt } from './value.ts';

/** Says in words what the schema refuses, at most once for each place. */
export function explainErrors(errors: readonly ErrorObject[], data: unknown, places: Places): readonly Finding[] {
  const byPlace = new Map<string, Finding>();
  const typeFirst = [...errors].sort((a, b) => Number(b.keyword === 'type') - Number(a.keyword === 'type'));
  for (const error of typeFirst) {
    const finding = error.propertyName === undefined ? explain(error, data, places) : undefined;
    if (finding !== undefined && !byPlace.has(finding.at)) byPlace.set(finding.at, finding);
  }
  return [...byPlace.values()];
}

function explain(error: ErrorObject, data: unknown, places: Places): Finding {
  const at = error.instancePath;
  const value = valueAt(data, at);
  const limit: unknown = error.params['limit'];
  switch (error.keyword) {
    case 'additionalProperties':
      return unknownField(at, String(error.params['additionalProperty']), places);
    case 'propertyNames':
      return badName(at, String(error.params['propertyName']), places);
    case 'required':
      return missing(child(at, String(error.params['missingProperty'])));
    case 'type':
      return explainType(at, String(error.params['type']), value, places.get(at)?.raw);
    case 'enum':
      return notOneOf(at, value);
    case 'const':
      return { at, message: `must be ${JSON.stringify(error.params['allowedValue'])}; got ${shown(at, value)}` };
    case 'minimum':
      return { at, message: `must be at least ${String(limit)}; got ${shown(at, value)}` };
    case 'maximum':
      return { at, message: `must be at most ${String(limit)}; got ${shown(at, value)}` };
    case 'maxLength':
      return { at, message: `is too long: at most ${String(limit)} characters` };
    case 'minItems':
      return { at, message: `needs at least ${String(limit)}`, suggestion: example(at) };
    case 'maxItems':
    case 'maxProperties':
      return { at, message: `takes at most ${String(limit)}` };
    case 'uniqueItems':
      return { at: child(at, Number(error.params['i'])), message: 'stands in the list twice' };
    case 'minProperties':
      return { at, message: 'is empty', suggestion: isSecret(at) ? secretForms(at) : undefined };
    default:
      if (isEmpty(value)) return { at, message: 'is empty', suggestion: example(at) };
      return { at, message: `${shown(at, value)} does not fit: ${says(at)}`, suggestion: example(at) };
  }
}

function unknownField(at: string, key: string, places: Places): Finding {
  const here = child(at, key);
  const position = places.get(here)?.key;
  if (isSecret(at)) return { at: here, message: 'unknown field', position, suggestion: secretForms(at) };
  const known = Object.keys(schemaAt(at)?.properties ?? {});
  const near = nearest(key, known);
  const elsewhere = fields.filter((field) => field.at.endsWith(child('', key)));
  const home = elsewhere.length === 1 ? elsewhere[0] : undefined;
  return {
    at: here,
    message: 'unknown field',
    position,
    ...(near !== undefined && { suggestion: `did you mean "${near}"?`, concerns: [child(at, near)] }),
    ...(near === undefined && home !== undefined && { suggestion: `it belongs to ${dotted(parent(home.at))}` }),
  };
}

const badName = (at: string, key: string, places: Places): Finding => ({
  at: child(at, key),
  message: 'the name has letters that are not allowed here',
  position: places.get(child(at, key))?.key,
});

const missing = (at: string): Finding => ({ at, message: 'is missing', suggestion: example(at) });

function notOneOf(at: string, value: unknown): Finding {
  const allowed = schemaAt(at)?.enum ?? [];
  const near = typeof value === 'number' ? closest(value, allowed) : nearest(String(value), allowed.map(String));
  const list =
    allowed.length <= 10 ? ` one of ${allowed.map((each) => JSON.stringify(each)).join(', ')}` : ' one that is known';
  return {
    at,
    message: `must be${list}; got ${shown(at, value)}`,
    suggestion: near === undefined ? undefined : `did you mean ${JSON.stringify(near)}?`,
  };
}

const closest = (value: number, allowed: readonly unknown[]): number | undefined =>
  allowed.filter((each) => typeof each === 'number').sort((a, b) => Math.abs(a - value) - Math.abs(b - value))[0];

/** The description of a field, or for a member of a list that of the list. */
function says(at: string): string {
  const schema = schemaAt(at);
  if (schema?.description !== undefined || at === '') return schema?.description?.replace(/\.$/, '') ?? '';
  return says(parent(at));
}

function example(at: string): string | undefined {
  const isMember = /^\d+$/.test(keysOf(at).at(-1) ?? '');
  const found = isMember ? schemaAt(parent(at))?.examples?.[0] : resolved(schemaAt(at) ?? {}).examples?.[0];
  const one: unknown = isMember && Array.isArray(found) ? found[0] : found;
  return one === undefined ? undefined : `for example ${JSON.stringify(one)}`;
}
