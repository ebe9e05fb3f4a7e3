import { gatewaySchema } from '../spec/schema.ts';
import { printJson } from './context.ts';
import type { Terminal } from './terminal.ts';

/** Prints the JSON Schema of the manifest, for editors. */
export async function schema(_options: object, terminal: Terminal): Promise<number> {
  printJson(terminal, gatewaySchema);
  return 0;
}
