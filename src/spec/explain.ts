import type { ErrorObject } from 'ajv';
import type { Document } from './manifest.ts';
import { child, dotted, keysOf, parent, type Places } from './place.ts';
import type { Finding } from './problem.ts';
import type { Form } from './schema.ts';
import { nearest } from './suggest.ts';
import { explainType, isEmpty, secretForms, shown } from './explain-type.ts';
import { at as valueAt } from './value.ts';

// A longer list helps nobody who reads it in a message.
const SHORT = 10;

/** Says in words what the schema refuses, at most once for each place. */
export function explainErrors(
  errors: readonly ErrorObject[],
  { data, places }: Pick<Document, 'data' | 'places'>,
  form: Form,
): readonly Finding[] {
  const byPlace = new Map<string, Finding>();
  const typeFirst = [...errors].sort((a, b) => Number(b.keyword === 'type') - Number(a.keyword === 'type'));
  for (const error of typeFirst) {
    const finding = error.propertyName === undefined ? explain(error, data, places, form) : undefined;
    if (finding !== undefined && !byPlace.has(finding.at)) byPlace.set(finding.at, finding);
  }
  return [...byPlace.values()];
}

function explain(error: ErrorObject, data: unknown, places: Places, form: Form): Finding {
  const at = error.instancePath;
  const value = valueAt(data, at);
  const limit: unknown = error.params['limit'];
  switch (error.keyword) {
    case 'additionalProperties':
      return unknownField(at, String(error.params['additionalProperty']), places, form);
    case 'propertyNames':
      return badName(at, String(error.params['propertyName']), places);
    case 'required':
      return missing(child(at, String(error.params['missingProperty'])), form);
    case 'type':
      if (isOtherWord(value, places.get(at)?.raw, form.at(at)?.enum)) return notOneOf(at, value, form);
      return explainType(at, String(error.params['type']), value, places.get(at)?.raw, form);
    case 'enum':
      return notOneOf(at, value, form);
    case 'const':
      return { at, message: `must be ${JSON.stringify(error.params['allowedValue'])}; got ${shown(at, value, form)}` };
    case 'minimum':
      return { at, message: `must be at least ${String(limit)}; got ${shown(at, value, form)}` };
    case 'maximum':
      return { at, message: `must be at most ${String(limit)}; got ${shown(at, value, form)}` };
    case 'maxLength':
      return { at, message: `is too long: at most ${String(limit)} characters` };
    case 'minItems':
      return { at, message: `needs at least ${String(limit)}`, suggestion: example(at, form) };
    case 'maxItems':
    case 'maxProperties':
      return { at, message: `takes at most ${String(limit)}` };
    case 'uniqueItems':
      return { at: child(at, Number(error.params['i'])), message: 'stands in the list twice' };
    case 'minProperties':
      return { at, message: 'is empty', suggestion: form.isSecret(at) ? secretForms(at, form) : undefined };
    default:
      if (isEmpty(value)) return { at, message: 'is empty', suggestion: example(at, form) };
      return {
        at,
        message: `${shown(at, value, form)} does not fit: ${says(at, form)}`,
        suggestion: example(at, form),
      };
  }
}

/** Neither one of these words nor meant as one without its quotes. */
const isOtherWord = (value: unknown, raw: string | undefined, allowed: readonly unknown[] | undefined): boolean =>
  typeof value !== 'object' && typeof allowed?.[0] === 'string' && !allowed.includes(raw);

function unknownField(at: string, key: string, places: Places, form: Form): Finding {
  const here = child(at, key);
  const position = places.get(here)?.key;
  if (form.isSecret(at)) return { at: here, message: 'unknown field', position, suggestion: secretForms(at, form) };
  const known = Object.keys(form.at(at)?.properties ?? {});
  const near = nearest(key, known);
  const elsewhere = form.fields.filter((field) => field.at.endsWith(child('', key)));
  const home = elsewhere.length === 1 ? elsewhere[0] : undefined;
  return {
    at: here,
    message: 'unknown field',
    position,
    ...(near !== undefined && { suggestion: `did you mean "${near}"?`, concerns: [child(at, near)] }),
    ...(near === undefined && {
      suggestion: home === undefined ? choice(known) : `it belongs to ${dotted(parent(home.at))}`,
    }),
  };
}

const choice = (known: readonly string[]): string | undefined =>
  known.length === 0 || known.length > SHORT ? undefined : `there are ${known.join(', ')}`;

const badName = (at: string, key: string, places: Places): Finding => ({
  at: child(at, key),
  message: 'the name has letters that are not allowed here',
  position: places.get(child(at, key))?.key,
});

const missing = (at: string, form: Form): Finding => ({ at, message: 'is missing', suggestion: example(at, form) });

function notOneOf(at: string, value: unknown, form: Form): Finding {
  const allowed = form.at(at)?.enum ?? [];
  const near = typeof value === 'number' ? closest(value, allowed) : nearest(String(value), allowed.map(String));
  const isShort = allowed.length <= SHORT;
  const list = isShort ? ` one of ${allowed.map((each) => JSON.stringify(each)).join(', ')}` : ' one that is known';
  return {
    at,
    message: `must be${list}; got ${shown(at, value, form)}`,
    suggestion:
      near === undefined ? (isShort ? undefined : example(at, form)) : `did you mean ${JSON.stringify(near)}?`,
  };
}

const closest = (value: number, allowed: readonly unknown[]): number | undefined =>
  allowed.filter((each) => typeof each === 'number').sort((a, b) => Math.abs(a - value) - Math.abs(b - value))[0];

/** The description of a field, or for a member of a list that of the list. */
function says(at: string, form: Form): string {
  const schema = form.at(at);
  if (schema?.description !== undefined || at === '') return schema?.description?.replace(/\.$/, '') ?? '';
  return says(parent(at), form);
}

function example(at: string, form: Form): string | undefined {
  const isMember = /^\d+$/.test(keysOf(at).at(-1) ?? '');
  const found = isMember ? form.at(parent(at))?.examples?.[0] : form.at(at)?.examples?.[0];
  const one: unknown = isMember && Array.isArray(found) ? found[0] : found;
  return one === undefined ? undefined : `for example ${JSON.stringify(one)}`;
}
