import { createInterface } from 'node:readline/promises';
import { styleText } from 'node:util';
import { redact } from '../engine/secret.ts';

type Style = Parameters<typeof styleText>[0];

/** Where a command writes: the result to `out`, progress and warnings to `err`. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** Columns of the terminal; on a pipe what `COLUMNS` says, or 80. */
  readonly columns: number;
  /** True when a person sits there and can be asked. */
  readonly interactive: boolean;
  paint(style: Style, text: string): string;
  ask(question: string): Promise<boolean>;
  /** What Ctrl-C and its like do from now on; at first they end the process. */
  onInterrupt(act: () => void): void;
}

const COLUMNS = 80;
const INTERRUPTED = 130;

/** The process's own streams. `NO_COLOR` and `FORCE_COLOR` are honoured. */
export function processTerminal(): Terminal {
  const { stdout, stderr, stdin } = process;
  // Whoever reads only the first lines has closed the pipe; that is no error of ours.
  for (const stream of [stdout, stderr]) stream.on('error', quietly);
  const err = (text: string): void => void stderr.write(redact(`${text}\n`));
  let interrupt = (): void => {
    err('Stopped. Nothing was changed.');
    process.exit(INTERRUPTED);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interrupt());
  const colours = hasColours();
  return {
    out: (text) => void stdout.write(redact(`${text}\n`)),
    err,
    columns: stdout.columns ?? stderr.columns ?? given(process.env['COLUMNS']) ?? COLUMNS,
    interactive: stdin.isTTY && stderr.isTTY,
    paint: (style, text) => (colours ? styleText(style, text) : text),
    async ask(question) {
      const lines = createInterface({ input: stdin, output: stderr });
      lines.once('SIGINT', () => interrupt());
      const closed = new Promise<string>((resolve) => lines.once('close', () => resolve('')));
      const answer = await Promise.race([lines.question(`${question} [y/N] `), closed]);
      lines.close();
      return /^y(es)?$/i.test(answer.trim());
    },
    onInterrupt: (act) => (interrupt = act),
  };
}

function hasColours(): boolean {
  const { NO_COLOR = '', FORCE_COLOR = '' } = process.env;
  if (NO_COLOR !== '') return false;
  return FORCE_COLOR !== '' ? FORCE_COLOR !== '0' : process.stdout.isTTY && process.stderr.isTTY;
}

function given(columns: string | undefined): number | undefined {
  const number = Number(columns);
  return Number.isInteger(number) && number > 0 ? number : undefined;
}

function quietly(error: Error & { readonly code?: string }): void {
  if (error.code !== 'EPIPE') throw error;
}
