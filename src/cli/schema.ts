import { controllerForm, gatewayForm } from '../spec/schema.ts';
import { printJson } from './context.ts';
import type { Terminal } from './terminal.ts';

/** Prints the JSON Schema of a manifest, for editors. */
export async function schema(
  { kind }: { readonly kind: 'Gateway' | 'Controller' },
  terminal: Terminal,
): Promise<number> {
  printJson(terminal, (kind === 'Gateway' ? gatewayForm : controllerForm).schema);
  return 0;
}
