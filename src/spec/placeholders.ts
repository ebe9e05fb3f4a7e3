import { child } from './place.ts';
import type { Finding } from './problem.ts';
import { gatewayForm } from './schema.ts';

/** What examples write where a value of one's own belongs. */
const placeholder = /YOUR_[A-Z_]+|YOUR\.LAPTOP\.IP\.ADDR|\bmycorp\.click\b|CHANGE-?_?ME[\w-]*/i;

export const placeholderIn = (text: string): string | undefined => placeholder.exec(text)?.[0];

/** Finds placeholders that were never replaced, anywhere in the data. */
export function placeholders(data: unknown, at = ''): readonly Finding[] {
  if (typeof data === 'string') {
    const left = placeholderIn(data);
    if (left === undefined) return [];
    const what = gatewayForm.isSecret(at) ? 'a placeholder' : `"${left}"`;
    return [{ at, message: `${what} was never replaced`, suggestion: 'write your own value' }];
  }
  if (typeof data !== 'object' || data === null) return [];
  return Object.entries(data).flatMap(([key, value]) => placeholders(value, child(at, key)));
}
