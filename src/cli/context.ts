import type { Call } from '../aws/middleware.ts';
import { isGateway, openHome, openSession, type AnySession, type Session } from '../controller/session.ts';
import { tracingFrom, type Tracing } from '../daemon/tracing.ts';
import { systemClock, timing } from '../engine/timing.ts';
import { problemLine } from '../spec/problem.ts';
import { CommandError } from './command-error.ts';
import { loadManifest } from './gateways.ts';
import { wrap } from './layout.ts';
import type { Terminal } from './terminal.ts';

/** Options that every command with a manifest has. */
export interface ManifestOptions {
  readonly file: readonly string[];
  readonly output: 'text' | 'json';
  readonly state?: string;
}

export interface Context extends AnySession {
  /** Every AWS call so far. */
  readonly calls: readonly Call[];
  /** The manifest as it was named. */
  readonly file: string;
  /** `-f gateway.yaml` and what else leads to the same gateway, to repeat in advice. */
  readonly files: string;
  readonly tracing: Tracing;
}

export type GatewayContext = Context & Session;

/** Reads the manifest and connects to its account. `warn`: what is odd about the manifest is told. */
export async function openContext(
  options: Omit<ManifestOptions, 'output'>,
  terminal: Terminal,
  { warn = false }: { readonly warn?: boolean } = {},
): Promise<Context> {
  const loaded = await loadManifest(options.file, terminal);
  if (warn) for (const problem of loaded.warnings) terminal.err(wrap(problemLine(problem), terminal.columns, 2));
  const calls: Call[] = [];
  const told = new Set<string>();
  const onWarning = (message: string): void => {
    if (!told.has(message)) terminal.err(wrap(`warning: ${message}`, terminal.columns, 2));
    told.add(message);
  };
  const tracing = await tracingFrom(process.env, { clock: systemClock, timing: timing(), onWarning });
  const sessionOptions = {
    environment: process.env,
    onCall: (call: Call) => {
      calls.push(call);
      tracing.called(call);
    },
    onWarning,
    ...(options.state !== undefined && { state: options.state }),
  };
  const session =
    'gateway' in loaded ? await openSession(loaded, sessionOptions) : await openHome(loaded, sessionOptions);
  const files = [
    ...options.file.map((file) => `-f ${quoted(file)}`),
    ...(options.state === undefined ? [] : [`--state ${quoted(options.state)}`]),
  ].join(' ');
  return { ...session, calls, file: loaded.file, files, tracing };
}

/** As `openContext`, for what only a gateway can be asked. */
export async function openGateway(
  options: Omit<ManifestOptions, 'output'>,
  terminal: Terminal,
): Promise<GatewayContext> {
  const context = await openContext(options, terminal);
  if (isGateway(context)) return context;
  throw new CommandError(`${context.file} describes a controller, and this command takes a gateway`);
}

/** As a shell takes it. */
const quoted = (text: string): string =>
  /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;

export const printJson = (terminal: Terminal, value: unknown): void =>
  terminal.out(JSON.stringify(value, undefined, 2));
