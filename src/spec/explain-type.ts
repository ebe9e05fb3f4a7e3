import type { Finding } from './problem.ts';
import type { Form } from './schema.ts';

/** Says what a value of the wrong type is, and how it was probably meant. */
export function explainType(at: string, wanted: string, value: unknown, raw: string | undefined, form: Form): Finding {
  if (value === null) return { at, message: 'is empty', suggestion: 'give it a value or leave the line out' };
  if (form.isSecret(at)) {
    const isSource = wanted === 'object';
    const message = isSource ? 'a secret value never stands in a manifest' : `must be ${nameOf(wanted)}`;
    return { at, message, suggestion: isSource ? secretForms(at, form) : undefined };
  }
  const got = `got ${shown(at, value, form)}`;
  switch (wanted) {
    case 'string': {
      if (typeof value === 'object') return { at, message: `must be text; got ${nameOf(typeOf(value))}` };
      const written = raw ?? shown(at, value, form);
      return {
        at,
        message: `is ${nameOf(typeOf(value))} without quotes`,
        suggestion: `write ${JSON.stringify(written)}`,
      };
    }
    case 'integer':
    case 'number': {
      const isQuoted = typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value));
      if (isQuoted) return { at, message: 'is text', suggestion: `write ${value} without quotes` };
      return { at, message: `must be ${nameOf(wanted)}; ${got}` };
    }
    case 'boolean': {
      const meant = typeof value === 'string' ? booleanWords.get(value.toLowerCase()) : undefined;
      const suggestion = meant === undefined ? undefined : `write ${meant}`;
      return { at, message: `must be true or false; ${got}`, suggestion };
    }
    case 'array':
      return {
        at,
        message: `must be a list; ${got}`,
        suggestion: isPlain(value) ? `write [${shown(at, value, form)}]` : undefined,
      };
    default:
      return { at, message: `must be ${nameOf(wanted)}; ${got}` };
  }
}

/** What YAML 1.1 took for a truth value, and people still write. */
const booleanWords: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['yes', true],
  ['on', true],
  ['false', false],
  ['no', false],
  ['off', false],
]);

const isPlain = (value: unknown): boolean => typeof value === 'string' || typeof value === 'number';

const typeOf = (value: unknown): string => (Array.isArray(value) ? 'array' : typeof value);

function nameOf(type: string): string {
  switch (type) {
    case 'string':
      return 'text';
    case 'integer':
      return 'a whole number';
    case 'number':
      return 'a number';
    case 'boolean':
      return 'true or false';
    case 'array':
      return 'a list';
    default:
      return 'a group of fields';
  }
}

/** A value as a message shows it: short, and never a secret. */
export function shown(at: string, value: unknown, form: Form): string {
  if (form.isSecret(at)) return 'something else';
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

export const isEmpty = (value: unknown): boolean => value === '';

/** The ways to name a secret that are allowed at a place. */
export function secretForms(at: string, form: Form): string {
  const made = form.at(at)?.title === 'SecretSource' ? '{ generate: true }, ' : '';
  return `use ${made}{ env: NAME }, { file: path }, { secretArn: arn } or { ssmParameter: name }`;
}
