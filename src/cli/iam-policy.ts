import { kinds } from '../reconcilers/index.ts';
import { homeKinds } from '../reconcilers/home/home.ts';
import { homePermissions, permissions, type Purpose } from '../reconcilers/permissions.ts';
import { printJson } from './context.ts';
import type { Terminal } from './terminal.ts';

/** Prints the IAM policy of a role that looks, of one that also acts, or of one that makes the controller's home. */
export async function iamPolicy(options: { readonly for: Purpose | 'bootstrap' }, terminal: Terminal): Promise<number> {
  const policy = options.for === 'bootstrap' ? homePermissions(homeKinds) : permissions(kinds, options.for);
  printJson(terminal, policy);
  return 0;
}
