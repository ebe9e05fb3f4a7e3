import type { Call } from '../aws/middleware.ts';
import { openSession, type Session } from '../controller.ts';
import { loadGateway } from './gateways.ts';
import type { Terminal } from './terminal.ts';

/** Options that every command with a manifest has. */
export interface ManifestOptions {
  readonly file: readonly string[];
  readonly output: 'text' | 'json';
  readonly state?: string;
}

export interface Context extends Session {
  /** Every AWS call so far. */
  readonly calls: readonly Call[];
  /** `-f gateway.yaml`, to repeat in advice. */
  readonly files: string;
}

/** Reads the manifest and connects to its account. */
export async function openContext(options: ManifestOptions, terminal: Terminal): Promise<Context> {
  const loaded = await loadGateway(options.file, terminal);
  const calls: Call[] = [];
  const session = await openSession(loaded, {
    environment: process.env,
    onCall: (call) => calls.push(call),
    onWarning: (message) => terminal.err(`warning: ${message}`),
    ...(options.state !== undefined && { state: options.state }),
  });
  return { ...session, calls, files: options.file.map((file) => `-f ${file}`).join(' ') };
}

export const printJson = (terminal: Terminal, value: unknown): void => terminal.out(JSON.stringify(value, undefined, 2));
