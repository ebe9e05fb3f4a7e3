import { refsOf } from '../engine/ref.ts';
import { tied } from './layout.ts';

const LONGEST = 60;

/** A value for people: short, and honest about what is not known yet. */
export function valueText(value: unknown, longest = LONGEST): string {
  if (value === null || value === undefined) return '(none)';
  const refs = [...new Set(refsOf(value).map((ref) => ref.$ref))];
  if (refs.length > 0) return `(known after ${refs.slice(0, 2).join(', ')}${refs.length > 2 ? ', …' : ''})`;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text;
}

/** What a thing is, by its fields that say something: `direction ingress, protocol tcp, …`. */
export function propsText(props: Readonly<Record<string, unknown>>): string {
  return Object.entries(props)
    .filter(([, value]) => value !== undefined && value !== null && value !== '')
    .map(([field, value]) => tied(`${field} ${valueText(value)}`))
    .join(', ');
}

/** A JSON pointer as people write it: `/scaling/min` is `scaling.min`. */
export const pathText = (pointer: string): string =>
  pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .join('.');
