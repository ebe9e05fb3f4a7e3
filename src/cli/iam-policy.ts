import { kinds } from '../reconcilers/index.ts';
import { permissions, type Purpose } from '../reconcilers/permissions.ts';
import { printJson } from './context.ts';
import type { Terminal } from './terminal.ts';

/** Prints the IAM policy of a role that looks, or of one that also acts. */
export async function iamPolicy(options: { readonly for: Purpose }, terminal: Terminal): Promise<number> {
  printJson(terminal, permissions(kinds, options.for));
  return 0;
}
